/** Source of truth: the translator and the functions of src/reranking on the same model, and what each option says of itself. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { selectBackend } from "../../../../src/backends/select.ts";
import { type LogSink, setLogSink } from "../../../../src/base/logger.ts";
import { translateCommand } from "../../../../src/cli/commands/translate.ts";
import { runCommand } from "../../../../src/cli/run-command.ts";
import type { TranslateOptions } from "../../../../src/decoding/translate-options.ts";
import type { Translation } from "../../../../src/decoding/translation.ts";
import { Translator } from "../../../../src/decoding/translator.ts";
import { loadLanguageModel, loadTranslationModel } from "../../../../src/inference/open-model.ts";
import { BLEU } from "../../../../src/metrics/bleu.ts";
import { CHRF } from "../../../../src/metrics/chrf.ts";
import { minimumBayesRisk } from "../../../../src/reranking/minimum-bayes-risk.ts";
import { noisyChannel } from "../../../../src/reranking/noisy-channel.ts";
import { translateAll } from "../../../decoding/translate-all.ts";
import { writeToyLanguageModel } from "../../toy-language-model.ts";
import { writeToyModel } from "../../toy-model-directory.ts";

const lines = ["ab cd", "", "f", "abc def abc"];
const sampling = { topK: 0, topP: 1, temperature: 1, seed: 1 };
let folder: string;
let channel: string;
let lm: string;
let sink: LogSink;

beforeAll(async () => {
  sink = setLogSink(() => {});
  await selectBackend({ backend: "cpu" });
  folder = mkdtempSync(join(tmpdir(), "nmt-rerank-"));
  writeToyModel(folder);
  channel = mkdtempSync(join(folder, "channel-"));
  writeToyModel(channel, ["en"], 9);
  lm = mkdtempSync(join(folder, "lm-"));
  writeToyLanguageModel(lm);
  writeFileSync(join(folder, "source.txt"), lines.map((line) => `${line}\n`).join(""));
});
afterAll(() => {
  setLogSink(sink);
  rmSync(folder, { recursive: true });
});

async function translate(...options: string[]): Promise<string[]> {
  const output = join(folder, "out.txt");
  const files = ["--model", folder, "--src", join(folder, "source.txt"), "--output", output];
  await runCommand(translateCommand, ["translate", ...files, "--max_length", "8", "--backend", "cpu", ...options]);
  return readFileSync(output, "utf8").split("\n").slice(0, -1);
}

async function inProcess(options: TranslateOptions): Promise<Translation[]> {
  const loaded = await loadTranslationModel(folder, { backend: "cpu" });
  const translations = await translateAll(new Translator(loaded, { maxLength: 8, ...options }, () => {}), lines);
  loaded.model.dispose();
  return translations;
}

const bleu = new BLEU({ effectiveOrder: true });

describe("--mbr", () => {
  test("chooses among all samples, whose number makes it sample", async () => {
    const samples = await inProcess({ nBest: 12, sampling });
    const best = samples.map((each) => minimumBayesRisk(each, new CHRF()).hypotheses[0]);
    expect(await translate("--mbr", "chrf", "--num_samples", "12", "--with_score")).toEqual(
      best.map((each) => `${each?.text ?? ""} ||| ${(each?.score ?? 0).toFixed(6)}`),
    );
    expect(best[3]!.text).not.toBe(samples[3]!.hypotheses[0]!.text);
  });

  test("chooses among 100 samples unless told otherwise, and lists n_best of them", async () => {
    const samples = await inProcess({ nBest: 100, sampling: { ...sampling, topK: 3 } });
    const expected = samples.flatMap((each) => {
      const ranked = minimumBayesRisk(each, bleu).hypotheses.slice(0, 2);
      const [number, blank] = [each.line - 1, ranked.length === 0];
      return blank
        ? [`${number} |||  ||| 0.000000`]
        : ranked.map((h) => `${number} ||| ${h.text} ||| ${h.score.toFixed(6)}`);
    });
    expect(await translate("--mbr", "bleu", "--sampling_topk", "3", "--n_best", "2")).toEqual(expected);
  });

  test("chooses among all hypotheses of the beam", async () => {
    const found = await inProcess({ nBest: 6, beamSize: 6 });
    const best = found.map((each) => minimumBayesRisk(each, new CHRF()).hypotheses[0]?.text ?? "");
    expect(await translate("--mbr", "chrf", "--beam_size", "6")).toEqual(best);
    expect(best).not.toEqual(found.map(({ hypotheses }) => hypotheses[0]?.text ?? ""));
  });

  test.each([
    [["--num_samples", "5"], "--num_samples is given without --mbr"],
    [["--mbr", "chrf", "--num_samples", "0"], "--num_samples is 0"],
    [["--mbr", "chrf", "--num_samples", "5", "--n_best", "6"], "--n_best is 6, and --mbr chooses among 5"],
    [["--mbr", "chrf", "--n_best", "6"], "--n_best is 6, and --mbr chooses among 5"],
    [["--mbr", "chrf", "--return_alternatives"], "--mbr is given with --return_alternatives"],
  ])("refuses %j", async (options, message) => {
    await expect(translate(...options)).rejects.toThrow(message);
  });
});

describe("--rerank_model and --rerank_lm", () => {
  async function ranked(found: Translation[], weights: readonly number[], withLm: boolean) {
    const models = [
      await loadTranslationModel(channel, { backend: "cpu" }),
      await loadLanguageModel(lm, { backend: "cpu" }),
    ] as const;
    const [channelWeight, languageModelWeight] = weights as [number, number];
    const given = { channelWeight, languageModelWeight, channelLanguages: { targetLanguage: "en" } };
    const parts = withLm ? { channel: models[0], languageModel: models[1] } : { channel: models[0] };
    const all = await noisyChannel(found, { ...given, ...parts });
    for (const { model } of models) model.dispose();
    return all.map(({ hypotheses }) => `${hypotheses[0]?.text ?? ""} ||| ${(hypotheses[0]?.score ?? 0).toFixed(6)}`);
  }

  test("rank the beam's hypotheses, in the direction from target to source", async () => {
    const found = await inProcess({ nBest: 6, beamSize: 6 });
    const loaded = await loadTranslationModel(channel, { backend: "cpu" });
    const expected = (await noisyChannel(found, { channel: loaded })).map(
      ({ hypotheses }) => hypotheses[0]?.text ?? "",
    );
    loaded.model.dispose();
    expect(await translate("--rerank_model", channel, "--beam_size", "6")).toEqual(expected);
    expect(expected).not.toEqual(found.map(({ hypotheses }) => hypotheses[0]?.text ?? ""));
  });

  test("rank samples with weights", async () => {
    const found = await inProcess({ nBest: 9, sampling });
    const options = ["--num_samples", "9", "--with_score", "--rerank_model", channel];
    expect(await translate(...options, "--rerank_weights", "0.5")).toEqual(await ranked(found, [0.5, 1], false));
    expect(await translate(...options, "--rerank_lm", lm, "--rerank_weights", "0.5", "2")).toEqual(
      await ranked(found, [0.5, 2], true),
    );
    expect(await translate(...options, "--rerank_lm", lm)).toEqual(await ranked(found, [1, 1], true));
  });

  test("a language model alone takes the one weight", async () => {
    const found = await inProcess({ nBest: 5 });
    const languageModel = await loadLanguageModel(lm, { backend: "cpu" });
    const expected = await noisyChannel(found, { languageModel, languageModelWeight: 3 });
    languageModel.model.dispose();
    expect(await translate("--rerank_lm", lm, "--rerank_weights", "3")).toEqual(
      expected.map(({ hypotheses }) => hypotheses[0]?.text ?? ""),
    );
  });

  test.each([
    [["--rerank_weights", "1"], "--rerank_weights is 1"],
    [["--rerank_lm", "x", "--rerank_weights", "1", "2"], "--rerank_weights is 1 2"],
    [["--rerank_lm", "x", "--mbr", "chrf"], "--mbr is given with --rerank_lm"],
    [["--rerank_model", "x", "--n_best", "9"], "--n_best is 9, and --rerank_model chooses among 5"],
  ])("refuses %j", async (options, message) => {
    await expect(translate(...options)).rejects.toThrow(message);
  });
});
