/** Names of what a model can run on: backends in the order they are preferred, and precisions of matrix products. Imports nothing, so that help texts stay fast. */

/** Every backend, the preferred one first. */
export const backendNames = ["gpu", "native", "tfjs-node", "wasm", "cpu"] as const;
/** Name of a backend: `gpu` and `tfjs-node` need an optional package, the others none. */
export type BackendName = (typeof backendNames)[number];

/** Arithmetic of matrix products; sums are always f32. */
export const precisions = ["f32", "bf16"] as const;
/** `f32`, or `bf16` for operands rounded to bfloat16. */
export type Precision = (typeof precisions)[number];
/** Arithmetic of a model that is only run. */
export const inferencePrecisions = [...precisions, "int8"] as const;
/** Those of training, or `int8` for operands rounded to 8-bit integers, with a scale for each row and each output. */
export type InferencePrecision = (typeof inferencePrecisions)[number];
