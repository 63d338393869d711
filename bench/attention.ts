/** Attention of a batch's target positions over its source positions: scores, softmax and context, forward and backward. */
import { packedLayout, sentenceRows } from "../src/base/packed-layout.ts";
import { engineDefaults, randomFloats, startEngine } from "./engine.ts";
import type { Benchmark } from "./main.ts";
import { measureCall } from "./measure.ts";
import { readOptions } from "./options.ts";

const defaults = { ...engineDefaults, len: 25, batch: 64, hidden: 512, additive: false, runs: 7 } as const;

export const run: Benchmark = async (argv) => {
  const options = readOptions(argv, defaults);
  const { len, batch, hidden, runs } = options;
  const engine = await startEngine(options);
  const { native } = engine;
  const { rows, offsets } = sentenceRows(packedLayout(new Array<number>(batch).fill(len)));
  const size = batch * len * hidden;
  const operands = [
    randomFloats(native, size, 1 / Math.sqrt(hidden)),
    randomFloats(native, size),
    randomFloats(native, size),
    options.additive ? randomFloats(native, hidden, 1 / Math.sqrt(hidden)) : undefined,
    ...([rows, offsets, rows, offsets, hidden, hidden] as const),
  ] as const;
  const context = native.takeFloats(size, "attentionForward");
  const weights = native.takeFloats(batch * len * len, "attentionForward");
  const dContext = randomFloats(native, size);
  const [dQueries, dKeys, dValues] = [
    native.takeFloats(size, "attentionBackward"),
    native.takeFloats(size, "attentionBackward"),
    native.takeFloats(size, "attentionBackward"),
  ];
  const dEnergy = options.additive ? native.takeFloats(hidden, "attentionBackward") : undefined;
  const unguided = [undefined, undefined, "ce"] as const;
  const forward = () => native.addon.attentionForward(...operands, context, weights, ...unguided);
  const gradients = [dQueries, dKeys, dValues, dEnergy] as const;
  const backward = () => native.addon.attentionBackward(...operands, weights, dContext, ...gradients, ...unguided, 0);
  return {
    ...engine.figures,
    ...{ scores: options.additive ? "additive" : "dot", batch, len, hidden, runs },
    passes: [
      { pass: "forward", ...measureCall(engine, forward, runs) },
      { pass: "backward", ...measureCall(engine, backward, runs) },
    ],
  };
};
