/** An LSTM layer over a batch of sentences: forward, and forward with backward to inputs and weights. */
import { packedLayout } from "../src/base/packed-layout.ts";
import { engineDefaults, randomFloats, startEngine } from "./engine.ts";
import type { Benchmark } from "./main.ts";
import { measureCall } from "./measure.ts";
import { readOptions } from "./options.ts";

const defaults = { ...engineDefaults, len: 30, batch: 64, inputs: 512, hidden: 512, ragged: false, runs: 5 } as const;

export const run: Benchmark = async (argv) => {
  const options = readOptions(argv, defaults);
  const { len, batch, inputs, hidden, runs } = options;
  const engine = await startEngine(options);
  const { native } = engine;
  const { addon } = native;
  // Ragged: from the full length down to half of it.
  const lengths = Array.from({ length: batch }, (_, i) =>
    options.ragged ? len - Math.floor((i * len) / (2 * batch)) : len,
  );
  const { batchSizes } = packedLayout(lengths);
  const positions = lengths.reduce((sum, length) => sum + length, 0);
  const forwardArguments = [
    inputs,
    hidden,
    batchSizes,
    false,
    randomFloats(native, positions * inputs),
    randomFloats(native, inputs * 4 * hidden, 1 / Math.sqrt(inputs)),
    randomFloats(native, hidden * 4 * hidden, 1 / Math.sqrt(hidden)),
    randomFloats(native, 4 * hidden),
    undefined,
    undefined,
    native.takeFloats(positions * hidden),
    native.takeFloats(positions * addon.lstmGateWidth(hidden)),
    native.takeFloats(positions * hidden),
  ] as const;
  const dOutput = randomFloats(native, positions * hidden);
  const gradients = [positions * inputs, inputs * 4 * hidden, hidden * 4 * hidden, 4 * hidden].map((size) =>
    native.takeFloats(size),
  ) as [Float32Array, Float32Array, Float32Array, Float32Array];
  const forward = () => addon.lstmForward(...forwardArguments);
  // The backward pass uses up what the forward pass recorded, so it can't be repeated alone.
  const both = () => {
    forward();
    addon.lstmBackward(...forwardArguments, dOutput, ...gradients, undefined, undefined);
  };
  return {
    ...engine.figures,
    ...{ positions, batch, inputs, hidden, runs },
    passes: [
      { pass: "forward", ...measureCall(engine, forward, runs) },
      { pass: "forward + backward", ...measureCall(engine, both, runs) },
    ],
  };
};
