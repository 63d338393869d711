/** Gradients of what all ranks have, summed over them, piece by piece: several are under way at once, and none needs much memory beside it. */
import type * as tf from "@tensorflow/tfjs";
import { nativeBackend } from "../../backends/native/backend.ts";
import { floatTensor } from "../../ops/tensor.ts";
import type { Communicator, Pending } from "../../parallel/communicator.ts";

/** Numbers of one sum: above 32 MiB libraries map memory anew for each, and small ones cost a message each. */
const BUCKET = 2 ** 22;

/**
 * Gradients by variable name, of which those of `divided` are whole already. Sums don't depend on how they are cut: ranks are added up in their
 * order, number by number. Disposes of what it replaces.
 */
export function reduceGradients(
  ranks: Communicator,
  gradients: tf.NamedTensorMap,
  divided: ReadonlySet<string>,
): tf.NamedTensorMap {
  const names = Object.keys(gradients).filter((name) => !divided.has(name));
  const reduced = { ...gradients };
  const large: Pending[] = [];
  const small: { name: string; values: Float32Array }[] = [];
  const copies: { name: string; values: Float32Array }[] = [];
  for (const name of names) {
    const tensor = gradients[name]!;
    const own = nativeBackend()?.writable(tensor);
    const values = own ?? tensor.dataSync<"float32">().slice();
    if (own === undefined) copies.push({ name, values });
    if (values.length < BUCKET / 64) small.push({ name, values });
    else {
      for (let at = 0; at < values.length; at += BUCKET) {
        large.push(ranks.allReduce(values.subarray(at, at + BUCKET)));
      }
    }
  }
  const together = new Float32Array(small.reduce((sum, { values }) => sum + values.length, 0));
  let at = 0;
  for (const { values } of small) {
    together.set(values, at);
    at += values.length;
  }
  ranks.allReduce(together).wait();
  at = 0;
  for (const { values } of small) {
    values.set(together.subarray(at, at + values.length));
    at += values.length;
  }
  for (const pending of large) pending.wait();
  for (const { name, values } of copies) {
    const { shape } = gradients[name]!;
    gradients[name]!.dispose();
    reduced[name] = floatTensor<tf.Tensor>(values, shape);
  }
  return reduced;
}
