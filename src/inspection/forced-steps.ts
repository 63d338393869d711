/** A model's steps over given translations: the attention and the probability of each piece. */
import type { MarkerIds } from "../base/forced-targets.ts";
import type { TranslationModel } from "../model/decoder-state.ts";

/** Steps of one sentence: its pieces, then the end piece. */
export interface ForcedSteps {
  /** [pieces + 1][source positions] weights, the sum of each row is 1. */
  attention: Float32Array[];
  /** [pieces + 1] natural logarithms. */
  logProbabilities: number[];
}

/** log P of what a shortlist leaves no probability. */
const IMPROBABLE = -100;

/** Sources end with `</s>`, targets have no markers. Rejects with the reason of an aborted signal, after the step under way. */
export async function forcedSteps(
  model: TranslationModel,
  sources: readonly Int32Array[],
  targets: readonly Int32Array[],
  { bosId, eosId }: MarkerIds,
  signal?: AbortSignal,
): Promise<ForcedSteps[]> {
  const found = targets.map((): ForcedSteps => ({ attention: [], logProbabilities: [] }));
  signal?.throwIfAborted();
  if (sources.length === 0) return found;
  const state = await model.startDecoding(sources);
  try {
    let previous = new Int32Array(state.rows).fill(bosId);
    for (let t = 0; previous.length > 0; t++) {
      signal?.throwIfAborted();
      const { sentenceOfRow } = state;
      const step = await state.step(previous, { count: 0, distribution: true, withAttention: true });
      const { weights, offsets } = step.attention!;
      const kept: number[] = [];
      sentenceOfRow.forEach((sentence, row) => {
        const target = targets[sentence]!;
        const piece = target[t] ?? eosId;
        const own = found[sentence]!;
        own.attention.push(weights.slice(offsets[row]!, offsets[row + 1]!));
        own.logProbabilities.push(Math.max(step.distribution![row * model.vocabularySize + piece]!, IMPROBABLE));
        if (t < target.length) kept.push(row);
      });
      previous = Int32Array.from(kept, (row) => targets[sentenceOfRow[row]!]![t]!);
      if (kept.length > 0 && kept.length < state.rows) state.select(Int32Array.from(kept));
    }
  } finally {
    state.dispose();
  }
  return found;
}
