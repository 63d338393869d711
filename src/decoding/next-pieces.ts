/** The most probable pieces after given ones: what could stand at a position of a translation. */
import type { TranslationModel } from "../model/decoder-state.ts";
import { notFinite } from "./beam/beam-step.ts";

/** What is asked for. */
export interface NextPiecesOptions {
  bosId: number;
  eosId: number;
  /** Pieces of each sentence, at most. */
  count: number;
  /** Rejects with its reason once it is aborted. */
  signal?: AbortSignal | undefined;
}

/** [sentences] the pieces that may follow each sentence's given ones, most probable first; `</s>` and impossible ones left out. */
export async function bestNextPieces(
  model: TranslationModel,
  sources: readonly Int32Array[],
  given: readonly (readonly number[])[],
  { bosId, eosId, count, signal }: NextPiecesOptions,
): Promise<number[][]> {
  const found = sources.map((): number[] => []);
  const perRow = Math.min(count + 1, model.vocabularySize);
  signal?.throwIfAborted();
  const state = await model.startDecoding(sources);
  try {
    let previous = new Int32Array(state.rows).fill(bosId);
    for (let t = 0; previous.length > 0; t++) {
      signal?.throwIfAborted();
      const { sentenceOfRow } = state;
      const { ids, logProbabilities } = await state.step(previous, { count: perRow });
      const kept: number[] = [];
      sentenceOfRow.forEach((sentence, row) => {
        const from = row * perRow;
        if (Number.isNaN(logProbabilities[from]!)) throw notFinite();
        if (t < given[sentence]!.length) {
          kept.push(row);
          return;
        }
        for (let at = from; at < from + perRow && found[sentence]!.length < count; at++) {
          const isPossible = logProbabilities[at]! > Number.NEGATIVE_INFINITY;
          if (isPossible && ids[at] !== eosId) found[sentence]!.push(ids[at]!);
        }
      });
      previous = Int32Array.from(kept, (row) => given[sentenceOfRow[row]!]![t]!);
      if (kept.length > 0 && kept.length < state.rows) state.select(Int32Array.from(kept));
    }
  } finally {
    state.dispose();
  }
  return found;
}
