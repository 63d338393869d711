/** Names of what a model can run on: backends in the order they are preferred, and precisions of matrix products. Imports nothing, so that help texts stay fast. */

export const backendNames = ["gpu", "native", "tfjs-node", "wasm", "cpu"] as const;
export type BackendName = (typeof backendNames)[number];

/** Arithmetic of matrix products; sums are always f32. */
export const precisions = ["f32", "bf16"] as const;
export type Precision = (typeof precisions)[number];
