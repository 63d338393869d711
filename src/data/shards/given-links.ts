/** Alignments of pieces from a file of word alignments: all pieces of a word have its links. */
import { type AlignmentLink, parseLinks } from "../../alignment/pharaoh.ts";
import { DataError } from "../../base/errors.ts";
import { linePieceWords, type PieceWords } from "../../text/piece-words.ts";
import type { Wordpieces } from "../../text/wordpieces.ts";
import { type AlignedLine, streamAligned, streamLines } from "../files/corpus.ts";
import type { LinkSource } from "./links.ts";
import type { PieceLinks, SentencePair } from "./shard.ts";

/** A corpus and its alignments, line by line. */
export interface AlignedCorpus {
  pathSrc: string;
  pathTgt: string;
  /** In Pharaoh's form. */
  pathAlign: string;
  wordpieces: Wordpieces;
  /** Whether its sources begin with a language tag. */
  tagged: boolean;
}

/** The links of a prepared corpus's pairs, asked for in its order. */
export class GivenLinks implements LinkSource {
  private readonly corpus: AlignedCorpus;
  private readonly texts: LineReader<AlignedLine>;
  private readonly alignments: LineReader<string>;

  constructor(corpus: AlignedCorpus) {
    const { pathSrc, pathTgt, pathAlign } = corpus;
    this.corpus = corpus;
    this.texts = new LineReader(streamAligned(pathSrc, pathTgt));
    this.alignments = new LineReader(streamLines(pathAlign));
  }

  /** Throws DataError, which names the line, for what is no alignment of it. */
  async of(pairs: readonly SentencePair[]): Promise<PieceLinks[]> {
    const found: PieceLinks[] = [];
    for (const { line } of pairs) {
      const text = await this.texts.line(line!);
      const alignment = await this.alignments.line(line!);
      if (text === undefined || alignment === undefined) throw await this.unequal();
      found.push(this.links(text, alignment, line!));
    }
    return found;
  }

  /** Throws DataError where the alignments are not as many as the corpus's lines. */
  async finish(): Promise<void> {
    const [lines, alignments] = [await this.texts.count(), await this.alignments.count()];
    if (lines !== alignments) throw await this.unequal();
  }

  async close(): Promise<void> {
    await this.texts.close();
    await this.alignments.close();
  }

  private links({ source, target }: AlignedLine, alignment: string, line: number): PieceLinks {
    const { pathAlign, wordpieces, tagged } = this.corpus;
    const where = () => `${pathAlign}:${line}`;
    const links = parseLinks(alignment, where);
    const [sources, targets] = [linePieceWords(source, wordpieces), linePieceWords(target, wordpieces)];
    for (const link of links) {
      if (link.source < sources.words && link.target < targets.words) continue;
      throw new DataError(
        `The link ${link.source}-${link.target} is of words that are not there: the lines have ${sources.words} and ${targets.words}.`,
        {
          where: where(),
          nextStep: "Align the texts as they are in the corpus, by words between white space, counted from 0.",
        },
      );
    }
    return pieceLinks(links, sources, targets, tagged ? 1 : 0);
  }

  private async unequal(): Promise<DataError> {
    const { pathSrc, pathAlign } = this.corpus;
    const [lines, alignments] = [await this.texts.count(), await this.alignments.count()];
    return new DataError(`The corpus has ${lines} lines, but its alignments ${alignments}.`, {
      where: `${pathSrc} and ${pathAlign}`,
      nextStep: "Line i of the alignments must be that of line i of the texts; a pair without links has a blank line.",
    });
  }
}

/**
 * Every piece of a target word is linked to every piece of the source words that it is aligned to, each once; `firstPiece` is the position of the first source
 * piece.
 */
export function pieceLinks(
  links: readonly AlignmentLink[],
  sources: PieceWords,
  targets: PieceWords,
  firstPiece: number,
): PieceLinks {
  const ends: PieceLinks = { sources: new Int32Array(0), targets: new Int32Array(0) };
  if (links.length === 0) return ends;
  const aligned = new Set(links.map(({ source, target }) => target * sources.words + source));
  const found: [number[], number[]] = [[], []];
  for (let t = 0; t < targets.first.length; t++) {
    for (let s = 0; s < sources.first.length; s++) {
      if (!sharesLink(aligned, sources, s, targets, t)) continue;
      found[0].push(firstPiece + s);
      found[1].push(t);
    }
  }
  return { sources: Int32Array.from(found[0]), targets: Int32Array.from(found[1]) };
}

/** Whether any word of a source piece is aligned to any of a target piece. */
function sharesLink(
  aligned: ReadonlySet<number>,
  sources: PieceWords,
  s: number,
  targets: PieceWords,
  t: number,
): boolean {
  for (let target = targets.first[t]!; target <= targets.last[t]!; target++) {
    for (let source = sources.first[s]!; source <= sources.last[s]!; source++) {
      if (aligned.has(target * sources.words + source)) return true;
    }
  }
  return false;
}

/** Lines by number, each later than the last one asked for. */
class LineReader<T> {
  private readonly blocks: AsyncGenerator<T[]>;
  private block: T[] = [];
  /** Number of the block's first line, from 1. */
  private first = 1;

  constructor(blocks: AsyncGenerator<T[]>) {
    this.blocks = blocks;
  }

  /** Undefined beyond the last line. */
  async line(number: number): Promise<T | undefined> {
    while (number >= this.first + this.block.length) {
      const next = await this.blocks.next();
      if (next.done === true) return undefined;
      this.first += this.block.length;
      this.block = next.value;
    }
    return this.block[number - this.first];
  }

  /** How many lines there are, reading those that are left. */
  async count(): Promise<number> {
    await this.line(Number.POSITIVE_INFINITY);
    return this.first + this.block.length - 1;
  }

  async close(): Promise<void> {
    await this.blocks.return(undefined);
  }
}
