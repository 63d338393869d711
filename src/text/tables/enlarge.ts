/** Growing typed arrays. */

/** Copies `old` to the front of the longer `grown` and returns that: `a = enlarge(a, new Int32Array(2 * a.length))`. */
export function enlarge<T extends Int32Array | Float32Array | Float64Array | Uint8Array | Uint16Array>(
  old: T,
  grown: T,
): T {
  grown.set(old);
  return grown;
}
