/** A loaded model with its queue, and a translator for each set of options that requests ask for. */
import { Turns } from "../../base/threads/turns.ts";
import type { TranslateOptions } from "../../decoding/translate-options.ts";
import type { InspectAnswers, InspectRequest } from "../../inspection/inspector.ts";
import type { RemoteModel } from "../decoding/remote-model.ts";
import type { BatchTranslator } from "../queue/batch-translator.ts";
import { LineQueue } from "../queue/line-queue.ts";

/** How all models translate. */
export interface ServingOptions {
  /** Hypotheses kept for each sentence. */
  beamSize: number;
  /** Lines decoded together, at most. */
  batchSize: number;
  /** Milliseconds without a further line after which a batch starts. */
  maxDelay: number;
  /** Told of each batch that starts. */
  onBatch?: (lines: number) => void;
  /** Told of each batch that has ended: UTF-16 units of its lines. */
  onDone?: (characters: number) => void;
}

/** What requests choose. */
export interface LineOptions {
  source: string;
  target: string;
  /** Translations of a line, at most; each line says how many it wants. */
  nBest: number;
  /** Whether to tell which words of the line each translated word looked at. */
  withAlignment: boolean;
}

/** A model that the decoding process holds, or one that stands in for it. */
export type DecodingModel = Pick<
  RemoteModel,
  "parallelism" | "languages" | "counts" | "translate" | "inspect" | "dispose"
>;

/** Sets of options whose lanes are known; lines of a forgotten one are translated in its old lane. */
const MOST_TRANSLATORS = 256;

export class ServedModel {
  readonly queue: LineQueue;
  private readonly model: DecodingModel;
  private readonly options: ServingOptions;
  /** Lanes of the queue, by what is asked. */
  private readonly translators = new Map<string, BatchTranslator>();
  private readonly inspections = new Turns(1);

  constructor(model: DecodingModel, options: ServingOptions) {
    this.model = model;
    this.options = options;
    const { batchSize, maxDelay, onBatch, onDone } = options;
    const told = { ...(onBatch && { onBatch }), ...(onDone && { onDone }) };
    this.queue = new LineQueue({ slots: model.parallelism, batchSize, maxDelay, ...told });
  }

  /** Hypotheses kept for each sentence, unless more are asked for. */
  get beamSize(): number {
    return this.options.beamSize;
  }

  /** The same object for the same options, and for any number of translations within the beam. */
  translator({ source, target, nBest, withAlignment }: LineOptions): BatchTranslator {
    const beamSize = Math.max(this.options.beamSize, nBest);
    const options = { ...this.ofPair(source, target), beamSize, nBest: beamSize, withAlignment };
    const name = JSON.stringify(options);
    const translator: BatchTranslator = this.translators.get(name) ?? {
      translate: (lines, signal) => this.model.translate(lines, options, signal),
    };
    this.translators.delete(name);
    this.translators.set(name, translator);
    if (this.translators.size > MOST_TRANSLATORS) this.translators.delete(this.translators.keys().next().value!);
    return translator;
  }

  /**
   * Explains translations, finds other words: one request at a time beside the queue's batches, since they are for people who look at a sentence. Rejects with the
   * signal's reason.
   */
  inspect<Request extends InspectRequest>(
    request: Request,
    signal: AbortSignal,
  ): Promise<InspectAnswers[Request["kind"]]> {
    return this.inspections.take(() => {
      signal.throwIfAborted();
      return this.model.inspect(request, this.options.beamSize, signal);
    });
  }

  /** Sums over everything translated so far. */
  get counts(): DecodingModel["counts"] {
    return this.model.counts;
  }

  dispose(): void {
    this.model.dispose();
  }

  private ofPair(source: string, target: string): TranslateOptions {
    const { sources, targets } = this.model.languages;
    return {
      ...(sources.includes(source) && { sourceLanguage: source }),
      ...(targets.includes(target) && { targetLanguage: target }),
      batchSize: this.options.batchSize,
      unspellableTerms: "leave-out",
    };
  }
}
