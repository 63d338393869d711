/** Experts' feed-forward networks on rows spread evenly over them. With few rows an expert, reading weights is the limit. */
import { engineDefaults, randomFloats, startEngine } from "./engine.ts";
import type { Benchmark } from "./main.ts";
import { measureCall } from "./measure.ts";
import { readOptions } from "./options.ts";

const defaults = {
  ...engineDefaults,
  experts: 64,
  rows: 40,
  width: 512,
  hidden: 1024,
  recompute: false,
  runs: 5,
} as const;

/** `--rows` is the number of positions of each expert; with `--recompute` the backward passes have no hidden activations. */
export const run: Benchmark = async (argv) => {
  const options = readOptions(argv, defaults);
  const { experts, rows, width, hidden, runs } = options;
  const engine = await startEngine(options);
  const { native } = engine;
  const offsets = Int32Array.from({ length: experts + 1 }, (_, expert) => expert * rows);
  const size = experts * rows * width;
  const matrix = experts * width * hidden;
  const [x, dY] = [randomFloats(native, size), randomFloats(native, size)];
  const w1 = randomFloats(native, matrix, 1 / Math.sqrt(width));
  const w2 = randomFloats(native, matrix, 1 / Math.sqrt(hidden));
  const [out, dX] = [native.takeFloats(size, "expertFfn"), native.takeFloats(size, "expertFfn")];
  const [dW1, dW2] = [native.takeFloats(matrix, "expertFfnGradient"), native.takeFloats(matrix, "expertFfnGradient")];
  const activations = options.recompute ? undefined : native.takeFloats(experts * rows * hidden, "expertFfn");
  const means = (count: number) => randomFloats(native, experts * count).map(Math.abs);
  const moments = [means(width), means(hidden), means(hidden), means(width)] as const;
  const shape = [experts, width, hidden] as const;
  const forward = () => native.addon.expertFfn(x, w1, w2, offsets, out, activations, ...shape);
  const backward = () => native.addon.expertFfnGradient(x, w1, w2, offsets, dY, activations, dX, dW1, dW2, ...shape);
  const rates = [1e-4, 0.99, 1e-16, 1, 1, 0] as const;
  const update = () =>
    native.addon.expertFfnUpdate(x, w1, w2, offsets, dY, activations, dX, ...moments, ...shape, ...rates);
  return {
    ...engine.figures,
    ...{ experts, rows, width, hidden, runs },
    passes: [
      { pass: "forward", ...measureCall(engine, forward, runs) },
      { pass: "backward", ...measureCall(engine, backward, runs) },
      { pass: "update", ...measureCall(engine, update, runs) },
    ],
  };
};
