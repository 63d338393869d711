/** An LSTM layer over a batch of sentences, in one direction or both: forward, and forward with backward to inputs and weights. */
import { packedLayout } from "../src/base/packed-layout.ts";
import { engineDefaults, randomFloats, startEngine } from "./engine.ts";
import type { Benchmark } from "./main.ts";
import { measureCall } from "./measure.ts";
import { readOptions } from "./options.ts";

const defaults = {
  ...engineDefaults,
  len: 30,
  batch: 64,
  inputs: 512,
  ragged: false,
  runs: 5,
  /** Of one direction. */
  hidden: 512,
  both: false,
  /** Units that are projected to `hidden`; 0 for none. */
  units: 0,
} as const;

export const run: Benchmark = async (argv) => {
  const options = readOptions(argv, defaults);
  const { len, batch, inputs, hidden, runs } = options;
  const engine = await startEngine(options);
  const { native } = engine;
  const { addon } = native;
  const units = options.units === 0 ? hidden : options.units;
  const directions = options.both ? 2 : 1;
  // Ragged: from the full length down to half of it.
  const lengths = Array.from({ length: batch }, (_, i) =>
    options.ragged ? len - Math.floor((i * len) / (2 * batch)) : len,
  );
  const { batchSizes } = packedLayout(lengths);
  const positions = lengths.reduce((sum, length) => sum + length, 0);
  const ofEachDirection = <T>(arrays: () => readonly T[]) => Array.from({ length: directions }, arrays).flat();
  const weights = ofEachDirection(() => [
    randomFloats(native, inputs * 4 * units, 1 / Math.sqrt(inputs)),
    randomFloats(native, hidden * 4 * units, 1 / Math.sqrt(hidden)),
    randomFloats(native, 4 * units),
    options.units === 0 ? undefined : randomFloats(native, units * hidden, 1 / Math.sqrt(units)),
  ]);
  const noStates = ofEachDirection(() => [undefined, undefined]);
  const rows = directions * positions;
  const forwardArguments = [
    ...([inputs, units, hidden, batchSizes, options.both ? "both" : "forward"] as const),
    randomFloats(native, positions * inputs),
    weights,
    noStates,
    native.takeFloats(rows * hidden, "lstmForward"),
    native.takeFloats(rows * addon.lstmGateWidth(units), "lstmForward"),
    native.takeFloats(rows * units, "lstmForward"),
  ] as const;
  const dOutput = randomFloats(native, rows * hidden);
  const dX = native.takeFloats(positions * inputs, "lstmBackward");
  const dWeights = weights.map((array) => array && native.takeFloats(array.length, "lstmBackward"));
  const forward = () => addon.lstmForward(...forwardArguments);
  // The backward pass uses up what the forward pass recorded, so it can't be repeated alone.
  const both = () => {
    forward();
    addon.lstmBackward(...forwardArguments, dOutput, dX, dWeights, noStates);
  };
  return {
    ...engine.figures,
    ...{ positions, batch, inputs, hidden, units, directions, runs },
    passes: [
      { pass: "forward", ...measureCall(engine, forward, runs) },
      { pass: "forward + backward", ...measureCall(engine, both, runs) },
    ],
  };
};
