/**
 * Source of truth: the same sentence on its own. In evaluation its scores and translations have the same bits alone and among any
 * others, whatever gate its experts have.
 */
import * as tf from "@tensorflow/tfjs";
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { type EngineOptions, selectBackend } from "../../src/backends/select.ts";
import type { BackendName } from "../../src/base/engine-names.ts";
import { Random } from "../../src/base/random.ts";
import { type GatingKind, gatingKinds } from "../../src/config/choices.ts";
import { beamSearch } from "../../src/decoding/beam-search.ts";
import type { SearchOptions } from "../../src/decoding/hypothesis.ts";
import { LanguageModel } from "../../src/model/language-model.ts";
import { Seq2Seq } from "../../src/model/seq2seq.ts";
import type { TrainableModel } from "../../src/model/trainable-model.ts";
import { probeForTests } from "../backends/native-required.ts";
import { normals } from "../ops/finite-differences.ts";
import { countingTexts, reversePairs, toyOptions } from "./toy-model.ts";

const engines: EngineOptions[] = [
  { backend: "cpu" },
  { backend: "native", threads: 2, precision: "f32" },
  { backend: "native", threads: 2, precision: "bf16" },
];

const availability = await Promise.all(engines.map((engine) => probeForTests(engine.backend as BackendName, engine)));
const usable = engines.filter(({ backend, precision }, i) => {
  const found = availability[i]!;
  if (!found.usable) console.info(`skipped on ${backend} ${precision ?? ""}: ${found.reason}`);
  return found.usable;
});

const pairs = reversePairs(new Random(3), 9, 12, 7);
const texts = countingTexts(new Random(5), 9).map(({ target }) => target);

/** Which sentences are run together: all; in another order, without some; each with one other. */
const companies = [
  [0, 1, 2, 3, 4, 5, 6, 7, 8],
  [7, 2, 5, 0, 4],
  [8, 1],
  [3, 6],
];

const sizesOf = ({ backend }: EngineOptions) =>
  // Native kernels work on blocks of 16 and more: sizes past one block, and no multiple of it.
  backend === "native" ? { hiddenSize: 40, embeddingSize: 40 } : { hiddenSize: 8, embeddingSize: 8 };

function optionsOf(gating: GatingKind, engine: EngineOptions) {
  const sizes = sizesOf(engine);
  const moe = { ...toyOptions.moe!, gating, numExperts: 8, numGroups: 4, numGroupsPerToken: 2, expertHiddenSize: 21 };
  return { ...toyOptions, ...sizes, weightRange: 6 / sizes.hiddenSize + 0.05, moe };
}

/** Random gates, which start at zero and would choose alike for all; some shares exceed a strict gate's thresholds, others don't. */
function withRandomGates<Model extends TrainableModel>(model: Model): Model {
  model.parameters.forEach(({ name, variable }, i) => {
    if (!/gate\..*weights/.test(name)) return;
    variable.assign(tf.tensor(Float32Array.from(normals(i, variable.size)), variable.shape));
  });
  return model;
}

/** Calls `together` with several companies of sentences, and expects each sentence's result to be that of itself alone. */
async function expectAsAlone<T>(together: (sentences: number[]) => Promise<T[]>): Promise<void> {
  const alone: T[] = [];
  for (const sentence of companies[0]!) alone.push((await together([sentence]))[0]!);
  for (const company of companies) {
    expect(await together(company)).toEqual(company.map((sentence) => alone[sentence]!));
  }
  expect(new Set(alone.map((result) => JSON.stringify(result))).size).toBeGreaterThan(1);
}

/** Which experts each layer chose, over all positions run. */
function busyExperts(model: TrainableModel): number[] {
  return model.moeLayers.map(({ balance }) => balance.load.filter((count) => count > 0).length);
}

function countEvaluation(model: TrainableModel): void {
  for (const layer of model.moeLayers) layer.countsEvaluation = true;
}

describe.each(usable)("on $backend $precision", (engine) => {
  beforeAll(async () => {
    await selectBackend(engine);
  });
  let model: TrainableModel | undefined;
  afterEach(() => {
    model?.dispose();
    model = undefined;
  });

  test.each(gatingKinds)("translations and scores: %s", async (gating) => {
    const translator = withRandomGates(new Seq2Seq(optionsOf(gating, engine), { seed: 5 }));
    model = translator;
    countEvaluation(translator);
    await expectAsAlone(async (sentences) => {
      const chosen = sentences.map((sentence) => pairs[sentence]!);
      const { tokens } = await translator.forceScore(
        chosen.map(({ source }) => source),
        chosen.map(({ target }) => target),
      );
      return tokens.map((scores) => [...scores]);
    });
    for (const busy of busyExperts(translator)) expect(busy).toBeGreaterThan(3);
    const search: Omit<SearchOptions, "maxLengths"> = {
      ...{ bosId: 2, eosId: 3, beamSize: 3, nBest: 2 },
      ...{ lengthPenalty: 0.6, coveragePenalty: 0, minLength: 1, withAttention: false },
    };
    await expectAsAlone(async (sentences) => {
      const sources = sentences.map((sentence) => pairs[sentence]!.source);
      const found = await beamSearch(translator, sources, {
        ...search,
        maxLengths: new Int32Array(sources.length).fill(6),
      });
      return found.map((list) => list.map(({ pieces, score }) => [score, ...pieces]));
    });
  });

  test.each(gatingKinds)("scores of a language model: %s", async (gating) => {
    const options = { ...optionsOf(gating, engine), layers: 2, moeAfter: [1], expertLayers: 1 };
    const languageModel = withRandomGates(new LanguageModel(options, { seed: 5 }));
    model = languageModel;
    countEvaluation(languageModel);
    await expectAsAlone(async (sentences) => {
      const { tokens } = await languageModel.forceScore(sentences.map((sentence) => texts[sentence]!));
      return tokens.map((scores) => [...scores]);
    });
    for (const busy of busyExperts(languageModel)) expect(busy).toBeGreaterThan(3);
  });
});
