/** Translates batches with one model, a translator for each set of options that is asked for, and explains translations. */
import type { TranslateOptions } from "../../decoding/translate-options.ts";
import type { SourceLine, TranslatedHypothesis } from "../../decoding/translation.ts";
import { Translator, type TranslatorParts } from "../../decoding/translator.ts";
import { Inspector } from "../../inspection/inspector.ts";
import type { ExpertLoad, ExpertMemory, TranslationModel } from "../../model/decoder-state.ts";
import type { PieceCounts, Services, TranslatedLine } from "./messages.ts";

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
  async translate({ lines, options }: Batch, signal: AbortSignal): Promise<Services["translate"]["answer"]> {
    const translator = this.translator(options);
    const found = await translator.translate(lines, signal);
    return { lines: found, counts: translator.newCounts() };
  }

  /** What the model's experts have worked on. */
  expertLoad(): ExpertLoad[] {
    return this.parts.model.expertLoad?.() ?? [];
  }

  /** How its experts fit into their memory, where that has a bound. */
  expertMemory(): ExpertMemory | undefined {
    return this.parts.model.expertMemory?.();
  }

  /** Explanations of translations, other words. */
  inspect({ beamSize, request }: Omit<Services["inspect"]["ask"], "model">, signal: AbortSignal) {
    this.inspector ??= new Inspector(this.parts, beamSize);
    return this.inspector.run(request, signal);
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

  async translate(lines: readonly SourceLine[], signal: AbortSignal): Promise<TranslatedLine[]> {
    const results: TranslatedLine[] = [];
    const window = { lines: lines.length, patience: Number.POSITIVE_INFINITY };
    for await (const { line, hypotheses } of this.translator.translate(lines, { signal, window })) {
      results.push({ hypotheses: hypotheses.map(toJson), tooLong: this.tooLong.delete(line) });
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

/** JSON has lists of numbers only, and writes out every digit. */
function toJson({ text, alignment, complete }: TranslatedHypothesis): TranslatedLine["hypotheses"][number] {
  const digits = (row: Float32Array) => Array.from(row, (value) => Math.round(value * 1e4) / 1e4);
  return { text, ...(alignment && { alignment: alignment.map(digits) }), ...(!complete && { complete }) };
}

/** The queue gives the model as many batches as it has slots; a translator must not cut each of them again. */
function oneBatchAtATime(model: TranslationModel): TranslationModel {
  return {
    vocabularySize: model.vocabularySize,
    parallelism: 1,
    startDecoding: (sources) => model.startDecoding(sources),
    forceScore: (sources, targets) => model.forceScore(sources, targets),
    expertGates: async (sources, targets) => (await model.expertGates?.(sources, targets)) ?? [],
    expertLoad: () => model.expertLoad?.() ?? [],
    expertMemory: () => model.expertMemory?.(),
    dispose: () => model.dispose(),
  };
}
