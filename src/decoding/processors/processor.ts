/** Rules on the next piece that change a model's log-probabilities, and a model that follows them. Searches know nothing of it. */
import type { DecoderState, StepCandidates, StepRequest, TranslationModel } from "../../model/decoder-state.ts";
import { bestPieces } from "./best-pieces.ts";

/** A hypothesis whose next piece is to be chosen. */
export interface GrowingHypothesis {
  /** Index of its sentence in the batch. */
  sentence: number;
  /** Its pieces so far, `<s>` left out. */
  pieces: readonly number[];
}

/** A rule. It sees one hypothesis at a time, so a sentence never sees its neighbours. */
export interface LogitsProcessor {
  /** Changes the log-probabilities [vocabulary] of the next piece in place; −∞ forbids a piece. They are not normalised again. */
  process(logProbabilities: Float32Array, hypothesis: GrowingHypothesis): void;
}

/** The model under the rules, which are applied in their order to every step; the model itself where there are none. */
export function processedModel(model: TranslationModel, processors: readonly LogitsProcessor[]): TranslationModel {
  if (processors.length === 0) return model;
  return {
    vocabularySize: model.vocabularySize,
    parallelism: model.parallelism,
    startDecoding: async (sources) => new ProcessedState(await model.startDecoding(sources), processors),
    forceScore: (sources, targets) => model.forceScore(sources, targets),
    dispose: () => model.dispose(),
  };
}

class ProcessedState implements DecoderState {
  private readonly state: DecoderState;
  private readonly processors: readonly LogitsProcessor[];
  /** [rows] pieces so far; undefined before the first step, which is fed `<s>` */
  private pieces: (readonly number[])[] | undefined;

  constructor(state: DecoderState, processors: readonly LogitsProcessor[]) {
    this.state = state;
    this.processors = processors;
  }

  get rows(): number {
    return this.state.rows;
  }

  get sentenceOfRow(): Int32Array {
    return this.state.sentenceOfRow;
  }

  async step(previous: Int32Array, request: StepRequest): Promise<StepCandidates> {
    const { rows, sentenceOfRow } = this;
    const { attention, ...asked } = await this.state.step(previous, { ...request, count: 0, distribution: true });
    const pieces = Array.from(previous, (piece, row) =>
      this.pieces === undefined ? [] : [...this.pieces[row]!, piece],
    );
    this.pieces = pieces;
    const distribution = asked.distribution!;
    const size = distribution.length / rows;
    for (let row = 0; row < rows; row++) {
      const hypothesis = { sentence: sentenceOfRow[row]!, pieces: pieces[row]! };
      const values = distribution.subarray(row * size, (row + 1) * size);
      for (const processor of this.processors) processor.process(values, hypothesis);
    }
    return {
      ...bestPieces(distribution, rows, request.count),
      ...(request.distribution && { distribution }),
      ...(attention && { attention }),
    };
  }

  select(rows: Int32Array): void {
    this.state.select(rows);
    const { pieces } = this;
    if (pieces !== undefined) this.pieces = Array.from(rows, (row) => pieces[row]!);
  }

  dispose(): void {
    this.state.dispose();
  }
}
