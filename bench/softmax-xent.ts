/** Output projection with label-smoothed cross-entropy: the loss alone, and with the gradients of states, weights and bias. */
import { Random } from "../src/base/random.ts";
import { engineDefaults, randomFloats, startEngine } from "./engine.ts";
import type { Benchmark } from "./main.ts";
import { measureCall } from "./measure.ts";
import { readOptions } from "./options.ts";

const defaults = { ...engineDefaults, positions: 1600, hidden: 512, vocab: 8000, runs: 5 } as const;
const LABEL_SMOOTHING = 0.1;

export const run: Benchmark = async (argv) => {
  const options = readOptions(argv, defaults);
  const { positions, hidden, vocab, runs } = options;
  const engine = await startEngine(options);
  const { native } = engine;
  const random = new Random(1);
  const targets = Int32Array.from({ length: positions }, () => random.integer(vocab));
  const projection = [
    randomFloats(native, positions * hidden),
    randomFloats(native, vocab * hidden, 1 / Math.sqrt(hidden)),
    randomFloats(native, vocab),
    ...([positions, hidden, vocab] as const),
  ] as const;
  const sums = native.takeFloats(2, "vocabularyCrossEntropy");
  const gradients = [positions * hidden, vocab * hidden, vocab].map((size) =>
    native.takeFloats(size, "vocabularyCrossEntropy"),
  ) as [Float32Array, Float32Array, Float32Array];
  const loss = () => native.addon.vocabularyCrossEntropy(...projection, targets, LABEL_SMOOTHING, sums);
  const both = () => native.addon.vocabularyCrossEntropy(...projection, targets, LABEL_SMOOTHING, sums, ...gradients);
  return {
    ...engine.figures,
    ...{ positions, hidden, vocab, runs },
    passes: [
      { pass: "loss", ...measureCall(engine, loss, runs) },
      { pass: "loss + gradients", ...measureCall(engine, both, runs) },
    ],
  };
};
