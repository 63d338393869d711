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
import { loadTranslationModel } from "../../../../src/inference/open-model.ts";
import { BLEU } from "../../../../src/metrics/bleu.ts";
import { CHRF } from "../../../../src/metrics/chrf.ts";
import { minimumBayesRisk } from "../../../../src/reranking/minimum-bayes-risk.ts";
import { translateAll } from "../../../decoding/translate-all.ts";
import { writeToyModel } from "../../toy-model-directory.ts";

const lines = ["ab cd", "", "f", "abc def abc"];
const sampling = { topK: 0, topP: 1, temperature: 1, seed: 1 };
let folder: string;
let sink: LogSink;

beforeAll(async () => {
  sink = setLogSink(() => {});
  await selectBackend({ backend: "cpu" });
  folder = mkdtempSync(join(tmpdir(), "nmt-rerank-"));
  writeToyModel(folder);
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
