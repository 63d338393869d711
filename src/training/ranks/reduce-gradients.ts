/**
 * Gradients of what all ranks have, summed over them. Each is on its way as soon as it is known, while the backward pass goes on; none needs much
 * memory beside it. Sums don't depend on how they are cut: ranks are added up in their order, number by number.
 */
import * as tf from "@tensorflow/tfjs";
import { nativeBackend } from "../../backends/native/backend.ts";
import { floatTensor } from "../../ops/tensor.ts";
import type { Communicator, Pending } from "../../parallel/communicator.ts";

/** Numbers of one sum: above 32 MiB libraries map memory anew for each. */
const BUCKET = 2 ** 22;
/** Smaller gradients wait for others until they have so many numbers together: each sum costs messages. */
const SMALLEST = 2 ** 16;

interface Sum {
  name: string;
  /** The gradient's own numbers, or a copy that takes its place. */
  values: Float32Array;
  copied: boolean;
}

/** The sums of one step. All ranks add the same gradients in the same order. */
export class GradientSums {
  private readonly ranks: Communicator;
  private readonly names: ReadonlySet<string>;
  /** Sums over this rank's batches before the last one, which the last one's are added to. */
  private readonly before: tf.NamedTensorMap;
  private readonly sums: Sum[] = [];
  private readonly tensors: tf.NamedTensorMap = {};
  private readonly pending: Pending[] = [];
  /** Small gradients that aren't on their way yet. */
  private small: Sum[] = [];
  private readonly together: { values: Float32Array; of: readonly Sum[] }[] = [];

  /** `names` of variables that are to be summed; gradients of others are whole already. */
  constructor(ranks: Communicator, names: ReadonlySet<string>, before: tf.NamedTensorMap = {}) {
    this.ranks = ranks;
    this.names = names;
    this.before = before;
  }

  /** Takes the last batch's gradient, which nothing is added to any more. */
  add(name: string, last: tf.Tensor): void {
    if (!this.names.has(name)) return;
    const earlier = this.before[name];
    this.take(name, earlier === undefined ? last : tf.keep(tf.add(earlier, last)));
  }

  /** Takes what has not been added before, waits for all sums and gives them, with the gradients that are whole. Disposes of what they replace. */
  end(last: tf.NamedTensorMap): tf.NamedTensorMap {
    for (const name of Object.keys({ ...this.before, ...last })) {
      if (!this.names.has(name) || this.tensors[name] !== undefined) continue;
      if (last[name] === undefined) this.take(name, this.before[name]!);
      else this.add(name, last[name]);
    }
    const isWhole = ([name]: [string, tf.Tensor]) => !this.names.has(name);
    const [earlier, whole] = [this.before, last].map((all) => Object.fromEntries(Object.entries(all).filter(isWhole)));
    const reduced = accumulate(earlier!, whole!);
    this.sendSmall();
    for (const pending of this.pending) pending.wait();
    for (const { values, of } of this.together) scatter(values, of);
    for (const { name, values, copied } of this.sums) {
      const tensor = this.tensors[name]!;
      reduced[name] = copied ? floatTensor<tf.Tensor>(values, tensor.shape) : tensor;
      for (const replaced of new Set([last[name], this.before[name], tensor])) {
        if (replaced !== reduced[name]) replaced?.dispose();
      }
    }
    return reduced;
  }

  private take(name: string, tensor: tf.Tensor): void {
    this.tensors[name] = tensor;
    const own = nativeBackend()?.writable(tensor);
    const sum = { name, values: own ?? tensor.dataSync<"float32">().slice(), copied: own === undefined };
    this.sums.push(sum);
    if (sum.values.length < SMALLEST) {
      this.small.push(sum);
      if (this.small.reduce((count, { values }) => count + values.length, 0) >= SMALLEST) this.sendSmall();
      return;
    }
    for (let at = 0; at < sum.values.length; at += BUCKET) this.send(sum.values.subarray(at, at + BUCKET));
  }

  private send(values: Float32Array): void {
    this.pending.push(this.ranks.allReduce(values));
  }

  private sendSmall(): void {
    const of = this.small;
    if (of.length === 0) return;
    this.small = [];
    const values = new Float32Array(of.reduce((count, { values }) => count + values.length, 0));
    let at = 0;
    for (const { values: each } of of) {
      values.set(each, at);
      at += each.length;
    }
    this.together.push({ values, of });
    this.send(values);
  }
}

/** Sums of two backward passes' gradients, name by name; disposes of both. */
export function accumulate(sum: tf.NamedTensorMap, next: tf.NamedTensorMap): tf.NamedTensorMap {
  const out: tf.NamedTensorMap = {};
  for (const name of Object.keys({ ...sum, ...next })) {
    const [a, b] = [sum[name], next[name]];
    out[name] = a !== undefined && b !== undefined ? tf.add(a, b) : (a ?? b)!;
    if (a !== undefined && b !== undefined) tf.dispose([a, b]);
  }
  return out;
}

function scatter(values: Float32Array, into: readonly Sum[]): void {
  let at = 0;
  for (const { values: each } of into) {
    each.set(values.subarray(at, at + each.length));
    at += each.length;
  }
}
