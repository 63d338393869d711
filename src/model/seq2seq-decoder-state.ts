/** Hypotheses of the translation model under way: LSTM states by row, attention memory by sentence. */
import { setImmediate } from "node:timers/promises";
import * as tf from "@tensorflow/tfjs";
import type { RowGroups } from "../base/packed-layout.ts";
import { ForwardContext } from "../layers/forward-context.ts";
import type { LstmState } from "../layers/lstm.ts";
import type { VocabularyProjection } from "../ops/vocabulary-cross-entropy.ts";
import { vocabularyTopK } from "../ops/vocabulary-top-k.ts";
import type { Decoder, EncodedSource } from "./decoder.ts";
import type { DecoderState, StepCandidates, StepRequest } from "./decoder-state.ts";

/** Rows of LSTM states [rows, hidden] and [rows, cell], one a hypothesis. */
export class Seq2SeqDecoderState implements DecoderState {
  private readonly decoder: Decoder;
  private readonly source: EncodedSource;
  private states: LstmState[];
  private sentences: Int32Array;
  private queryRows: RowGroups;

  /** Takes over the tensors of `source`. */
  constructor(decoder: Decoder, source: EncodedSource) {
    const sentences = source.keyRows.offsets.length - 1;
    this.decoder = decoder;
    this.source = source;
    this.sentences = Int32Array.from({ length: sentences }, (_, i) => i);
    this.queryRows = this.groupRows();
    this.states = tf.tidy(() => decoder.initialStates(source, this.sentences));
  }

  get rows(): number {
    return this.sentences.length;
  }

  get sentenceOfRow(): Int32Array {
    return this.sentences;
  }

  async step(previous: Int32Array, request: StepRequest): Promise<StepCandidates> {
    // Lets other work of the process, and requests to stop, in between.
    await setImmediate();
    return this.computeStep(previous, request);
  }

  private computeStep(
    previous: Int32Array,
    { count, withAttention = false, distribution }: StepRequest,
  ): StepCandidates {
    const rows = { queryRows: this.queryRows, keyRows: this.source.keyRows };
    const before = this.states;
    let candidates: StepCandidates | undefined;
    this.states = tf.tidy(() => {
      const { output, states, attention } = this.decoder.step(
        previous,
        before,
        this.source,
        rows,
        ForwardContext.evaluation,
        withAttention,
      );
      const projection = this.decoder.vocabularyProjection(output);
      candidates = {
        ...(distribution === true ? wholeDistribution(projection, count) : vocabularyTopK(projection, count)),
        ...(attention && { attention }),
      };
      return states;
    });
    tf.dispose(before);
    return candidates!;
  }

  select(rows: Int32Array): void {
    const before = this.states;
    this.states = tf.tidy(() => {
      const indices = tf.tensor1d(rows, "int32");
      return before.map(({ hidden, cell }) => ({ hidden: tf.gather(hidden, indices), cell: tf.gather(cell, indices) }));
    });
    tf.dispose(before);
    this.sentences = rows.map((row) => this.sentences[row]!);
    this.queryRows = this.groupRows();
  }

  dispose(): void {
    tf.dispose([this.states, this.source.memory]);
  }

  /** The rows of each sentence of the batch; sentences without rows have empty groups. */
  private groupRows(): RowGroups {
    const sentences = this.source.keyRows.offsets.length - 1;
    const offsets = new Int32Array(sentences + 1);
    for (const sentence of this.sentences) offsets[sentence + 1]!++;
    for (let i = 0; i < sentences; i++) offsets[i + 1]! += offsets[i]!;
    const next = offsets.slice(0, sentences);
    const rows = new Int32Array(this.sentences.length);
    this.sentences.forEach((sentence, row) => {
      rows[next[sentence]!++] = row;
    });
    return { rows, offsets };
  }
}

/** The best pieces, and the log-probability of every piece at its own place: [rows, vocabulary]. */
function wholeDistribution(projection: VocabularyProjection, count: number): StepCandidates {
  const size = projection.weights.shape[0];
  const { ids, logProbabilities } = vocabularyTopK(projection, size);
  const rows = ids.length / size;
  const distribution = new Float32Array(ids.length);
  const best = { ids: new Int32Array(rows * count), logProbabilities: new Float32Array(rows * count) };
  for (let row = 0; row < rows; row++) {
    const from = row * size;
    for (let i = from; i < from + size; i++) distribution[from + ids[i]!] = logProbabilities[i]!;
    best.ids.set(ids.subarray(from, from + count), row * count);
    best.logProbabilities.set(logProbabilities.subarray(from, from + count), row * count);
  }
  return { ...best, distribution };
}
