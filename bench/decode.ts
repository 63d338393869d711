/**
 * Translating with the reference model, greedily and with a beam: random sentences, every translation as long as its source. With
 * `--model`, a trained model on real sentences beside other programs (bench/decode).
 */
import { Random } from "../src/base/random.ts";
import { search } from "../src/decoding/search.ts";
import { decodeBeside } from "./decode/beside.ts";
import { engineDefaults, startEngine } from "./engine.ts";
import { type Row, rounded } from "./figures.ts";
import type { Benchmark } from "./main.ts";
import { againstLimits, countWork, medianMs, timeAsync } from "./measure.ts";
import { numberList, readOptions } from "./options.ts";
import { markers, modelDefaults, randomPieces, referenceModel } from "./reference-model.ts";

const defaults = { ...modelDefaults, ...engineDefaults, beam: "1,5", batch: 64, len: 25, runs: 5 } as const;

export const run: Benchmark = async (argv) => {
  if (argv.some((option) => /^--model(=|$)/.test(option))) return decodeBeside(argv);
  const options = readOptions(argv, defaults);
  const { batch, len, runs } = options;
  const engine = await startEngine(options);
  const model = referenceModel(options);
  const random = new Random(1);
  const sources = Array.from({ length: batch }, () => randomPieces(random, len, options.vocab));
  const settings = {
    ...{ ...markers, nBest: 1, lengthPenalty: 0.6, coveragePenalty: 0, withAttention: false },
    minLength: len - 1,
    maxLengths: new Int32Array(batch).fill(len - 1),
  };
  const searches: Row[] = [];
  for (const beamSize of numberList("beam", options.beam)) {
    const translate = () => search(model, sources, { ...settings, beamSize });
    // The first call, which isn't timed, counts the work of every call.
    const counted = countWork(engine.native.addon);
    await translate();
    const work = counted();
    const samples = await timeAsync(engine, translate, runs);
    const ms = medianMs(samples);
    searches.push({
      search: beamSize === 1 ? "greedy" : `beam ${beamSize}`,
      sentences_s: rounded((1000 * batch) / ms),
      tokens_s: Math.round((1000 * batch * len) / ms),
      ...againstLimits(work, samples),
    });
  }
  const experts = options["no-moe"] ? 0 : options.experts;
  return { ...engine.figures, experts, batch, len, runs, searches };
};
