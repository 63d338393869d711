/** Models put together by hand for tests, of kinds that our own trainer does not make. */
import {
  defaultNormalizerSpec,
  defaultTrainerSpec,
  type ModelProto,
  ModelType,
  type NormalizerSpec,
  type Piece,
  PieceType,
  type TrainerSpec,
} from "../../src/text/sentencepiece/model-proto.ts";
import { bytePiece } from "../../src/text/sentencepiece/vocabulary.ts";

export interface ModelParts {
  normal: readonly (readonly [text: string, score: number])[];
  userDefined?: readonly string[];
  unused?: readonly (readonly [text: string, score: number])[];
  trainer?: Partial<TrainerSpec>;
  normalizer?: Partial<NormalizerSpec>;
}

export function modelProto({
  normal,
  userDefined = [],
  unused = [],
  trainer = {},
  normalizer = {},
}: ModelParts): ModelProto {
  const bytes = trainer.byteFallback === true ? Array.from({ length: 256 }, (_, byte) => bytePiece(byte)) : [];
  const ofType =
    (type: number) =>
    (text: string): Piece => ({ text, score: 0, type });
  return {
    pieces: [
      { text: "<unk>", score: 0, type: PieceType.unknown },
      ...["<s>", "</s>"].map(ofType(PieceType.control)),
      ...userDefined.map(ofType(PieceType.userDefined)),
      ...bytes.map(ofType(PieceType.byte)),
      ...normal.map(([text, score]): Piece => ({ text, score, type: PieceType.normal })),
      ...unused.map(([text, score]): Piece => ({ text, score, type: PieceType.unused })),
    ],
    trainer: { ...defaultTrainerSpec(), modelType: ModelType.bpe, ...trainer },
    normalizer: { ...defaultNormalizerSpec(), ...normalizer },
    denormalizer: undefined,
  };
}

/** Scores 0, -1, -2, … in order. */
export function byRank(pieces: Iterable<string>): [text: string, score: number][] {
  return [...new Set(pieces)].map((text, rank) => [text, -rank]);
}

/** Substrings of texts up to a length, most frequent first, then all single characters. */
export function frequentSubstrings(texts: Iterable<string>, longest: number, count: number): string[] {
  const counts = new Map<string, number>();
  const characters = new Set<string>();
  for (const text of texts) {
    const all = [...text];
    for (const character of all) characters.add(character);
    for (let from = 0; from < all.length; from++) {
      for (let length = 2; length <= longest && from + length <= all.length; length++) {
        const part = all.slice(from, from + length).join("");
        counts.set(part, (counts.get(part) ?? 0) + 1);
      }
    }
  }
  const order = [...counts].sort(([a, countA], [b, countB]) => countB - countA || (a < b ? -1 : 1));
  return [...order.slice(0, count).map(([part]) => part), ...characters];
}
