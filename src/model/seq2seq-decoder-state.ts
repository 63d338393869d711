/** Hypotheses of the translation model under way: LSTM states by row, attention memory by sentence. */
import { setImmediate } from "node:timers/promises";
import * as tf from "@tensorflow/tfjs";
import type { RowGroups } from "../base/packed-layout.ts";
import { ForwardContext } from "../layers/forward-context.ts";
import type { LstmState } from "../layers/lstm.ts";
import { vocabularyDistribution, vocabularyTopK } from "../ops/vocabulary-top-k.ts";
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
    // A turn of the event loop, in which timers, signals and readers of results are served.
    await setImmediate();
    return this.compute(previous, request);
  }

  private compute(previous: Int32Array, request: StepRequest): StepCandidates {
    const { count, withAttention = false, distribution = false } = request;
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
      const best = distribution ? vocabularyDistribution(projection, count) : vocabularyTopK(projection, count);
      candidates = attention === undefined ? best : { ...best, attention };
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
