/**
 * Source of truth: the model's definition in double precision (test/model/definition), read off the same configuration. A run's first
 * step must report the definition's losses and the norm of its gradients: with the configured label smoothing, dropout, experts and seed.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { selectBackend } from "../../src/backends/select.ts";
import { resolveConfig } from "../../src/config/resolve.ts";
import type { Progress } from "../../src/training/report-window.ts";
import { type RunReporter, runTraining } from "../../src/training/run-training.ts";
import { trainingTask } from "../../src/training/training-task.ts";
import { toyWordpieces } from "../cli/toy-model-directory.ts";
import { type Definition, definedParameters } from "../model/definition/agreement.ts";
import { EOS, languageModelLoss, translationLoss } from "../model/definition/loss.ts";
import { Pass } from "../model/definition/pass.ts";
import { add, differentiate, numberOf, scale } from "../model/definition/vector.ts";
import { fileOf, languageModelWirings, translationWirings } from "../model/definition/wirings.ts";

const folder = mkdtempSync(join(tmpdir(), "nmt-configured-run-"));
beforeAll(() => selectBackend({ backend: "cpu" }));
afterAll(() => rmSync(folder, { recursive: true }));

const wordpieces = toyWordpieces([]);
wordpieces.save(join(folder, "wordpiece.model"));

/** All lines are the same, so that their order in a batch is no matter. */
const [source, target] = ["ab c fad", "d ec"];
const lines = 3;
for (const [name, line] of Object.entries({ source, target })) {
  writeFileSync(join(folder, name), `${line}\n`.repeat(lines));
}

const changes = {
  ...{ num_experts: 4, moe_decoder_after: [1], dropout: 0.4, moe_dropout: 0.1, router_z_loss_weight: 0.2 },
  ...{ label_smoothing: 0.3, importance_loss_weight: 0.6, load_loss_weight: 0.2 },
};
const translation = { ...translationWirings[0]![1], ...changes, moe_encoder_after: [2] };
const languageModel = { ...languageModelWirings[0]![1], ...changes };

const tasks: [
  name: "translation" | "language_model",
  settings: typeof translation | typeof languageModel,
  Definition,
][] = [
  ["translation", translation, (parameters, pairs, pass) => translationLoss(parameters, pairs, translation, pass)],
  [
    "language_model",
    languageModel,
    (parameters, pairs, pass) => languageModelLoss(parameters, pairs, languageModel, pass),
  ],
];

test.each(tasks)("the first step of a run: %s", async (task, settings, definition) => {
  const [path_src, path_tgt] = [join(folder, "source"), join(folder, "target")];
  const config = resolveConfig({
    ...fileOf(task, settings),
    save_model: join(folder, task),
    data: { corpus: task === "translation" ? { path_src, path_tgt } : { path_src } },
    seed: 23,
    drop_duplicates: false,
    wordpiece_model: join(folder, "wordpiece.model"),
    batch_type: "sentences",
    batch_size: lines,
    report_every: 1,
  });
  const { model } = trainingTask(config, wordpieces, undefined);
  const parameters = definedParameters(model);
  model.dispose();
  const text = wordpieces.encode(task === "translation" ? target : source);
  const pair = { source: [...wordpieces.encode(source), EOS], target: text };
  const { smoothed, negativeLogLikelihood, balance } = definition(
    parameters,
    new Array(lines).fill(pair),
    new Pass({ seed: 23, pass: 0 }),
  );
  const tokens = lines * (text.length + 1);
  const cost = add(scale(smoothed, 1 / tokens), ...balance);
  differentiate(cost);
  const squares = [...parameters.byName.values()].flatMap(({ entries }) => [...entries.gradient.map((g) => g * g)]);

  const [progress, ...more] = await progressOf(config);
  expect(more).toEqual([]);
  const expected = {
    loss: numberOf(smoothed) / tokens,
    perplexity: Math.exp(numberOf(negativeLogLikelihood) / tokens),
    balanceLoss: balance.reduce((sum, loss) => sum + numberOf(loss), 0),
    gradientNorm: Math.sqrt(squares.reduce((a, b) => a + b, 0)),
  };
  for (const [name, value] of Object.entries(expected)) {
    const error = Math.abs(progress![name as keyof typeof expected] - value) / value;
    expect(error, `${name} is ${progress![name as keyof typeof expected]} instead of ${value}`).toBeLessThan(1e-5);
  }
});

async function progressOf(config: Parameters<typeof runTraining>[0]): Promise<Progress[]> {
  const reports: Progress[] = [];
  const reporter: RunReporter = {
    onMessage: () => {},
    onStart: () => {},
    onProgress: (progress) => reports.push(progress),
    onValidation: () => {},
    onCheckpoint: () => {},
    onEnd: () => {},
  };
  await runTraining(config, reporter, new AbortController().signal);
  return reports;
}
