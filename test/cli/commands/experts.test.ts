/** Source of truth: the layers' own counts and gate decisions on the same text; the rules that pair files with languages. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { selectBackend } from "../../../src/backends/select.ts";
import { type LogSink, setLogSink } from "../../../src/base/logger.ts";
import { expertParts } from "../../../src/cli/commands/expert-parts.ts";
import { expertsCommand } from "../../../src/cli/commands/experts.ts";
import { runCommand } from "../../../src/cli/run-command.ts";
import { loadSeq2Seq } from "../../../src/inference/open-layers.ts";
import type { ExpertReport } from "../../../src/report/expert-page.ts";
import { writeToyLanguageModel } from "../toy-language-model.ts";
import { writeToyModel } from "../toy-model-directory.ts";

let folder: string;
let model: string;
let sink: LogSink;
beforeAll(async () => {
  sink = setLogSink(() => {});
  await selectBackend({ backend: "cpu" });
  folder = mkdtempSync(join(tmpdir(), "nmt-experts-"));
  model = mkdtempSync(join(folder, "model-"));
  writeToyModel(model);
});
afterAll(() => {
  setLogSink(sink);
  rmSync(folder, { recursive: true });
});

function file(name: string, ...lines: string[]): string {
  const path = join(folder, name);
  writeFileSync(path, lines.map((line) => `${line}\n`).join(""));
  return path;
}

async function experts(...options: string[]): Promise<ExpertReport> {
  const output = join(folder, "page.html");
  await runCommand(expertsCommand, ["experts", "--model", model, "--backend", "cpu", "--output", output, ...options]);
  expect(readFileSync(output, "utf8")).toContain("<!doctype html>");
  return JSON.parse(readFileSync(join(folder, "page.json"), "utf8"));
}

describe("nmt experts", () => {
  it("replaces its own files, and no others", async () => {
    const src = file("own.txt", "ab");
    await experts("--src", src);
    await experts("--src", src);
    const html = file("data.html", "<!doctype html><title>Data</title>");
    const json = file("figures.json", '{"format": 2}');
    for (const output of [html, join(folder, "figures.html")]) {
      const words = ["experts", "--model", model, "--backend", "cpu", "--src", src, "--output", output];
      await expect(runCommand(expertsCommand, words)).rejects.toThrow("the output is there already");
    }
    expect(readFileSync(json, "utf8")).toContain('"format": 2');
    expect(existsSync(join(folder, "figures.html"))).toBe(false);
  });

  it("counts every position of every layer once, as the layers themselves do", async () => {
    const src = file("a.txt", "ab cd", "", "fa");
    const tgt = file("a.tgt", "abc", "x", "");
    const report = await experts("--src", src, "--tgt", tgt);
    expect(report).toMatchObject({
      format: 1,
      targets: "given",
      // Pieces and </s>; <s> and pieces.
      parts: [{ name: "a.txt", lines: 2, sourcePositions: 5 + 3, targetPositions: 4 + 1 }],
    });
    const loaded = await loadSeq2Seq(model, { backend: "cpu" });
    try {
      expect(report.layers.map(({ layer }) => layer)).toEqual(loaded.model.moeLayers.map(({ name }) => name));
      const { wordpieces } = loaded;
      const encode = (text: string) => wordpieces.encode(text);
      const withEnd = (text: string) => Int32Array.of(...encode(text), wordpieces.eosId);
      for (const layer of loaded.model.moeLayers) layer.countsEvaluation = true;
      // Sentence by sentence, where no packing can mix them up.
      await loaded.model.forceScore([withEnd("ab cd")], [encode("abc")]);
      await loaded.model.forceScore([withEnd("fa")], [encode("")]);
      loaded.model.moeLayers.forEach(({ balance }, i) => {
        const summary = report.layers[i]!;
        const load = balance.load.reduce((a, b) => a + b);
        expect(summary.positions).toBe(summary.side === "source" ? 8 : 5);
        expect(summary.experts.map((each) => each.load * load)).toEqual(
          Array.from(balance.load, (value) => expect.closeTo(value, 6)),
        );
        expect(summary.experts.map((each) => each.importance * summary.positions)).toEqual(
          Array.from(balance.importance, (value) => expect.closeTo(value, 4)),
        );
        expect(summary.balance["loadVariation"]).toBeCloseTo(balance.report().loadVariation, 6);
      });
    } finally {
      loaded.model.dispose();
    }
  });

  it("gives a context the gate of its own position, also in a batch", async () => {
    const src = file("b.txt", "ab cd", "f", "abc def abc");
    const report = await experts("--src", src);
    expect(report.targets).toBe("greedy");
    const alone = await experts("--src", file("c.txt", "f"));
    const gates = ({ layers }: ExpertReport) =>
      layers[0]!.experts.map(({ contexts }) => contexts.find(({ word }) => word === "f")?.gate);
    expect(gates(alone).filter((gate) => gate !== undefined).length).toBeGreaterThan(0);
    expect(gates(report)).toEqual(gates(alone).map((gate) => gate && expect.closeTo(gate, 5)));
  });

  it("compares target languages, and takes the first lines only", async () => {
    const tagged = mkdtempSync(join(folder, "tagged-"));
    writeToyModel(tagged, ["de", "fr"]);
    const src = file("d.txt", "ab", "cd", "ef");
    const output = join(folder, "tagged.html");
    const argv = ["experts", "--model", tagged, "--backend", "cpu", "--src", src, "--output", output];
    await runCommand(expertsCommand, [...argv, "--tgt_lang", "de", "fr", "--lines", "2"]);
    const { parts, layers } = JSON.parse(readFileSync(join(folder, "tagged.json"), "utf8")) as ExpertReport;
    expect(parts.map(({ name, lines }) => [name, lines])).toEqual([
      ["→ de", 2],
      ["→ fr", 2],
    ]);
    for (const { experts: all } of layers) {
      for (const part of [0, 1]) expect(all.reduce((sum, each) => sum + each.parts[part]!.load, 0)).toBeCloseTo(1, 6);
    }
    expect(readFileSync(output, "utf8")).toContain("By part of the corpus");
    await expect(runCommand(expertsCommand, [...argv, "--tgt_lang", "xx"])).rejects.toThrow("has not seen");
    await expect(runCommand(expertsCommand, [...argv, "--lines", "1.5"])).rejects.toThrow("--lines is 1.5");
    expect(existsSync(join(tagged, "experts.html"))).toBe(false);
  });
});

it("a language model's experts take positions of the text itself", async () => {
  const directory = mkdtempSync(join(folder, "language-"));
  writeToyLanguageModel(directory);
  const src = file("e.txt", "ab cd", "", "f");
  const argv = ["experts", "--model", directory, "--backend", "cpu", "--src", src];
  await runCommand(expertsCommand, argv);
  const report = JSON.parse(readFileSync(join(directory, "experts.json"), "utf8")) as ExpertReport;
  expect(report).toMatchObject({
    targets: "text",
    parts: [{ lines: 2, sourcePositions: 0, targetPositions: 5 + 2 }],
    layers: [{ side: "target", positions: 7 }],
  });
  const words = report.layers.flatMap(({ experts: all }) => all.flatMap(({ contexts }) => contexts));
  expect(new Set(words.map(({ word }) => word))).toEqual(new Set(["<s>", "ab", "cd", "f"]));
  await expect(runCommand(expertsCommand, [...argv, "--tgt", src])).rejects.toThrow("text alone");
});

describe("expertParts", () => {
  const names = (args: Parameters<typeof expertParts>[0]) => expertParts(args).map(({ name }) => name);

  it("are the source files, or the languages of a single one", () => {
    expect(expertParts({ src: ["x/a.en"] })).toEqual([{ name: "a.en", source: "x/a.en" }]);
    expect(names({ src: ["a.en", "b.en"] })).toEqual(["a.en", "b.en"]);
    expect(names({ src: ["a.en"], tgt_lang: ["de", "fr"] })).toEqual(["→ de", "→ fr"]);
    expect(names({ src: ["a.en", "b.en"], tgt_lang: ["de"] })).toEqual(["a.en → de", "b.en → de"]);
    expect(names({ src: ["x/a", "y/a"] })).toEqual(["1: a", "2: a"]);
    expect(expertParts({ src: ["a", "b"], tgt: ["c", "d"], src_lang: ["en"], tgt_lang: ["de", "fr"] })[1]).toEqual({
      name: "b → fr",
      source: "b",
      target: "d",
      sourceLanguage: "en",
      targetLanguage: "fr",
    });
  });

  it("must pair", () => {
    expect(() => expertParts({ src: ["a", "b"], tgt: ["c"] })).toThrow("--tgt is given 1 times for 2 parts");
    expect(() => expertParts({ src: ["a", "b"], tgt_lang: ["c", "d", "e"] })).toThrow("--tgt_lang");
    expect(() => expertParts({ src: ["a"], tgt: ["b"], tgt_lang: ["c", "d"] })).toThrow("--tgt");
  });
});
