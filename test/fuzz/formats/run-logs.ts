/** Logs of runs, as `nmt report`, TensorBoard and a resumed run read them. */
import { copyFileSync, existsSync } from "node:fs";
import { join } from "node:path";
import { logScalars } from "../../../src/report/log-scalars.ts";
import { RunLog, readRunLog } from "../../../src/report/run-log.ts";
import { trainingPage } from "../../../src/report/training-page.ts";
import { expectThat, type Format } from "../format.ts";

const time = "2026-01-01T10:00:00.000Z";
const balance = { importanceVariation: 0.1, loadVariation: 0.2, maximumLoad: 1.5, gateEntropy: 0.7, deadShare: 0.01 };

function entries(): object[] {
  const start = { event: "start", step: 0, time, parameters: 10_430_624, vocabularySize: 4000, backend: "native" };
  const rest = Array.from({ length: 12 }, (_, i) => {
    const step = 50 * (i + 1);
    const train = { event: "train", step, time, done: step / 600, loss: 5 - step / 200, perplexity: 200 / step };
    const rates = {
      learningRate: 0.001,
      gradientNorm: 1,
      targetTokensPerSecond: 12_345,
      sourceTokensPerSecond: 11_111,
    };
    const corpora = ["x", "y"].map((name) => ({ name, perplexity: 8, bleu: 20 + i }));
    return [
      { ...train, ...rates, experts: { "decoder.moe.0": balance } },
      { event: "validation", step, time, perplexity: 8.25, bleu: 19.9, isBest: true, corpora },
    ];
  });
  return [start, ...rest.flat()];
}

export const runLogs: Format = {
  name: "run-log",
  isText: true,
  samples: () => {
    const text = entries()
      .map((entry) => `${JSON.stringify(entry)}\n`)
      .join("");
    return [{ files: { "log.jsonl": Buffer.from(text) } }];
  },
  read: (folder) => {
    const path = join(folder, "log.jsonl");
    if (existsSync(path)) {
      const resumed = join(folder, "resumed.jsonl");
      copyFileSync(path, resumed);
      new RunLog(resumed, 300).write({ event: "end", step: 300 });
      const steps = readRunLog(resumed).map(({ step }) => step);
      expectThat(
        steps.every((step) => step <= 300),
        "a log that goes on after step 300 holds later steps",
      );
    }
    const log = readRunLog(path);
    for (const entry of log)
      for (const { tag } of logScalars(entry)) expectThat(typeof tag === "string", "a tag is no text");
    const html = trainingPage({ name: "toy", log, samples: [], configuration: [] });
    expectThat(!/\bNaN\b|undefined/.test(html.replace(/<script>.*<\/script>/s, "")), "the page shows NaN or undefined");
  },
};
