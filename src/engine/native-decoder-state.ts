/** Hypotheses under way in the native inference engine; every step runs on the engine's threads. */
import type { StateHandle } from "../backends/native/kernels/inference.ts";
import type { DecoderState, StepCandidates, StepRequest } from "../model/decoder-state.ts";
import type { OpenWeights } from "./open-weights.ts";

/** Rows of a native state. */
export class NativeDecoderState implements DecoderState {
  private readonly weights: OpenWeights;
  private readonly handle: StateHandle;
  private readonly vocabularySize: number;
  /** [sentences] positions of each source; empty where there is none. */
  private readonly sourceLengths: Int32Array;
  private readonly isShared: (rows: number) => boolean;
  private readonly onEnd: () => void;
  private sentences: Int32Array;
  /** Rows that the next step keeps; undefined for all as they are. */
  private kept: Int32Array | undefined;
  private disposed = false;

  constructor(
    weights: OpenWeights,
    handle: StateHandle,
    source: {
      sentences: number;
      sourceLengths: Int32Array;
      vocabularySize: number;
      isShared: (rows: number) => boolean;
      onEnd: () => void;
    },
  ) {
    this.weights = weights;
    this.handle = handle;
    this.vocabularySize = source.vocabularySize;
    this.sourceLengths = source.sourceLengths;
    this.isShared = source.isShared;
    this.onEnd = source.onEnd;
    this.sentences = Int32Array.from({ length: source.sentences }, (_, i) => i);
  }

  get rows(): number {
    return this.sentences.length;
  }

  get sentenceOfRow(): Int32Array {
    return this.sentences;
  }

  async step(previous: Int32Array, request: StepRequest): Promise<StepCandidates> {
    const { count, withAttention = false, distribution = false } = request;
    const { rows } = this;
    const offsets = withAttention ? this.attentionOffsets() : undefined;
    const candidates = { ids: new Int32Array(rows * count), logProbabilities: new Float32Array(rows * count) };
    const all = distribution ? new Float32Array(rows * this.vocabularySize) : undefined;
    const weights = offsets && new Float32Array(offsets[rows]!);
    const { kept } = this;
    this.kept = undefined;
    const { ids, logProbabilities } = candidates;
    const shared = this.isShared(rows);
    await this.weights.addon.decodeStep(
      this.handle,
      kept,
      previous,
      count,
      ids,
      logProbabilities,
      all,
      weights,
      shared,
    );
    return {
      ...candidates,
      ...(all && { distribution: all }),
      ...(weights && offsets && { attention: { weights, offsets } }),
    };
  }

  select(rows: Int32Array): void {
    const { kept } = this;
    this.kept = kept === undefined ? rows.slice() : rows.map((row) => kept[row]!);
    this.sentences = rows.map((row) => this.sentences[row]!);
  }

  dispose(): void {
    if (this.disposed) return;
    this.disposed = true;
    this.weights.addon.closeHandle(this.handle);
    this.onEnd();
  }

  /** [rows + 1] where each row's attention begins. */
  private attentionOffsets(): Int32Array {
    const offsets = new Int32Array(this.rows + 1);
    this.sentences.forEach((sentence, row) => {
      offsets[row + 1] = offsets[row]! + this.sourceLengths[sentence]!;
    });
    return offsets;
  }
}
