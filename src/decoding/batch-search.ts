/** One batch of lines through the search that the options ask for. */
import type { TranslationModel } from "../model/decoder-state.ts";
import type { Wordpieces } from "../text/wordpieces.ts";
import { LexicalConstraints } from "./beam/lexical-constraints.ts";
import type { Hypothesis, SearchOptions } from "./hypothesis.ts";
import { bestNextPieces } from "./next-pieces.ts";
import type { PieceIndex } from "./processors/piece-index.ts";
import { type LogitsProcessor, processedModel } from "./processors/processor.ts";
import { type TargetPrefix, TargetPrefixes } from "./processors/target-prefix.ts";
import { sampleSearch } from "./sampling.ts";
import { search } from "./search.ts";
import { longestTranslation, type ResolvedTranslateOptions } from "./translate-options.ts";

/** A line ready for the model. */
export interface PreparedLine {
  /** From 1. */
  line: number;
  text: string;
  /** Tag, pieces, `</s>`. */
  source: Int32Array;
  /** Pieces of the text alone. */
  pieces: number;
  /** How its translation begins, where that is given. */
  prefix: TargetPrefix | undefined;
  /** [terms][wordings] pieces; its translation must have one wording of each term. */
  terms: readonly (readonly Int32Array[])[];
  /** Translations wanted of it. */
  nBest: number;
}

/** Searches with one model and one set of options. */
export class BatchSearch {
  private readonly model: TranslationModel;
  private readonly wordpieces: Wordpieces;
  private readonly options: ResolvedTranslateOptions;
  private readonly processors: readonly LogitsProcessor[];
  private readonly index: () => PieceIndex;

  /** `processors` hold for all lines; `index` is asked for only where prefixes are given. */
  constructor(
    { model, wordpieces }: { model: TranslationModel; wordpieces: Wordpieces },
    options: ResolvedTranslateOptions,
    processors: readonly LogitsProcessor[],
    index: () => PieceIndex,
  ) {
    this.model = model;
    this.wordpieces = wordpieces;
    this.options = options;
    this.processors = processors;
    this.index = index;
  }

  /** The hypotheses of each line, best first, or as they were drawn. Rejects with the reason of an aborted signal. */
  async run(batch: readonly PreparedLine[], signal: AbortSignal): Promise<Hypothesis[][]> {
    const { sampling, returnAlternatives } = this.options;
    if (sampling !== undefined) return this.samples(batch, signal);
    if (returnAlternatives) return this.alternatives(batch, signal);
    return search(this.modelFor(batch), sourcesOf(batch), this.settings(batch, signal));
  }

  /** A pass for each sample takes no more memory than one. */
  private async samples(batch: readonly PreparedLine[], signal: AbortSignal): Promise<Hypothesis[][]> {
    const { nBest, sampling } = this.options;
    const model = this.modelFor(batch);
    const settings = this.settings(batch, signal);
    const streams = batch.map(({ line }) => line);
    const found = batch.map((): Hypothesis[] => []);
    for (let sample = 0; sample < nBest; sample++) {
      const pass = await sampleSearch(model, sourcesOf(batch), settings, sampling!, streams, sample);
      pass.forEach((hypothesis, i) => {
        found[i]!.push(hypothesis);
      });
    }
    return found;
  }

  /** The most probable pieces after each prefix, best first, each continued by a search of its own; a pass for each. */
  private async alternatives(batch: readonly PreparedLine[], signal: AbortSignal): Promise<Hypothesis[][]> {
    const { nBest } = this.options;
    const prefixes = batch.map(({ prefix }) => prefix ?? { pieces: [], rest: "", isWhole: false });
    const options = { ...this.settings(batch, signal), count: nBest };
    const forced = prefixes.map(({ pieces }) => pieces);
    const pieces = await bestNextPieces(this.modelFor(batch), sourcesOf(batch), forced, options);
    const found = batch.map((): Hypothesis[] => []);
    for (let rank = 0; rank < nBest; rank++) {
      const lines = [...batch.keys()].filter((i) => rank < pieces[i]!.length);
      if (lines.length === 0) break;
      const some = lines.map((i) => ({
        ...batch[i]!,
        prefix: this.continued(prefixes[i]!, pieces[i]![rank]!),
        nBest: 1,
      }));
      const pass = await search(this.modelFor(some), sourcesOf(some), this.settings(some, signal));
      lines.forEach((i, at) => {
        found[i]!.push(...pass[at]!);
      });
    }
    return found;
  }

  private continued({ pieces, rest, isWhole }: TargetPrefix, piece: number): TargetPrefix {
    const { length } = rest === "" ? "" : this.index().textOf(piece);
    // A piece that begins after the prefix, or goes beyond it, has ended its last word.
    const isWithin = rest !== "" && length <= rest.length;
    return { pieces: [...pieces, piece], rest: rest.slice(length), isWhole: isWhole && isWithin };
  }

  private modelFor(batch: readonly PreparedLine[]): TranslationModel {
    const prefixes = batch.map(({ prefix }) => prefix);
    const given = prefixes.some((prefix) => prefix !== undefined);
    const own = given ? [new TargetPrefixes(this.index(), prefixes)] : [];
    return processedModel(this.model, [...this.processors, ...own]);
  }

  private settings(batch: readonly PreparedLine[], signal: AbortSignal): SearchOptions {
    const { options, wordpieces } = this;
    const constraints = batch.some(({ terms }) => terms.length > 0)
      ? batch.map(({ terms }) => new LexicalConstraints(terms))
      : undefined;
    return {
      bosId: wordpieces.bosId,
      eosId: wordpieces.eosId,
      beamSize: options.beamSize,
      nBest: options.beamSize,
      // Different pieces may spell the same text: spare hypotheses take the place of such repeats.
      wanted: Int32Array.from(batch, ({ nBest }) => (nBest === 1 ? 1 : options.beamSize)),
      groups: options.diverseBeamGroups,
      groupStrength: options.diverseBeamStrength,
      lengthPenalty: options.lengthPenalty,
      coveragePenalty: options.coveragePenalty,
      minLength: options.minLength,
      maxLengths: Int32Array.from(batch, ({ pieces, prefix, terms }) => {
        const begun = prefix === undefined ? 0 : prefix.pieces.length + prefix.rest.length;
        return longestTranslation(
          pieces,
          options,
          terms.reduce((sum, wordings) => sum + Math.max(...wordings.map(({ length }) => length)), begun),
        );
      }),
      withAttention: options.withAttention || options.withAlignment || options.replaceUnk,
      constraints,
      signal,
    };
  }
}

function sourcesOf(batch: readonly PreparedLine[]): Int32Array[] {
  return batch.map(({ source }) => source);
}
