/**
 * Source of truth: where parameters start. Embeddings of unit variance and appendix G's V at ones (with small values attention is not
 * found); forget gates open (Jozefowicz et al. 2015); gates at zero (Shazeer et al. 2017, appendix A); other matrices by their fan-in.
 */
import { beforeAll, describe, expect, test } from "vitest";
import { selectBackend } from "../../src/backends/select.ts";
import { gatingKinds } from "../../src/config/choices.ts";
import { LanguageModel } from "../../src/model/language-model.ts";
import type { Seq2SeqOptions } from "../../src/model/options.ts";
import { Seq2Seq } from "../../src/model/seq2seq.ts";
import type { TrainableModel } from "../../src/model/trainable-model.ts";
import { toyOptions } from "./toy-model.ts";

beforeAll(() => selectBackend({ backend: "cpu" }));

const [hidden, embedding, vocabulary, experts, expertHidden] = [64, 32, 300, 8, 48];
const forgetBias = 1.5;
const options: Seq2SeqOptions = {
  ...toyOptions,
  ...{ hiddenSize: hidden, embeddingSize: embedding, vocabularySize: vocabulary, embeddingDeviation: 0.8, forgetBias },
  cellSize: 80,
  moe: {
    ...{
      ...toyOptions.moe!,
      numExperts: experts,
      expertHiddenSize: expertHidden,
      expertOutputInit: 0.25,
      numGroups: 2,
    },
    ...{ expertActivation: "glu", sharedExpertHiddenSize: 40 },
  },
};

interface Parameter {
  name: string;
  shape: readonly number[];
  values: Float32Array;
}

function parametersOf(model: TrainableModel): Parameter[] {
  const parameters = model.parameters.map(({ name, variable }) => {
    return { name, shape: variable.shape, values: variable.dataSync().slice() as Float32Array };
  });
  model.dispose();
  return parameters;
}

function deviationOf(values: Float32Array): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);
}

/** Numbers spread evenly over ± range have the deviation range / √3. */
function expectUniform({ name, values }: Parameter, range: number): void {
  const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  expect(largest, name).toBeLessThanOrEqual(range);
  expect(largest, name).toBeGreaterThan(0.95 * range);
  expect(Math.abs(deviationOf(values) / (range / Math.sqrt(3)) - 1), name).toBeLessThan(0.1);
}

function expectConstant({ name, values }: Parameter, value: number): void {
  expect(new Set(values), name).toEqual(new Set([Math.fround(value)]));
}

/** What each kind of parameter starts as, by the end of its name. */
const starts: [name: RegExp, check: (parameter: Parameter) => void][] = [
  [/embedding$/, ({ name, values }) => expect(deviationOf(values), name).toBeCloseTo(0.8, 1)],
  [
    /lstm\d(\.\w+ward)?\.bias$/,
    ({ name, values }) => {
      // Gates lie in the order i, f, g, o; definition.test.ts proves that order.
      const gate = (_: number, i: number) => (Math.floor((4 * i) / values.length) === 1 ? forgetBias : 0);
      expect([...values], name).toEqual(Array.from(values, gate));
    },
  ],
  [/lstm1\.\w+ward\.(input|recurrent)_weights$/, (parameter) => expectUniform(parameter, 1 / Math.sqrt(hidden / 2))],
  [/lstm\d\.(input|recurrent)_weights$/, (parameter) => expectUniform(parameter, 1 / Math.sqrt(hidden))],
  [/projection$/, (parameter) => expectUniform(parameter, 1 / Math.sqrt(parameter.shape[0]!))],
  [/(key|query|bridge\.|output\.)_?weights$/, (parameter) => expectUniform(parameter, 1 / Math.sqrt(hidden))],
  [/(output|bridge|attention)\.bias$/, (parameter) => expectConstant(parameter, 0)],
  [/gate\.(primary_)?noise_weights$/, (parameter) => expectConstant(parameter, 0)],
  [/experts\.inner(_gate)?$/, (parameter) => expectUniform(parameter, Math.sqrt(3 / hidden))],
  [/shared_expert\.inner(_gate)?$/, (parameter) => expectUniform(parameter, Math.sqrt(3 / hidden))],
  [/experts\.outer$/, (parameter) => expectUniform(parameter, 0.25 * Math.sqrt(3 / expertHidden))],
  [/shared_expert\.outer$/, (parameter) => expectUniform(parameter, 0.25 * Math.sqrt(3 / 40))],
];

function expectStarts(parameters: readonly Parameter[], others: typeof starts): void {
  for (const parameter of parameters) {
    const found = [...others, ...starts].find(([name]) => name.test(parameter.name));
    expect(found, `a rule for ${parameter.name}`).toBeDefined();
    found![1](parameter);
  }
}

describe.each(gatingKinds)("experts by %s", (gating) => {
  const gates: typeof starts =
    gating === "strictly_balanced"
      ? [
          // There is no noise to break the ties of a gate of zeros.
          [/gate\.weights$/, (parameter) => expectUniform(parameter, 1 / Math.sqrt(hidden))],
          [/gate\.thresholds$/, (parameter) => expectConstant(parameter, 1 / experts)],
        ]
      : [[/gate\.(primary_)?weights$/, (parameter) => expectConstant(parameter, 0)]];

  test("translation", () => {
    const model = new Seq2Seq({ ...options, moe: { ...options.moe!, gating } }, { seed: 3 });
    const parameters = parametersOf(model);
    expectStarts(parameters, [...gates, [/energy$/, (parameter) => expectConstant(parameter, 1)]]);
    expect(parameters.filter(({ name }) => name.endsWith("lstm1.forward.bias"))).toHaveLength(1);
  });

  test("language model", () => {
    const stack = { layers: 3, moeAfter: [1, 2], expertLayers: 1 };
    expectStarts(
      parametersOf(new LanguageModel({ ...options, ...stack, moe: { ...options.moe!, gating } }, { seed: 3 })),
      gates,
    );
  });
});

test("V of additive attention is small, and as long as its gain says where it is normed", () => {
  for (const attention of ["additive", "normed_additive"] as const) {
    expectStarts(parametersOf(new Seq2Seq({ ...options, attention, moe: undefined }, { seed: 3 })), [
      [/energy$/, ({ name, values }) => expect(deviationOf(values), name).toBeCloseTo(0.1, 1)],
      [/gain$/, (parameter) => expectConstant(parameter, 1 / Math.sqrt(hidden))],
    ]);
  }
});

test("a dense network in the place of experts starts as they do", () => {
  const single = { ...options.moe!, numExperts: 1, numExpertsPerToken: 1 };
  const model = new LanguageModel({ ...options, moe: single, layers: 2, moeAfter: [1], expertLayers: 3 }, { seed: 3 });
  expectStarts(parametersOf(model), [
    [/expert1\.inner1$/, (parameter) => expectUniform(parameter, Math.sqrt(3 / hidden))],
    [/expert1\.inner\d$/, (parameter) => expectUniform(parameter, Math.sqrt(3 / expertHidden))],
    [/expert1\.outer$/, (parameter) => expectUniform(parameter, 0.25 * Math.sqrt(3 / expertHidden))],
  ]);
});

test("no two random parameters are equal, and another seed gives others", () => {
  const [first, again, other] = [3, 3, 4].map((seed) => parametersOf(new Seq2Seq(toyOptions, { seed })));
  const random = (parameters: Parameter[]) => parameters.filter(({ values }) => new Set(values).size > 2);
  const heads = (parameters: Parameter[]) => random(parameters).map(({ values }) => values.slice(0, 4).join());
  expect(again).toEqual(first);
  expect(new Set([...heads(first!), ...heads(other!)]).size).toBe(2 * random(first!).length);
});
