/** Source of truth: the model itself, translating with all of its experts; its own count of what they do. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { selectBackend } from "../../../src/backends/select.ts";
import { type LogSink, setLogSink } from "../../../src/base/logger.ts";
import { modelPaths, openModelDirectory } from "../../../src/checkpoint/model-directory.ts";
import { readSafetensors } from "../../../src/checkpoint/read-safetensors.ts";
import { writeBestModel } from "../../../src/checkpoint/write-checkpoint.ts";
import { pruneCommand } from "../../../src/cli/commands/prune.ts";
import { quantizeCommand } from "../../../src/cli/commands/quantize.ts";
import { scoreCommand } from "../../../src/cli/commands/score.ts";
import { translateCommand } from "../../../src/cli/commands/translate.ts";
import { runCommand } from "../../../src/cli/run-command.ts";
import { gatingKinds } from "../../../src/config/choices.ts";
import { resolveConfig } from "../../../src/config/resolve.ts";
import type { ConfigInput } from "../../../src/config/schema.ts";
import { toYaml } from "../../../src/config/write.ts";
import { namedArrays } from "../../../src/training/run-files.ts";
import { runTraining } from "../../../src/training/run-training.ts";
import { trainingTask } from "../../../src/training/training-task.ts";
import { probeForTests } from "../../backends/native-required.ts";
import { scatterParameters } from "../../model/definition/agreement.ts";
import { toyWordpieces } from "../toy-model-directory.ts";

const { usable } = await probeForTests("native");
let folder: string;
let source: string;
let sink: LogSink;
beforeAll(async () => {
  sink = setLogSink(() => {});
  await selectBackend({ backend: "cpu" });
  folder = mkdtempSync(join(tmpdir(), "nmt-prune-"));
  source = join(folder, "source.txt");
  writeFileSync(source, "ab cd\n\nf\nabc def abc\ne\n");
});
afterAll(() => {
  setLogSink(sink);
  rmSync(folder, { recursive: true });
});

/** A model of random weights, gates included. */
function makeModel(name: string, change: Partial<ConfigInput>): string {
  const directory = join(folder, name);
  const config = resolveConfig({
    ...{ save_model: directory, train_steps: 1, data: { corpus: { path_src: source, path_tgt: source } } },
    ...{ hidden_size: 16, encoder_layers: 2, num_experts: 48, expert_hidden_size: 8 },
    ...{ num_expert_groups: 4, ...change },
  });
  const { model } = trainingTask(config, toyWordpieces([]), undefined);
  scatterParameters(model);
  mkdirSync(directory);
  writeFileSync(modelPaths(directory).config, toYaml(config));
  toyWordpieces([]).save(modelPaths(directory).wordpieces);
  const weights = namedArrays(model.parameters);
  // Texts of more than their end.
  for (const { name, data } of weights) if (name.endsWith("output.bias")) (data as Float32Array)[3]! -= 3;
  writeBestModel(directory, 7, weights);
  model.dispose();
  return directory;
}

const languageModel: Partial<ConfigInput> = {
  ...{ task: "language_model", data: { text: { path_src: "x" } }, decoder_layers: 2 },
};

/** The table that the command writes. */
async function prune(model: string, output: string, ...options: string[]): Promise<string> {
  let table = "";
  const spy = vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    table += String(text);
    return true;
  });
  try {
    await runCommand(pruneCommand, ["prune", "--model", model, "--output", output, ...options]);
  } finally {
    spy.mockRestore();
  }
  return table;
}

async function translate(directory: string, ...options: string[]): Promise<string> {
  const output = join(folder, "out.txt");
  const argv = ["translate", "--model", directory, "--src", source, "--output", output, "--with_score", ...options];
  await runCommand(translateCommand, argv);
  return readFileSync(output, "utf8");
}

async function score(directory: string): Promise<string> {
  const output = join(folder, "scores.txt");
  const argv = ["score", "--model", directory, "--src", source, "--output", output, "--per_token"];
  await runCommand(scoreCommand, argv);
  return readFileSync(output, "utf8");
}

const countsOf = (directory: string) => {
  const { numExperts, numExpertsByLayer } = openModelDirectory(directory).config;
  return numExpertsByLayer.length === 0 ? [numExperts] : numExpertsByLayer;
};

describe.skipIf(!usable)("nmt prune --experts", () => {
  test.each(["noisy_top_k", "hierarchical"] as const)(
    "%s: without experts that a translation never uses, it is the same to the bit",
    async (gating) => {
      const [model, output] = [makeModel(`used-${gating}`, { gating }), join(folder, `of-used-${gating}`)];
      const table = await prune(model, output, "--experts", "used", "--src", source);
      expect(table).toMatch(
        /^layer +experts +stay +of the load\nencoder\.moe2 +48 +\d+ +100\.0 %\ndecoder\.moe1 +48 +/,
      );
      for (const count of countsOf(output)) expect(count).toBeLessThan(48);
      expect(await translate(output)).toBe(await translate(model));
      // And on layers of TensorFlow.js it is a model like any other.
      expect(await translate(output, "--backend", "cpu")).toBe(await translate(model, "--backend", "cpu"));
    },
  );

  test("a language model of those that a text uses gives the same scores", async () => {
    const [model, output] = [makeModel("used-lm", languageModel), join(folder, "of-used-lm")];
    await prune(model, output, "--experts", "used", "--src", source);
    expect(countsOf(output)[0]).toBeLessThan(48);
    expect(await score(output)).toBe(await score(model));
  });

  test.each(gatingKinds)("%s: with all experts kept, the same bytes come out", async (gating) => {
    const [model, output] = [makeModel(`all-${gating}`, { gating }), join(folder, `of-all-${gating}`)];
    await prune(model, output, "--experts", "100%", "--by", "norm");
    const { tensors, metadata } = readSafetensors(modelPaths(output).weights);
    expect(tensors).toEqual(readSafetensors(modelPaths(model).weights).tensors);
    expect(metadata["step"]).toBe("7");
    expect(await translate(output)).toBe(await translate(model));
  });

  test("by load: those stay that most positions of the text use, with given translations or the model's own", async () => {
    const [model, output] = [makeModel("load", {}), join(folder, "of-load")];
    const few = await prune(model, output, "--experts", "25%", "--src", source, "--tgt", source);
    expect(countsOf(output)).toEqual([12]);
    const { metadata } = readSafetensors(modelPaths(output).weights);
    const stay = metadata["experts:encoder.moe2"]!.split(" ").map(Number);
    // Of sources the load is the same, whatever the translations are.
    const again = join(folder, "of-load-again");
    const table = await prune(model, again, "--experts", "12", "--by", "load", "--src", source);
    expect(readSafetensors(modelPaths(again).weights).metadata["experts:encoder.moe2"]).toBe(stay.join(" "));
    const share = (of: string, layer: string) => new RegExp(`${layer} +48 +12 +([\\d.]+) %`).exec(of)![1];
    expect(share(table, "encoder.moe2")).toBe(share(few, "encoder.moe2"));
    expect(share(table, "decoder.moe1")).not.toBe(share(few, "decoder.moe1"));
    expect(Number(share(table, "decoder.moe1"))).toBeGreaterThan(60);
    expect(await translate(output)).not.toBe(await translate(model));
  });

  test.each(["noisy_top_k", "hierarchical"] as const)("%s: a pruned model can be trained on", async (gating) => {
    const [model, output] = [makeModel(`base-${gating}`, { gating }), join(folder, `of-base-${gating}`)];
    await prune(model, output, "--experts", "8", "--by", "random");
    const config = resolveConfig({
      ...{ save_model: join(folder, `tuned-${gating}`), train_from: output, train_steps: 1, warmup_steps: 0 },
      ...{ data: { corpus: { path_src: source, path_tgt: source } }, batch_type: "sentences", batch_size: 4 },
    });
    expect(config.numExperts).toBe(8);
    const ignore = () => {};
    await runTraining(
      config,
      {
        ...{ onStart: ignore, onProgress: ignore, onValidation: ignore, onCheckpoint: ignore, onEnd: ignore },
        onMessage: ignore,
      },
      new AbortController().signal,
    );
    expect(await translate(config.saveModel)).not.toBe("");
  });

  test("by router: a model that was trained from another, or whose gates start at random, needs --start", async () => {
    const [model, output] = [makeModel("router", {}), join(folder, "of-router")];
    await prune(model, output, "--experts", "4", "--by", "router");
    const same = join(folder, "of-router-start");
    await expect(prune(model, same, "--experts", "4", "--by", "router", "--start", folder)).rejects.toThrow(
      "the file cannot be read",
    );
    await prune(model, same, "--experts", "4", "--by", "router", "--start", model);
    // Nothing changed since: the lowest stay.
    expect(readSafetensors(modelPaths(same).weights).metadata["experts:decoder.moe1"]).toBe("0 1 2 3");
    const strict = makeModel("router-strict", { gating: "strictly_balanced" });
    const tuned = makeModel("router-tuned", {});
    writeFileSync(modelPaths(tuned).config, `${readFileSync(modelPaths(tuned).config, "utf8")}train_from: models/a\n`);
    for (const needy of [strict, tuned]) {
      await expect(prune(needy, join(folder, "none"), "--experts", "4", "--by", "router")).rejects.toThrow(
        "--by router needs to know where training began",
      );
    }
  });

  test("refuses what it cannot do, and writes nothing", async () => {
    const [model, output] = [makeModel("refusing", {}), join(folder, "refused")];
    const refused = async (message: string | RegExp, ...options: string[]) => {
      await expect(prune(model, output, ...options)).rejects.toThrow(message);
      expect(existsSync(output)).toBe(false);
    };
    await refused("--by load needs a text, and --src is missing", "--experts", "4");
    await refused("--experts used needs a text", "--experts", "used", "--by", "norm");
    await refused("--src is given, but --by norm looks at no text", "--experts", "4", "--by", "norm", "--src", source);
    await refused("--start is given, but nothing is compared", "--experts", "4", "--by", "norm", "--start", model);
    await refused("--experts is most", "--experts", "most", "--by", "norm");
    await refused("encoder.moe2 would keep 1 of 48 experts", "--experts", "1", "--by", "norm");
    await refused("only the native engine counts", "--experts", "4", "--src", source, "--backend", "cpu");
    const blank = join(folder, "blank.txt");
    writeFileSync(blank, "\n\n");
    await refused("the text has no line for the model", "--experts", "used", "--src", blank);
    await expect(prune(model, model, "--experts", "4", "--by", "norm")).rejects.toThrow("is a model already");
    const lm = makeModel("refusing-lm", languageModel);
    await expect(prune(lm, output, "--experts", "used", "--src", source, "--tgt", source)).rejects.toThrow(
      "a language model reads text alone",
    );
    const int8 = join(folder, "int8");
    await runCommand(quantizeCommand, ["quantize", "--model", model, "--output", int8]);
    await expect(prune(int8, output, "--experts", "4", "--by", "norm")).rejects.toThrow("are 8-bit integers");
  });
});
