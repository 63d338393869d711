/** Values of tensors that may be divided among ranks, each of which needs some of the things along their first axis. */
import type { Part } from "./parts.ts";

/** A tensor's values; those of a file are read when they are asked for. */
export interface DividedValues {
  /** Of the whole tensor. */
  readonly shape: readonly number[];
  /** All of them. */
  readonly data: Float32Array;
  /** Of some things along the first axis alone, without the others' memory; where it is missing, they are cut out of `data`. */
  part?(of: Part): Float32Array;
}

/** All values, or those of a part. */
export function valuesOf(values: DividedValues, part?: Part): Float32Array {
  if (part === undefined) return values.data;
  if (values.part !== undefined) return values.part(part);
  const { data, shape } = values;
  const each = data.length / shape[0]!;
  return data.subarray(part.begin * each, (part.begin + part.length) * each);
}
