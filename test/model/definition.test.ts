/** Source of truth: the model's definition in double precision, after Shazeer et al. 2017 and Wu et al. 2016, in `definition/`; for that, slopes of its loss. */
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { probeBackend, selectBackend } from "../../src/backends/select.ts";
import type { BackendName } from "../../src/base/engine-names.ts";
import { resolveConfig } from "../../src/config/resolve.ts";
import { LanguageModel } from "../../src/model/language-model.ts";
import { languageModelOptions, seq2seqOptions } from "../../src/model/options.ts";
import { Seq2Seq } from "../../src/model/seq2seq.ts";
import type { TrainableModel } from "../../src/model/trainable-model.ts";
import { normals } from "../ops/finite-differences.ts";
import {
  costOf,
  type Definition,
  definedParameters,
  expectAsDefined,
  noise,
  scatterParameters,
} from "./definition/agreement.ts";
import { languageModelLoss, translationLoss } from "./definition/loss.ts";
import { Pass } from "./definition/pass.ts";
import type { StackSettings } from "./definition/settings.ts";
import { differentiate, numberOf } from "./definition/vector.ts";
import { fileOf, languageModelWirings, pairs, translationWirings, vocabulary } from "./definition/wirings.ts";

interface Wiring {
  name: string;
  settings: StackSettings;
  make: () => TrainableModel;
  definition: Definition;
}

const wirings: Wiring[] = [
  ...translationWirings.map(([name, settings]) => ({
    name: `translation, ${name}`,
    settings,
    make: () => new Seq2Seq(seq2seqOptions(resolveConfig(fileOf("translation", settings)), vocabulary), { seed: 3 }),
    definition: ((parameters, pairs, pass) => translationLoss(parameters, pairs, settings, pass)) satisfies Definition,
  })),
  ...languageModelWirings.map(([name, settings]) => ({
    name: `language model, ${name}`,
    settings,
    make: () => {
      const config = resolveConfig(fileOf("language_model", settings));
      return new LanguageModel(languageModelOptions(config, vocabulary), { seed: 3 });
    },
    definition: ((parameters, pairs, pass) =>
      languageModelLoss(parameters, pairs, settings, pass)) satisfies Definition,
  })),
];

const backends: BackendName[] = ["cpu", "native"];
const availability = await Promise.all(backends.map((backend) => probeBackend(backend)));
const usable = backends.filter((backend, i) => {
  const found = availability[i]!;
  if (!found.usable) console.info(`skipped on ${backend}: ${found.reason}`);
  return found.usable;
});

describe.each(usable)("on %s, as configured", (backend) => {
  beforeAll(() => selectBackend({ backend }));
  let model: TrainableModel | undefined;
  afterEach(() => {
    model?.dispose();
    model = undefined;
  });

  test.each(wirings)("$name", ({ settings, make, definition }) => {
    model = make();
    scatterParameters(model);
    // A single expert leaves its gate nothing to decide.
    const untrained = settings.num_experts === 1 ? /\.gate\./ : undefined;
    expectAsDefined(model, definition, pairs, { labelSmoothing: settings.label_smoothing, untrained });
  });
});

describe("the definition's gradients are the slopes of its loss", () => {
  beforeAll(() => selectBackend({ backend: "cpu" }));

  test.each(wirings)("$name", ({ settings, make, definition }) => {
    const model = make();
    scatterParameters(model);
    const parameters = definedParameters(model);
    model.dispose();
    // The loss of strict balance has a gradient to its thresholds alone, whatever else moves it.
    const costAt = () => {
      const loss = definition(parameters, pairs, new Pass(noise));
      return settings.gating === "strictly_balanced" ? loss.smoothed : costOf(loss);
    };
    differentiate(costAt());
    const direction = new Map([...parameters.byName].map(([name, { entries }], i) => [name, normals(i, entries.size)]));
    let slope = 0;
    const move = (by: number) => {
      for (const [name, { entries }] of parameters.byName) {
        for (let i = 0; i < entries.size; i++) entries.value[i]! += by * direction.get(name)![i]!;
      }
    };
    for (const [name, { entries }] of parameters.byName) {
      for (let i = 0; i < entries.size; i++) slope += entries.gradient[i]! * direction.get(name)![i]!;
    }
    const step = 1e-6;
    move(step);
    const above = numberOf(costAt());
    move(-2 * step);
    const below = numberOf(costAt());
    const expected = (above - below) / (2 * step);
    expect(Math.abs(slope - expected)).toBeLessThan(1e-6 * Math.max(1, Math.abs(expected)));
  });
});
