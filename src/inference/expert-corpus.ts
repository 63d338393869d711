/** The text that `nmt experts` runs through a model, encoded: sentence pairs for translation, texts alone for a language model. */
import { UsageError } from "../base/errors.ts";
import { type AlignedLine, inputLines, streamAligned } from "../data/files/corpus.ts";
import { translateDefaults } from "../decoding/translate-options.ts";
import { bestText } from "../decoding/translation.ts";
import { Translator } from "../decoding/translator.ts";
import { chooseTag } from "../text/languages.ts";
import { tagPiece, withMarkers } from "../text/source-pieces.ts";
import type { Wordpieces } from "../text/wordpieces.ts";
import type { LoadedSeq2Seq } from "./open-layers.ts";

/** A part of a corpus that `nmt experts` compares with others. */
export interface ExpertPart {
  name: string;
  source: string;
  /** Given translations. */
  target?: string;
  sourceLanguage?: string;
  targetLanguage?: string;
}

export interface ReadOptions {
  /** Lines of each part, the first ones; 0 for all. */
  lines: number;
  /** Lines run together, at most. */
  batchSize: number;
}

/** A sentence of one part, as a model reads it. */
export interface WatchedSentence {
  part: number;
  /** Tag, pieces, `</s>`; empty for a language model. */
  source: Int32Array;
  /** Pieces alone. */
  target: Int32Array;
}

/** With given translations, or the model's own by greedy search. Blank lines, and lines too long to translate, are left out. */
export async function readPairs(
  loaded: LoadedSeq2Seq,
  part: ExpertPart,
  index: number,
  options: ReadOptions,
): Promise<WatchedSentence[]> {
  const { wordpieces, languages } = loaded;
  const asked = languagesOf(part);
  const tag = tagPiece(wordpieces, chooseTag(languages, asked));
  const pairs =
    part.target === undefined
      ? await translated(loaded, await first(linesOf(part), options.lines), asked, options)
      : await first(alignedLines(part.source, part.target), options.lines);
  return Array.from(pairs, ({ source, target }) => ({ pieces: wordpieces.encode(source), target }))
    .filter(({ pieces }) => pieces.length > 0 && pieces.length <= translateDefaults.maxSourceLength)
    .map(({ pieces, target }) => ({
      part: index,
      source: withMarkers(pieces, tag, wordpieces.eosId),
      target: wordpieces.encode(target),
    }));
}

/** Lines of text for a language model, without blank ones. Throws UsageError for translations or languages, which it has not. */
export async function readTexts(
  wordpieces: Wordpieces,
  part: ExpertPart,
  index: number,
  { lines }: ReadOptions,
): Promise<WatchedSentence[]> {
  if (part.target !== undefined || Object.keys(languagesOf(part)).length > 0) {
    throw new UsageError("a language model reads text alone", {
      where: part.name,
      nextStep: "Name its text with --src and leave out --tgt, --src_lang and --tgt_lang.",
    });
  }
  return Array.from(await first(linesOf(part), lines), (text) => wordpieces.encode(text))
    .filter((target) => target.length > 0)
    .map((target) => ({ part: index, source: new Int32Array(0), target }));
}

async function translated(
  { model, wordpieces, languages }: LoadedSeq2Seq,
  sources: readonly string[],
  asked: ReturnType<typeof languagesOf>,
  { batchSize }: ReadOptions,
): Promise<{ source: string; target: string }[]> {
  // Nobody looks at the translations of a dense model.
  if (model.moeLayers.length === 0) return sources.map((source) => ({ source, target: "" }));
  const translator = new Translator({ model, wordpieces, languages }, { ...asked, beamSize: 1, batchSize }, () => {});
  const pairs: { source: string; target: string }[] = [];
  for await (const translation of translator.translate(sources)) {
    pairs.push({ source: sources[pairs.length]!, target: bestText(translation) });
  }
  return pairs;
}

function languagesOf({ sourceLanguage, targetLanguage }: ExpertPart) {
  return {
    ...(sourceLanguage === undefined ? {} : { sourceLanguage }),
    ...(targetLanguage === undefined ? {} : { targetLanguage }),
  };
}

/** Lines over 1 MiB count as blank, and so are left out. */
function linesOf({ source }: ExpertPart): AsyncGenerator<string> {
  return inputLines(source, { onLongLine: () => {} });
}

async function* alignedLines(source: string, target: string): AsyncGenerator<AlignedLine> {
  for await (const pairs of streamAligned(source, target, { refuseLong: true })) yield* pairs;
}

/** The first `count`; 0 for all. */
async function first<T>(items: AsyncIterable<T>, count: number): Promise<T[]> {
  const taken: T[] = [];
  for await (const item of items) {
    taken.push(item);
    if (taken.length === count) break;
  }
  return taken;
}
