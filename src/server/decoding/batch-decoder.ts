/** Translates batches with one model, a translator for each set of options that is asked for, and explains translations. */
import type { TranslateOptions } from "../../decoding/translate-options.ts";
import type { SourceLine, TranslatedHypothesis, Translation } from "../../decoding/translation.ts";
import { Translator, type TranslatorParts } from "../../decoding/translator.ts";
import { Inspector } from "../../inspection/inspector.ts";
import type { TranslationModel } from "../../model/decoder-state.ts";
import type { DetailedHypothesis, PieceCounts, Services } from "./messages.ts";

/** Sets of options whose translators are kept; the one that was not used for the longest time goes. */
const MOST_TRANSLATORS = 64;

type Batch = Omit<Services["translate"]["ask"], "model">;

export class BatchDecoder {
  private readonly parts: TranslatorParts;
  /** By their options, the least recently used first. */
  private readonly translators = new Map<string, CountedTranslator>();
  private inspector: Inspector | undefined;

  constructor(parts: TranslatorParts) {
    this.parts = { ...parts, model: oneBatchAtATime(parts.model) };
  }

  /** Rejects with the signal's reason, and with TranslationError for languages that the model has not seen. */
  async translate(batch: Batch, signal: AbortSignal): Promise<Services["translate"]["answer"]> {
    const { lines, counts } = await this.run(batch, signal);
    return {
      lines: lines.map(({ hypotheses, tooLong }) => ({ hypotheses: hypotheses.map(textAndAlignment), tooLong })),
      counts,
    };
  }

  /** The same with all that the options ask for. */
  async detail(batch: Batch, signal: AbortSignal): Promise<Services["detail"]["answer"]> {
    const { lines, counts } = await this.run(batch, signal);
    return {
      lines: lines.map(({ sourcePieces, hypotheses, tooLong }) => ({
        sourcePieces,
        hypotheses: hypotheses.map(inNumbers),
        tooLong,
      })),
      counts,
    };
  }

  /** Explanations of translations, other words. */
  inspect({ beamSize, request }: Omit<Services["inspect"]["ask"], "model">, signal: AbortSignal) {
    this.inspector ??= new Inspector(this.parts, beamSize);
    return this.inspector.run(request, signal);
  }

  private async run({ lines, options }: Batch, signal: AbortSignal) {
    const translator = this.translator(options);
    const found = await translator.translate(lines, signal);
    return { lines: found, counts: translator.newCounts() };
  }

  private translator(options: TranslateOptions): CountedTranslator {
    const name = JSON.stringify(options);
    const translator = this.translators.get(name) ?? new CountedTranslator(this.parts, options);
    this.translators.delete(name);
    this.translators.set(name, translator);
    if (this.translators.size > MOST_TRANSLATORS) this.translators.delete(this.translators.keys().next().value!);
    return translator;
  }
}

class CountedTranslator {
  private readonly translator: Translator;
  /** Numbers of lines that had too many pieces, until their batch has ended. */
  private readonly tooLong = new Set<number>();
  private told: PieceCounts = { sourcePieces: 0, targetPieces: 0, cut: 0 };

  constructor(parts: TranslatorParts, options: TranslateOptions) {
    this.translator = new Translator(parts, options, (warning) => {
      if (warning.kind === "source-too-long") this.tooLong.add(warning.line);
    });
  }

  async translate(lines: readonly SourceLine[], signal: AbortSignal): Promise<(Translation & { tooLong: boolean })[]> {
    const results: (Translation & { tooLong: boolean })[] = [];
    const window = { lines: lines.length, patience: Number.POSITIVE_INFINITY };
    for await (const translation of this.translator.translate(lines, { signal, window })) {
      results.push({ ...translation, tooLong: this.tooLong.delete(translation.line) });
    }
    return results;
  }

  /** What was not told before: of batches side by side, the first that ends tells. */
  newCounts(): PieceCounts {
    const { sourcePieces, targetPieces, cut } = this.translator.counts;
    const { told } = this;
    this.told = { sourcePieces, targetPieces, cut };
    return {
      sourcePieces: sourcePieces - told.sourcePieces,
      targetPieces: targetPieces - told.targetPieces,
      cut: cut - told.cut,
    };
  }
}

function textAndAlignment({ text, alignment }: TranslatedHypothesis): Pick<DetailedHypothesis, "text" | "alignment"> {
  return { text, ...(alignment && { alignment: lists(alignment) }) };
}

/** JSON has lists of numbers only, and writes out every digit. */
function lists(rows: readonly Float32Array[]): number[][] {
  return rows.map((row) => Array.from(row, (value) => Math.round(value * 1e4) / 1e4));
}

function inNumbers({ attention, alignment, ...hypothesis }: TranslatedHypothesis): DetailedHypothesis {
  return {
    ...hypothesis,
    ...(attention && { attention: lists(attention) }),
    ...(alignment && { alignment: lists(alignment) }),
  };
}

/** The queue gives the model as many batches as it has slots; a translator must not cut each of them again. */
function oneBatchAtATime(model: TranslationModel): TranslationModel {
  return {
    vocabularySize: model.vocabularySize,
    parallelism: 1,
    startDecoding: (sources) => model.startDecoding(sources),
    forceScore: (sources, targets) => model.forceScore(sources, targets),
    expertGates: async (sources, targets) => (await model.expertGates?.(sources, targets)) ?? [],
    dispose: () => model.dispose(),
  };
}
