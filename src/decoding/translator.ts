/** Lines of text → translations in the same order: wordpieces, batches of similar length, search, text again. */
import { TranslationError, UsageError } from "../base/errors.ts";
import { log } from "../base/logger.ts";
import { Turns } from "../base/threads/turns.ts";
import type { TranslationModel } from "../model/decoder-state.ts";
import { chooseTag, type ModelLanguages } from "../text/languages.ts";
import { linePieceWords, pieceWords } from "../text/piece-words.ts";
import { tagPiece, withMarkers } from "../text/source-pieces.ts";
import type { Wordpieces } from "../text/wordpieces.ts";
import { BatchSearch, type PreparedLine } from "./batch-search.ts";
import type { Hypothesis } from "./hypothesis.ts";
import { inOrder } from "./in-order.ts";
import { lengthBatches } from "./lines/length-batches.ts";
import { lineWindows, type WindowOptions } from "./lines/line-windows.ts";
import { createProcessors } from "./processors/create-processors.ts";
import { PieceIndex } from "./processors/piece-index.ts";
import { targetPrefix } from "./processors/target-prefix.ts";
import { replaceUnknown } from "./replace-unk.ts";
import { termPieces } from "./term-pieces.ts";
import { type ResolvedTranslateOptions, resolveTranslateOptions, type TranslateOptions } from "./translate-options.ts";
import {
  describeWarning,
  type SourceLine,
  type TranslatedHypothesis,
  type Translation,
  type TranslationCounts,
  type TranslationWarning,
} from "./translation.ts";
import { wordAlignment } from "./words/word-alignment.ts";
import { wordScores } from "./words/word-scores.ts";

/** A model with everything that turns text into its pieces and back. */
export interface TranslatorParts {
  /** From source pieces to target pieces. */
  model: TranslationModel;
  /** The vocabulary it was trained with. */
  wordpieces: Wordpieces;
  /** The languages it was trained on. */
  languages: ModelLanguages;
}

/** How lines are gathered unless told otherwise. */
const defaultWindow: WindowOptions = { lines: 2000, patience: 20 };

/** Batches are not made smaller than this so that there are as many as the model works on side by side. */
const LEAST_SHARE = 4;

/** How one stream of lines is translated. */
export interface TranslateRun {
  /** Once it is aborted, the translations end with its reason, after the steps under way. Default: none. */
  signal?: AbortSignal;
  /** Lines sorted and batched together, and how long to wait for one more. Default: 2,000 lines, 20 ms. */
  window?: Partial<WindowOptions>;
  /** Number of the first line: of warnings, and what sampling draws by. Default: lines are numbered on from the translator's earlier ones. */
  firstLine?: number;
}

/** A line and, where it went through the model, what was found. */
interface Searched {
  line: number;
  source: string;
  found?: { ready: PreparedLine; hypotheses: Hypothesis[] };
}

/**
 * Translates lines of text with a loaded model: wordpieces, batches of similar length, beam search or sampling, text again.
 *
 * @example
 * import { loadTranslationModel, Translator } from "gnmt-moe";
 *
 * const translator = new Translator(await loadTranslationModel("models/my"), { beamSize: 5, nBest: 2 });
 * for await (const { line, hypotheses } of translator.translate(["A dog runs.", "Two people sing."])) {
 *   console.log(line, hypotheses[0]?.text);
 * }
 */
export class Translator {
  /** Options with defaults filled in. */
  readonly options: ResolvedTranslateOptions;
  /** What has been translated since the translator was made. */
  readonly counts: TranslationCounts = { lines: 0, blank: 0, tooLong: 0, cut: 0, sourcePieces: 0, targetPieces: 0 };
  private readonly parts: TranslatorParts;
  private readonly tagId: number | undefined;
  private readonly warn: (warning: TranslationWarning) => void;
  private readonly searches: BatchSearch;
  private pieceIndex: PieceIndex | undefined;

  /**
   * Throws UsageError for options out of range and TranslationError for a language that the model has not seen.
   * Warnings go to the log unless `onWarning` takes them.
   */
  constructor(
    parts: TranslatorParts,
    options: TranslateOptions = {},
    onWarning: (warning: TranslationWarning) => void = (warning) => log.warn(describeWarning(warning)),
  ) {
    this.parts = parts;
    this.options = resolveTranslateOptions(options);
    this.warn = onWarning;
    this.tagId = tagPiece(parts.wordpieces, chooseTag(parts.languages, options));
    const processors = createProcessors(parts.wordpieces, () => this.index, this.options);
    this.searches = new BatchSearch(parts, this.options, processors, () => this.index);
  }

  /**
   * One translation per line, in order and in bounded memory: lines are sorted and batched within windows, as many batches at a time as the
   * model works on side by side; while the last batches of a window run, the next one is read and begun. Lines are numbered on from the
   * translator's earlier ones. Leaving the loop, or aborting `signal`, ends the searches after their step. Throws the signal's reason,
   * OutOfMemoryError, and errors of `lines`, after the translations of the lines before.
   */
  async *translate(
    lines: AsyncIterable<string | SourceLine> | Iterable<string | SourceLine>,
    { signal, window, firstLine }: TranslateRun = {},
  ): AsyncGenerator<Translation, void, undefined> {
    let next = firstLine;
    const turns = new Turns(this.parts.model.parallelism);
    const windows = lineWindows(lines, { ...defaultWindow, ...window });
    const start = (some: (string | SourceLine)[], stop: AbortSignal) => {
      const first = next ?? this.counts.lines + 1;
      if (next !== undefined) next += some.length;
      return this.searchWindow(some, first, turns, stop);
    };
    for await (const searched of inOrder(windows, start, signal)) {
      for (const { line, source, found } of searched) {
        yield found === undefined
          ? { line, source, sourcePieces: [], hypotheses: [] }
          : this.finish(found.ready, found.hypotheses);
      }
    }
  }

  private async searchWindow(
    lines: readonly (string | SourceLine)[],
    first: number,
    turns: Turns,
    signal: AbortSignal,
  ): Promise<Searched[]> {
    this.counts.lines += lines.length;
    const given = lines.map((line): SourceLine => (typeof line === "string" ? { text: line } : line));
    const searched = given.map(({ text }, i): Searched => ({ line: first + i, source: text }));
    const prepared: PreparedLine[] = [];
    given.forEach((line, i) => {
      const ready = this.prepare(line, first + i);
      if (ready !== undefined) prepared.push(ready);
    });
    const { batchSize, batchTokens } = this.options;
    const share = Math.max(Math.ceil(prepared.length / this.parts.model.parallelism), LEAST_SHARE);
    const budget = { sentences: Math.min(batchSize, share), pieces: batchTokens };
    const lengths = prepared.map(({ source }) => source.length);
    const searchSome = async (indices: Int32Array) => {
      const batch = Array.from(indices, (i) => prepared[i]!);
      const found = await this.searches.run(batch, signal);
      batch.forEach((ready, i) => {
        searched[ready.line - first]!.found = { ready, hypotheses: found[i]! };
      });
    };
    await turns.takeAll(lengthBatches(lengths, budget).map((indices) => () => searchSome(indices)));
    return searched;
  }

  /** Counts and tells of a line that was too long to be read, whose place in the input a blank one takes. */
  reportLongLine(line: number): void {
    this.counts.tooLong++;
    this.warn({ kind: "line-too-long", line });
  }

  private prepare(given: SourceLine, line: number): PreparedLine | undefined {
    const { text, targetPrefix: prefix, prefixIsWhole, terms = [], nBest } = given;
    const pieces = text.trim() === "" ? undefined : this.parts.wordpieces.encode(text);
    if (pieces === undefined || pieces.length === 0) {
      this.counts.blank++;
      return undefined;
    }
    this.counts.sourcePieces += pieces.length;
    const limit = this.options.maxSourceLength;
    if (pieces.length > limit) {
      this.counts.tooLong++;
      this.warn({ kind: "source-too-long", line, pieces: pieces.length, limit });
      return undefined;
    }
    return {
      line,
      text,
      source: withMarkers(pieces, this.tagId, this.parts.wordpieces.eosId),
      pieces: pieces.length,
      prefix: prefix ? targetPrefix(this.parts.wordpieces, this.index, prefix, prefixIsWhole) : undefined,
      terms: terms.map((term) => this.encodeTerm(term, line)).filter(({ length }) => length > 0),
      nBest: Math.min(nBest ?? this.options.nBest, this.options.nBest),
    };
  }

  private finish(ready: PreparedLine, found: readonly Hypothesis[]): Translation {
    const { sampling } = this.options;
    const hypotheses: TranslatedHypothesis[] = [];
    const texts = new Set<string>();
    for (const hypothesis of found) {
      if (hypotheses.length === ready.nBest) break;
      const translated = this.toText(ready, hypothesis);
      // Samples are draws: that two are the same says how probable they are.
      if (sampling === undefined && texts.has(translated.text)) continue;
      texts.add(translated.text);
      hypotheses.push(translated);
    }
    for (const { pieces, complete } of sampling === undefined ? found.slice(0, 1) : found) {
      this.counts.targetPieces += pieces.length;
      if (complete) continue;
      this.counts.cut++;
      this.warn({ kind: "cut", line: ready.line, pieces: pieces.length });
    }
    return { line: ready.line, source: ready.text, sourcePieces: this.spell(ready.source), hypotheses };
  }

  private toText(ready: PreparedLine, hypothesis: Hypothesis): TranslatedHypothesis {
    const { wordpieces } = this.parts;
    const { score, logProbability, complete, attention } = hypothesis;
    const { replaceUnk, withAttention, withAlignment, withWordScores } = this.options;
    const textOf = (pieces: Int32Array) =>
      singleLine(replaceUnk ? replaceUnknown({ pieces, attention }, ready, wordpieces) : wordpieces.decode(pieces));
    const translated: TranslatedHypothesis = {
      text: textOf(hypothesis.pieces),
      score,
      logProbability,
      complete,
      pieces: this.spell(hypothesis.pieces),
    };
    if (withAttention && attention !== undefined) translated.attention = attention;
    if (!withAlignment && !withWordScores) return translated;
    const { pieces } = hypothesis;
    const target = pieceWords(pieces.length, (count) => textOf(pieces.subarray(0, count)));
    if (withWordScores) translated.wordScores = wordScores(hypothesis.pieceScores, target);
    if (withAlignment && attention !== undefined) {
      const source = linePieceWords(ready.text, wordpieces);
      translated.alignment = wordAlignment(attention, target, source, ready.source.length - 1 - ready.pieces);
    }
    return translated;
  }

  /** The pieces of each wording; none of a blank term, and where it cannot be spelled and is to be left out. */
  private encodeTerm(term: string | readonly string[], line: number): Int32Array[] {
    const given = [term].flat().filter((wording) => wording.trim() !== "");
    const { wordpieces } = this.parts;
    const { sampling, diverseBeamGroups, unspellableTerms } = this.options;
    if (given.length > 0 && (sampling !== undefined || diverseBeamGroups > 1)) {
      const what = sampling !== undefined ? "translations are sampled" : "the beam is in groups";
      throw new UsageError(`terms are given, and ${what}`, {
        where: `line ${line}`,
        nextStep: "Search for translations with terms: leave out the options of sampling and diverse_beam_groups.",
      });
    }
    const wordings = given.flatMap((wording) => termPieces(wordpieces, wording));
    if (wordings.length > 0 || given.length === 0) return wordings;
    if (unspellableTerms === "leave-out") {
      this.warn({ kind: "term-left-out", line, term: given[0]! });
      return [];
    }
    throw new TranslationError(`the vocabulary cannot spell the term "${given[0]}"`, {
      where: `line ${line}`,
      nextStep: "Leave the term out, or write it with characters that the model was trained with.",
    });
  }

  /** Made when something first needs it. */
  private get index(): PieceIndex {
    this.pieceIndex ??= new PieceIndex(this.parts.wordpieces, this.parts.model.vocabularySize);
    return this.pieceIndex;
  }

  private spell(ids: Int32Array): string[] {
    return Array.from(ids, (id) => this.parts.wordpieces.pieceOf(id));
  }
}

/** Byte pieces can spell line breaks, which would shift every line after them. */
function singleLine(text: string): string {
  return text.replace(/[\n\v\f\r\u0085\u2028\u2029]+/g, " ");
}
