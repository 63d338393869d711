/** A vocabulary of whole words and single letters, and a model that copies its source through it. */
import type { TranslatorParts } from "../../src/decoding/translator.ts";
import type { Wordpieces } from "../../src/text/wordpieces.ts";
import { type Toy, ToyModel } from "./toy-model.ts";

export class ToyWordpieces implements Wordpieces {
  readonly unkId = 1;
  readonly bosId = 2;
  readonly eosId = 3;
  readonly pieces: readonly string[];

  /** Words are written without ▁. */
  constructor(words: readonly string[] = [], tags: readonly string[] = []) {
    this.pieces = ["<pad>", "<unk>", "<s>", "</s>", ...tags, "▁", "a", "b", "c", ...words.map((word) => `▁${word}`)];
  }

  /** A known word is one piece; another is ▁ and its letters, runs of unknown ones as one unknown piece. */
  encode(text: string): Int32Array {
    const words = text.split(/\s+/).filter((word) => word !== "");
    return Int32Array.from(words.flatMap((word) => this.encodeWord(word)));
  }

  encodePieces(text: string): string[] {
    let rest = `▁${text.trim().replace(/\s+/g, "▁")}`;
    const ids = this.encode(text);
    return Array.from(ids, (id, i) => {
      const next = i + 1 < ids.length ? this.pieces[ids[i + 1]!]! : undefined;
      const length =
        id !== this.unkId ? this.pieces[id]!.length : next === undefined ? rest.length : rest.indexOf(next);
      const piece = rest.slice(0, length);
      rest = rest.slice(length);
      return piece;
    });
  }

  decode(ids: ArrayLike<number>): string {
    const text = Array.from(ids, (id) => (id === this.unkId ? " ⁇ " : id <= 3 ? "" : this.pieces[id]!)).join("");
    return text.replaceAll("▁", " ").replace(/^ /, "");
  }

  pieceOf(id: number): string {
    return this.pieces[id]!;
  }

  idOf(piece: string): number {
    const id = this.pieces.indexOf(piece);
    return id < 0 ? this.unkId : id;
  }

  private encodeWord(word: string): number[] {
    const whole = this.idOf(`▁${word}`);
    if (whole !== this.unkId) return [whole];
    const ids = [this.idOf("▁"), ...Array.from(word, (letter) => this.idOf(letter))];
    return ids.filter((id, i) => id !== this.unkId || ids[i - 1] !== this.unkId);
  }
}

/** Says the source again piece by piece, tag left out; attention looks at the piece that is copied. */
export function copyToy(wordpieces: ToyWordpieces, tags = 0): Toy {
  return {
    vocabularySize: wordpieces.pieces.length,
    bosId: wordpieces.bosId,
    eosId: wordpieces.eosId,
    logits: (source, prefix) => {
      const wanted = source[prefix.length + tags] ?? wordpieces.eosId;
      return wordpieces.pieces.map((_, id) => (id === wanted ? 8 : -(id % 5) * 0.3));
    },
    attention: (source, prefix) => {
      const at = Math.min(prefix.length + tags, source.length - 1);
      return Array.from(source, (_, i) => (i === at ? 1 - 0.01 * (source.length - 1) : 0.01));
    },
  };
}

export interface ToyTranslator extends TranslatorParts {
  model: ToyModel;
  wordpieces: ToyWordpieces;
}

/** A copying model with its vocabulary. `languages` are target tags. */
export function copyParts(
  words: readonly string[] = [],
  languages: readonly string[] = [],
  parallelism = 1,
): ToyTranslator {
  const wordpieces = new ToyWordpieces(
    words,
    languages.map((language) => `<2${language}>`),
  );
  const targetTags = languages.length > 0;
  return {
    model: new ToyModel(copyToy(wordpieces, targetTags ? 1 : 0), parallelism),
    wordpieces,
    languages: { sources: [], targets: languages, targetTags },
  };
}
