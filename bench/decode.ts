/** Translating with the reference model, greedily and with a beam: random sentences, every translation as long as its source. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { selectBackend } from "../src/backends/select.ts";
import { inferencePrecisions } from "../src/base/engine-names.ts";
import { UsageError } from "../src/base/errors.ts";
import { Random } from "../src/base/random.ts";
import { writeSafetensors } from "../src/checkpoint/write-safetensors.ts";
import { search } from "../src/decoding/search.ts";
import { NativeTranslationModel } from "../src/engine/native-translation-model.ts";
import { namedArrays } from "../src/training/run-files.ts";
import { type Row, rounded } from "./figures.ts";
import type { Benchmark } from "./main.ts";
import { median } from "./measure.ts";
import { numberList, readOptions } from "./options.ts";
import { markers, modelDefaults, randomPieces, referenceModel } from "./reference-model.ts";

const defaults = {
  ...modelDefaults,
  ...{ threads: 2, isa: "", precision: "f32", beam: "1,5", batch: 64, batches: 2, len: 25, runs: 5 },
} as const;

export const run: Benchmark = async (argv) => {
  const options = readOptions(argv, defaults);
  const { batch, batches, len, runs, threads } = options;
  if (options.isa !== "") process.env["NMT_ISA"] = options.isa; // Read when the addon is loaded.
  const precision = inferencePrecisions.find((name) => name === options.precision);
  if (precision === undefined) {
    throw new UsageError(`there is no precision "${options.precision}"`, {
      nextStep: `Use one of ${inferencePrecisions.join(", ")}.`,
    });
  }
  await selectBackend({ backend: "cpu" });
  const folder = mkdtempSync(join(tmpdir(), "nmt-decode-"));
  const layers = referenceModel(options);
  const path = join(folder, "model.safetensors");
  writeSafetensors(path, namedArrays(layers.parameters));
  const model = new NativeTranslationModel(path, layers.options, { threads, arithmetic: precision });
  layers.dispose();
  rmSync(folder, { recursive: true });
  const random = new Random(1);
  const sources = Array.from({ length: batches }, () =>
    Array.from({ length: batch }, () => randomPieces(random, len, options.vocab)),
  );
  const settings = {
    ...{ ...markers, nBest: 1, lengthPenalty: 0.6, coveragePenalty: 0, withAttention: false },
    minLength: len - 1,
    maxLengths: new Int32Array(batch).fill(len),
  };
  const searches: Row[] = [];
  for (const beamSize of numberList("beam", options.beam)) {
    const translate = () => Promise.all(sources.map((some) => search(model, some, { ...settings, beamSize })));
    await translate();
    const samples: number[] = [];
    for (let i = 0; i < runs; i++) {
      const started = performance.now();
      await translate();
      samples.push(performance.now() - started);
    }
    const ms = median(samples);
    searches.push({
      search: beamSize === 1 ? "greedy" : `beam ${beamSize}`,
      sentences_s: rounded((1000 * batch * batches) / ms),
      tokens_s: Math.round((1000 * batch * batches * len) / ms),
    });
  }
  model.dispose();
  const experts = options["no-moe"] ? 0 : options.experts;
  return { threads, precision, experts, batch, batches, len, runs, searches };
};
