// Source of truth: what `freeze` says: parameters that stay, by name. Their values before the run, and the same run without the key.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { nativeBackend } from "../../../src/backends/native/backend.ts";
import { selectBackend } from "../../../src/backends/select.ts";
import { resolveConfig } from "../../../src/config/resolve.ts";
import type { ConfigInput } from "../../../src/config/schema.ts";
import { runTraining } from "../../../src/training/run-training.ts";
import { checkFrozen, frozenBy } from "../../../src/training/transfer/frozen-parameters.ts";
import { readLastCheckpoint } from "../../checkpoint/whole-checkpoint.ts";
import { toyWordpieces } from "../../cli/toy-model-directory.ts";

const folder = mkdtempSync(join(tmpdir(), "nmt-freeze-"));
const inFolder = (name: string) => join(folder, name);
beforeAll(() => selectBackend({ backend: "native", threads: 1 }));
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => vi.restoreAllMocks());

toyWordpieces([]).save(inFolder("toy.model"));
const train = { path_src: inFolder("train"), path_tgt: inFolder("train") };
writeFileSync(train.path_src, "ab cd\nef\nabc def abc\nfed\n");

/** The last checkpoint's tensors by name, and what was said. */
async function run(name: string, change: Partial<ConfigInput>) {
  const config = resolveConfig({
    ...{ save_model: inFolder(name), data: { corpus: train }, wordpiece_model: inFolder("toy.model") },
    ...{ hidden_size: 8, encoder_layers: 2, dropout: 0, batch_size: 20, warmup_steps: 0, train_steps: 2 },
    ...{ num_experts: 2, expert_hidden_size: 4 },
    ...change,
  });
  const messages: string[] = [];
  const ignore = () => {};
  const reporter = { onStart: ignore, onProgress: ignore, onValidation: ignore, onCheckpoint: ignore, onEnd: ignore };
  const onMessage = (message: string) => messages.push(message);
  await runTraining(config, { ...reporter, onMessage }, new AbortController().signal);
  const { model, optimizer } = readLastCheckpoint(inFolder(name));
  const [values, moments] = [model, optimizer].map((list) => new Map(list.map((each) => [each.name, [...each.data]])));
  return { values: values!, moments: moments!, messages };
}

test("frozen parameters stay to the bit and have no moments; others are trained", async () => {
  const freeze = ["encoder.*", "decoder.embedding", "decoder.output.weights", "decoder.lstm1.bias"];
  const start = await run("start", { learning_rate: 1e-60, train_steps: 1 });
  const { values, moments, messages } = await run("frozen", { freeze });
  const isFrozen = frozenBy(freeze);
  expect([...values.keys()].filter(isFrozen).length).toBeGreaterThan(10);
  for (const [name, before] of start.values) {
    if (isFrozen(name)) expect(values.get(name), name).toEqual(before);
    else if (!name.includes("gate.weights")) expect(values.get(name), name).not.toEqual(before);
    expect(moments.has(`${name}.first`), name).toBe(!isFrozen(name));
  }
  expect(messages[0]).toMatch(/^\d+ of \d+ parameters are frozen, \d\d\.\d % of all numbers$/);
});

test("a frozen encoder has no backward pass, and its embeddings no gradients of rows", async () => {
  const { addon } = nativeBackend()!;
  const backward = vi.spyOn(addon, "lstmBackward");
  const scatter = vi.spyOn(addon, "scatterAddRows");
  await run("whole", { train_steps: 1, num_experts: 0 });
  const [layers, tables] = [backward.mock.calls.length, scatter.mock.calls.length];
  await run("decoder", { train_steps: 1, num_experts: 0, freeze: ["encoder.*", "decoder.embedding"] });
  expect([layers, backward.mock.calls.length - layers]).toEqual([4, 2]);
  expect([tables, scatter.mock.calls.length - tables]).toEqual([2, 0]);
});

test("experts that are frozen stay under factored Adam, and thresholds as they are", async () => {
  const change = { expert_optim: "factored_adam", gating: "strictly_balanced" } as const;
  const before = await run("factored-start", { ...change, learning_rate: 1e-60, train_steps: 1, freeze: ["*.moe*"] });
  const after = await run("factored", { ...change, freeze: ["*.moe*"], train_steps: 3 });
  for (const [name, value] of before.values) {
    if (name.includes(".moe")) expect(after.values.get(name), name).toEqual(value);
  }
  expect([...after.moments.keys()].filter((name) => name.includes(".moe"))).toEqual([]);
  const half = await run("half", { ...change, freeze: ["*.experts.outer"] });
  expect(half.values.get("decoder.moe1.experts.outer")).toEqual(before.values.get("decoder.moe1.experts.outer"));
  expect(half.values.get("decoder.moe1.experts.inner")).not.toEqual(before.values.get("decoder.moe1.experts.inner"));
});

test("what is frozen may change at a resume", async () => {
  const first = await run("changed", { freeze: ["encoder.*"] });
  const second = await run("changed", { freeze: ["decoder.*"], train_steps: 3 });
  expect(second.messages[0]).toMatch(/^freeze is .* from step 3 on/);
  expect(second.values.get("decoder.lstm1.bias")).toEqual(first.values.get("decoder.lstm1.bias"));
  expect(second.values.get("encoder.lstm2.bias")).not.toEqual(first.values.get("encoder.lstm2.bias"));
});

test.each<[string[], string, string | RegExp]>([
  [["encoder.lstm2.bais"], "no parameter is called encoder.lstm2.bais", "Did you mean encoder.lstm2.bias?"],
  [["speaker.*"], "no parameter is called speaker.*", /^Names are encoder\.embedding, /],
  [["*"], "every parameter is frozen, so that there is nothing to train", "Give fewer patterns."],
])("%j is refused", async (freeze, message, nextStep) => {
  const expected = { name: "ConfigError", message: `freeze: ${message}`, nextStep: expect.stringMatching(nextStep) };
  await expect(run("refused", { freeze })).rejects.toMatchObject(expected);
});

test("a pattern's other characters are letters of the name", () => {
  expect(["a.b", "axb", "a.bc"].map(frozenBy(["a.b"]))).toEqual([true, false, false]);
  expect(["a.b.c", "b.c", "a."].map(frozenBy(["a.*"]))).toEqual([true, false, true]);
  expect(checkFrozen([], [])).toBeUndefined();
});
