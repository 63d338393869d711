/** Source of truth: what the log says must be on the page, as text and never as markup. */
import { describe, expect, it } from "vitest";
import type { LogEntry } from "../../src/report/run-log.ts";
import { type TrainingReport, trainingPage } from "../../src/report/training-page.ts";

const start: LogEntry = {
  event: "start",
  step: 0,
  time: "2026-01-01T10:00:00.000Z",
  parameters: 10_430_624,
  vocabularySize: 4000,
  backend: "native",
  detail: "avx2, 2 threads",
};
const train = (step: number, more: Partial<LogEntry> = {}): LogEntry => ({
  event: "train",
  step,
  time: "2026-01-01T11:00:00.000Z",
  done: step / 400,
  loss: 5 - step / 100,
  perplexity: 100 / step,
  learningRate: 0.001,
  gradientNorm: 1,
  targetTokensPerSecond: 12_345,
  sourceTokensPerSecond: 11_111,
  experts: {},
  ...more,
});
const validation = (
  step: number,
  bleu: number | null,
  isBest: boolean,
  corpora: LogEntry["corpora"] = [],
): LogEntry => ({
  event: "validation",
  step,
  perplexity: 8.25,
  bleu,
  isBest,
  corpora,
});
const report = (log: LogEntry[], more: Partial<TrainingReport> = {}): TrainingReport => ({
  name: "toy",
  log,
  samples: [],
  configuration: [{ title: "Model", yaml: "hidden_size: 512\n" }],
  ...more,
});
const titles = (html: string) => [...html.matchAll(/<figcaption><b>(.*?)<\/b>/g)].map(([, title]) => title);
const withoutScript = (html: string) => html.replace(/<script>.*<\/script>/s, "");

describe("trainingPage", () => {
  it("has curves, key figures and configuration of a dense model, and no balance", () => {
    const html = trainingPage(
      report([start, train(200), validation(200, 19.94, true), train(400), validation(400, 12, false)]),
    );
    expect(titles(html)).toEqual(["Loss", "Perplexity", "BLEU", "Learning rate", "Gradient norm", "Speed"]);
    expect(html).not.toContain("Balance of the experts");
    for (const text of ["19.9", "best, step 200", "8.25", "12.3k", "10.4M", "hidden_size: 512", "Finished", "1h00m"]) {
      expect(html).toContain(text);
    }
    expect(withoutScript(html)).not.toMatch(/NaN|undefined|Infinity|\[object/);
  });

  it("stands alone: nothing is fetched", () => {
    const html = trainingPage(report([start, train(200)]));
    expect(html).toContain("default-src 'none'");
    expect(html).not.toMatch(/<link|<img|@import|url\(|\ssrc=/);
    expect(html.match(/https?:\/\/[^"'\s]*/g)).toEqual(["http://www.w3.org/2000/svg"]);
  });

  it("shows a series for each layer and each corpus", () => {
    const balance = { importanceVariation: 0.1, loadVariation: 0.2, maximumLoad: 1.5, gateEntropy: 0.5, deadShare: 0 };
    const experts = { "encoder.moe1": balance, "decoder.moe1": balance };
    const corpora = [
      { name: "valid_de", perplexity: 8, bleu: 20 },
      { name: "valid_fr", perplexity: 9, bleu: 30 },
    ];
    const html = trainingPage(report([start, train(200, { experts }), validation(200, 25, true, corpora)]));
    expect(titles(html).slice(6)).toEqual([
      "CV of importance",
      "CV of load",
      "Busiest expert over mean",
      "Gate entropy",
      "Dead experts",
    ]);
    expect(html.match(/<\/i>encoder\.moe1<\/li>/g)).toHaveLength(5);
    expect(html.match(/<\/i>valid_fr<\/li>/g)).toHaveLength(2);
  });

  it("shows perplexity per word where it was logged, and steps on one axis for all curves", () => {
    const html = trainingPage(report([start, train(200), { ...validation(250, 20, true), wordPerplexity: 31.5 }]));
    expect(titles(html)).toContain("Perplexity per word");
    expect(html.match(/>250<\/text>/g)).toHaveLength(titles(html).length);
  });

  it("is finished where the log ends so, wherever the last report was; a later start goes on, a stop is none", () => {
    const end = (step: number, reason: string): LogEntry => ({ event: "end", step, reason });
    const lead = (...log: LogEntry[]) =>
      /<header>.*?<p>(.*?)(?:, last entry|\.)/s.exec(trainingPage(report([start, ...log])))![1];
    expect(lead(train(384))).toMatch(/^96.% of the training done$/);
    for (const reason of ["steps", "minutes"]) expect(lead(train(384), end(400, reason))).toBe("Finished");
    expect(lead(train(200), end(201, "not-finite"))).toMatch(/^Failed/);
    expect(lead(train(200), end(300, "early-stopping"))).toBe("Finished early, without improvement");
    expect(lead(train(200), end(210, "stopped"))).toMatch(/^Stopped, 50.% of the training done$/);
    expect(lead(train(384), end(400, "steps"), { ...start, step: 400 })).toMatch(/^96.% /);
  });

  it("reads an empty log, a run that has just started, and missing values", () => {
    const empty = trainingPage(report([]));
    expect(empty).toContain("not started yet");
    expect(empty).toContain("Nothing has been logged yet");
    expect(trainingPage(report([start]))).toContain("10.4M");
    const gaps = trainingPage(
      report([{ event: "train", step: 5 }, validation(5, null, true), { event: "odd", step: 6 }]),
    );
    expect(titles(gaps)).toEqual(["Perplexity"]);
    for (const html of [empty, gaps]) expect(withoutScript(html)).not.toMatch(/NaN|undefined|Infinity|\[object/);
  });

  it("shows translations step by step, escaped, as text of the corpus may be anything", () => {
    const nasty = `</table><script>alert("1")</script>`;
    const samples = [100, 200].map((step) => ({
      step,
      corpora: [{ name: "v", samples: [{ source: nasty, translation: `${nasty} at ${step}`, reference: "Sinn" }] }],
    }));
    const html = trainingPage(report([start], { name: nasty, samples, configuration: [{ title: "A", yaml: nasty }] }));
    expect(html).not.toContain(nasty);
    expect(html.match(/<script/g)).toHaveLength(1);
    const escaped = "&#60;/table&#62;&#60;script&#62;alert(&#34;1&#34;)&#60;/script&#62;";
    expect(html).toContain(`<td>${escaped} at 100</td>`);
    expect(html).toContain(`<td>${escaped} at 200</td>`);
    expect(html).toContain(`<title>Training of ${escaped}</title>`);
    expect(html).toContain("<td>Sinn</td>");
  });
});
