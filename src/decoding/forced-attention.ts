/** Attention of given translations: what each of their pieces looks at where it is written. */
import type { StepAttention, TranslationModel } from "../model/decoder-state.ts";

/**
 * Of each pair [target pieces][source positions], tag and `</s>` of the source counted. Sources end with `</s>`, targets have no markers. Sentence by sentence
 * it is that of a search which writes the same pieces. Rejects where `signal` is aborted.
 */
export async function forcedAttention(
  model: TranslationModel,
  sources: readonly Int32Array[],
  targets: readonly Int32Array[],
  { bosId, signal }: { bosId: number; signal?: AbortSignal | undefined },
): Promise<Float32Array[][]> {
  const found: Float32Array[][] = targets.map(() => []);
  const written = [...targets.keys()].filter((i) => targets[i]!.length > 0);
  if (written.length === 0) return found;
  signal?.throwIfAborted();
  const state = await model.startDecoding(written.map((i) => sources[i]!));
  try {
    for (let t = 0; state.rows > 0; t++) {
      signal?.throwIfAborted();
      const lines = Array.from(state.sentenceOfRow, (sentence) => written[sentence]!);
      const previous = Int32Array.from(lines, (i) => (t === 0 ? bosId : targets[i]![t - 1]!));
      const { attention } = await state.step(previous, { count: 1, withAttention: true });
      for (const [row, i] of lines.entries()) found[i]!.push(weightsOf(attention!, row));
      const kept = [...lines.keys()].filter((row) => targets[lines[row]!]!.length > t + 1);
      if (kept.length === 0) break;
      if (kept.length < lines.length) state.select(Int32Array.from(kept));
    }
  } finally {
    state.dispose();
  }
  return found;
}

function weightsOf({ weights, offsets }: StepAttention, row: number): Float32Array {
  return weights.slice(offsets[row]!, offsets[row + 1]!);
}
