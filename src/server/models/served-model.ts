/** A loaded model with its queue, and a translator for each set of options that requests ask for. */
import type { SourceLine, TranslationCounts } from "../../decoding/translation.ts";
import { Translator, type TranslatorParts } from "../../decoding/translator.ts";
import type { TranslationModel } from "../../model/decoder-state.ts";
import type { BatchTranslator, LineTranslation } from "../queue/batch-translator.ts";
import { LineQueue } from "../queue/line-queue.ts";

/** How all models translate. */
export interface ServingOptions {
  /** Hypotheses kept for each sentence. */
  beamSize: number;
  /** Lines decoded together, at most. */
  batchSize: number;
  /** Milliseconds that a line may wait for others. */
  maxDelay: number;
  /** Told of each batch. */
  onBatch?: (lines: number) => void;
}

/** What requests choose. */
export interface LineOptions {
  source: string;
  target: string;
  /** Translations of each line, at most. */
  nBest: number;
  /** Whether to tell which words of the line each translated word looked at. */
  withAlignment: boolean;
}

export class ServedModel {
  readonly queue: LineQueue;
  private readonly parts: TranslatorParts;
  private readonly options: ServingOptions;
  private readonly translators = new Map<string, ModelTranslator>();

  constructor(parts: TranslatorParts, options: ServingOptions) {
    this.parts = { ...parts, model: oneBatchAtATime(parts.model) };
    this.options = options;
    const { batchSize, maxDelay, onBatch } = options;
    const slots = parts.model.parallelism;
    this.queue = new LineQueue({ slots, batchSize, maxDelay, ...(onBatch && { onBatch }) });
  }

  /** The same object for the same options. Throws TranslationError for languages that the model has not seen. */
  translator({ source, target, nBest, withAlignment }: LineOptions): BatchTranslator {
    const { beamSize, batchSize } = this.options;
    const { languages } = this.parts;
    const name = JSON.stringify([target, nBest, withAlignment]);
    const known =
      this.translators.get(name) ??
      new ModelTranslator(this.parts, {
        ...(languages.sources.includes(source) && { sourceLanguage: source }),
        ...(languages.targets.includes(target) && { targetLanguage: target }),
        beamSize: Math.max(beamSize, nBest),
        nBest,
        withAlignment,
        unspellableTerms: "leave-out",
        batchSize,
      });
    this.translators.set(name, known);
    return known;
  }

  /** Sums over everything translated so far. */
  get counts(): Pick<TranslationCounts, "sourcePieces" | "targetPieces" | "cut"> {
    const sums = { sourcePieces: 0, targetPieces: 0, cut: 0 };
    for (const { counts } of this.translators.values()) {
      sums.sourcePieces += counts.sourcePieces;
      sums.targetPieces += counts.targetPieces;
      sums.cut += counts.cut;
    }
    return sums;
  }

  dispose(): void {
    this.parts.model.dispose();
  }
}

class ModelTranslator implements BatchTranslator {
  private readonly translator: Translator;
  /** Numbers of lines that had too many pieces, until their batch has ended. */
  private readonly tooLong = new Set<number>();

  constructor(parts: TranslatorParts, options: ConstructorParameters<typeof Translator>[1]) {
    this.translator = new Translator(parts, options, (warning) => {
      if (warning.kind === "source-too-long") this.tooLong.add(warning.line);
    });
  }

  get counts(): TranslationCounts {
    return this.translator.counts;
  }

  async translate(lines: readonly SourceLine[], signal: AbortSignal): Promise<LineTranslation[]> {
    const results: LineTranslation[] = [];
    const window = { lines: lines.length, patience: Number.POSITIVE_INFINITY };
    for await (const { line, hypotheses } of this.translator.translate(lines, { signal, window })) {
      const found = hypotheses.map(({ text, alignment }) => (alignment === undefined ? { text } : { text, alignment }));
      results.push({ hypotheses: found, tooLong: this.tooLong.delete(line) });
    }
    return results;
  }
}

/** The queue gives the model as many batches as it has slots; a translator must not cut each of them again. */
function oneBatchAtATime(model: TranslationModel): TranslationModel {
  return {
    vocabularySize: model.vocabularySize,
    parallelism: 1,
    startDecoding: (sources) => model.startDecoding(sources),
    forceScore: (sources, targets) => model.forceScore(sources, targets),
    dispose: () => model.dispose(),
  };
}
