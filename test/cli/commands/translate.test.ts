/** Source of truth: the translator itself on the same model; the rules of the command line for files, pipes and errors. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { selectBackend } from "../../../src/backends/select.ts";
import { type LogSink, setLogSink } from "../../../src/base/logger.ts";
import { scoreCommand } from "../../../src/cli/commands/score.ts";
import { translateCommand } from "../../../src/cli/commands/translate.ts";
import { runCommand } from "../../../src/cli/run-command.ts";
import { bestText } from "../../../src/decoding/translation.ts";
import { Translator } from "../../../src/decoding/translator.ts";
import { loadEnsemble } from "../../../src/inference/open-ensemble.ts";
import { loadTranslationModel } from "../../../src/inference/open-model.ts";
import { translateAll } from "../../decoding/translate-all.ts";
import { writeToyModel } from "../toy-model-directory.ts";

const lines = ["ab cd", "", "f", "abc def abc", "  ", "zz a", "e"];
let folder: string;
let model: string;
let source: string;
let logged: string[];
let sink: LogSink;

beforeAll(async () => {
  logged = [];
  sink = setLogSink((line) => logged.push(line));
  await selectBackend({ backend: "cpu" });
  folder = mkdtempSync(join(tmpdir(), "nmt-translate-"));
  model = mkdtempSync(join(folder, "model-"));
  writeToyModel(model);
  source = file("source.txt", lines);
});
afterAll(() => {
  setLogSink(sink);
  rmSync(folder, { recursive: true });
});

function file(name: string, content: readonly string[]): string {
  const path = join(folder, name);
  writeFileSync(path, content.map((line) => `${line}\n`).join(""));
  return path;
}

async function translate(...options: string[]): Promise<string[]> {
  const given = options.includes("--src") ? [] : ["--src", source];
  const output = join(folder, "translate.out");
  const argv = ["translate", "--model", model, "--output", output, "--backend", "cpu", ...given, ...options];
  await runCommand(translateCommand, argv);
  return readFileSync(output, "utf8").split("\n").slice(0, -1);
}

async function inProcess(options: object) {
  const loaded = await loadTranslationModel(model, { backend: "cpu" });
  const translations = await translateAll(new Translator(loaded, options, () => {}), lines);
  loaded.model.dispose();
  return translations;
}

describe("nmt translate --placeables", () => {
  const texts = ["ab {0} cd", "", "  <b>abc</b> %d def\t", "{n, plural, one {# ab} other {# cd}}", "https://a.org/b"];

  test.each(["braces", "verbatim", "split"])("gives each line with its placeables: %s", async (masks) => {
    const found = await translate("--src", file("placeables.txt", texts), "--placeables", masks, "--max-length", "5");
    expect(found).toHaveLength(texts.length);
    for (const placeable of ["{0}", "<b>", "</b>", "%d", "{n, plural, one {#", "} other {#"]) {
      expect(found.join("\n").split(placeable)).toHaveLength(2);
    }
    expect([found[1], found[4]]).toEqual(["", texts[4]]);
    expect(found[2]).toMatch(/^ {2}.*\t$/);
    expect(logged.some((line) => line.includes("placeables in 4 segments"))).toBe(true);
  });

  test("refuses what it has no place for", async () => {
    await expect(translate("--placeables", "braces", "--n_best", "2")).rejects.toThrow(/do not go together/);
    await expect(translate("--placeables", "braces", "--with_score")).rejects.toThrow(/--with_score do not/);
  });
});

describe("nmt translate --glossary", () => {
  const texts = ["abc def", "", "de", "(abc) e", "Abc zz {0}"];

  test("gives each term its translation, and leaves terms as they are", async () => {
    const glossary = file("terms.tsv", ["abc\tfed", "def\tbb", "def\tcc", "e\tÄ"]);
    const names = file("names.txt", ["zz"]);
    const found = await translate("--src", file("s.txt", texts), "--glossary", glossary, "--do_not_translate", names);
    expect(found).toHaveLength(texts.length);
    expect(found[0]).toMatch(/(^| )fed/);
    expect(found[0]).toMatch(/(^| )(bb|cc)/);
    expect(found[1]).toBe("");
    expect(found[3]).toMatch(/(^| |\()fed/);
    expect(found[4]).toMatch(/(^| )fed/);
    // The vocabulary has no z: the line is cut there.
    expect(found[4]!.match(/zz|\{0\}/g)).toEqual(["zz", "{0}"]);
    expect(logged).toContainEqual(expect.stringContaining("terms of glossaries: 5, of which 4 have their translation"));
    expect(logged).toContainEqual(expect.stringContaining("1 terms lack it"));
  });

  test("in documents too", async () => {
    const [source, output] = [join(folder, "page.html"), join(folder, "page.de.html")];
    writeFileSync(source, "<p>abc <b>zz</b> def</p>");
    const options = ["--glossary", file("t.csv", ["def,fed"]), "--do_not_translate", file("names.txt", ["zz"])];
    await runCommand(translateCommand, [
      ...["translate", "--model", model, "--backend", "cpu", "--src", source, "--output", output, ...options],
    ]);
    expect(readFileSync(output, "utf8")).toMatch(/^<p>.*<b>zz<\/b>.*fed.*<\/p>$/);
  });

  test("refuses what it has no place for, and names the line of a wrong file", async () => {
    const glossary = file("terms.tsv", ["abc\tfed"]);
    await expect(translate("--glossary", glossary, "--n_best", "2")).rejects.toThrow(/--glossary and --n_best/);
    await expect(translate("--glossary", glossary, "--sampling_topk", "2")).rejects.toThrow(/sampling do not go/);
    await expect(translate("--do_not_translate", file("empty.txt", [""]))).rejects.toThrow(/no term/);
    await expect(translate("--glossary", file("wrong.tsv", ["a\tb", "c"]))).rejects.toMatchObject({
      where: expect.stringMatching(/wrong\.tsv:2$/),
    });
  });
});

describe("nmt translate", () => {
  test("writes one line for each, in order, the translator's own", async () => {
    const found = await translate("--beam-size", "2");
    expect(found).toEqual((await inProcess({ beamSize: 2 })).map(bestText));
    expect(found).toHaveLength(lines.length);
    expect([found[1], found[4]]).toEqual(["", ""]);
    expect(logged.at(-1)).toMatch(/^(warning: )?.*translat/);
    expect(existsSync(join(folder, "translate.out.part"))).toBe(false);
  });

  test("prints n-best lists with line numbers from 0 and scores", async () => {
    const found = await translate("--n_best=3", "--beam_size=3", "--max_length=6");
    const expected = (await inProcess({ nBest: 3, beamSize: 3, maxLength: 6 })).flatMap(({ line, hypotheses }) =>
      hypotheses.length === 0
        ? [`${line - 1} |||  ||| 0.000000`]
        : hypotheses.map(({ text, score }) => `${line - 1} ||| ${text} ||| ${score.toFixed(6)}`),
    );
    expect(found).toEqual(expected);
  });

  test("a prefix file is read line by line, and has as many lines as the source", async () => {
    const begin = ["f", "", "a", "", "", "cd ", ""];
    const prefix = file("prefix.txt", begin);
    const found = await translate("--tgt_prefix", prefix, "--max_length", "12");
    begin.forEach((text, i) => {
      if (lines[i]!.trim() !== "") expect(found[i]!.startsWith(text.trim())).toBe(true);
    });
    expect(found[5]).toMatch(/^cd( |$)/);
    await expect(translate("--tgt_prefix", file("few.txt", begin.slice(1)))).rejects.toThrow("ends before line 7");
    await expect(translate("--tgt_prefix", file("many.txt", [...begin, ""]))).rejects.toThrow("has 7 lines");
  });

  test("the terms of a line are in its translation, beside its prefix", async () => {
    const wanted = ["f\te", "", "b a", "", "", "", "d"];
    const terms = file("terms.txt", wanted);
    const begin = ["c ", "", "", "", "", "", ""];
    const found = await translate("--constraints", terms, "--tgt_prefix", file("begin.txt", begin));
    wanted.forEach((line, i) => {
      for (const term of line.split("\t")) expect(` ${found[i]}`).toContain(term === "" ? "" : ` ${term}`);
    });
    expect(found[0]).toMatch(/^c /);
    await expect(translate("--constraints", file("few.txt", wanted.slice(1)))).rejects.toThrow("ends before line 7");
  });

  test("words of a file, pieces and repeated runs are not said", async () => {
    const plain = await translate("--max_length", "9");
    const word = plain.flatMap((text) => text.split(" ")).find((each) => each !== "")!;
    const options = [
      "--ban_words",
      file("ban.txt", ["", word]),
      "--ban_pieces",
      "a",
      "▁a",
      "--block_ngram_repeat",
      "1",
    ];
    for (const text of await translate(...options, "--max_length", "9")) {
      expect(text.split(" ")).not.toContain(word);
      expect(text).not.toContain("a");
      const letters = text.replaceAll(" ", "");
      expect(letters.length).toBeLessThanOrEqual(2 * new Set(letters).size);
    }
    await expect(translate("--ban_words", join(folder, "none.txt"))).rejects.toThrow("cannot be read");
  });

  test("several models are an ensemble", async () => {
    const other = mkdtempSync(join(folder, "other-"));
    writeToyModel(other, [], 9);
    const both = (more: readonly string[]) => translate("--model", other, "--with_score", "--max_length", "6", ...more);
    const found = await both([]);
    for (const [means, options] of [
      [found, {}],
      [await both(["--avg_raw_probs"]), { avgRawProbs: true }],
    ] as const) {
      const loaded = await loadEnsemble([model, other], { backend: "cpu", ...options });
      const expected = await translateAll(new Translator(loaded, { maxLength: 6 }, () => {}), lines);
      loaded.model.dispose();
      expect(means).toEqual(
        expected.map(({ hypotheses: [best] }) => `${best?.text ?? ""} ||| ${(best?.score ?? 0).toFixed(6)}`),
      );
    }
    expect(await both(["--avg_raw_probs"])).not.toEqual(found);
  });

  test("samples reproducibly when a sampling option is given", async () => {
    const run = (seed: number) => translate("--sampling_temperature", "2", "--max_length", "8", "--seed", String(seed));
    const first = await run(1);
    expect(await run(1)).toEqual(first);
    expect(await run(2)).not.toEqual(first);
  });

  test("draws as many samples as n_best says, the first one as without it", async () => {
    const sampling = ["--sampling_topk", "4", "--max_length", "6", "--batch_size", "3"];
    const one = await translate(...sampling);
    const found = await translate(...sampling, "--n_best", "4");
    const samples = lines.map((_, i) => found.filter((line) => line.startsWith(`${i} ||| `)));
    expect(samples.map(({ length }) => length)).toEqual(lines.map((line) => (line.trim() === "" ? 1 : 4)));
    expect(samples.map(([first]) => first!.split(" ||| ")[1])).toEqual(one);
    expect(samples.some((of) => new Set(of).size > 1)).toBe(true);
  });

  test("reads compressed files, patterns and columns as corpora are read", async () => {
    const expected = await translate();
    const text = lines.map((line) => `${line}\n`).join("");
    writeFileSync(join(folder, "source.gz"), gzipSync(text));
    writeFileSync(join(folder, "pairs.tsv"), lines.map((line, i) => `${i}\t${line}\n`).join(""));
    writeFileSync(join(folder, "part.1.en"), `${lines.slice(0, 3).join("\n")}\n`);
    writeFileSync(join(folder, "part.2.en"), lines.slice(3).join("\n"));
    for (const name of ["source.gz", "pairs.tsv#2", "part.*.en"]) {
      const output = join(folder, "forms.out");
      const argv = ["translate", "--model", model, "--src", join(folder, name), "--output", output, "--backend", "cpu"];
      await runCommand(translateCommand, argv);
      expect(readFileSync(output, "utf8").split("\n").slice(0, -1)).toEqual(expected);
    }
  });

  test("leaves a line over 1 MiB blank and says so", async () => {
    const long = file("long.txt", ["ab cd", "f".repeat((1 << 20) + 1), "f"]);
    const output = join(folder, "long.out");
    const argv = ["translate", "--model", model, "--src", long, "--output", output, "--backend", "cpu"];
    await runCommand(translateCommand, argv);
    const found = readFileSync(output, "utf8").split("\n");
    const expected = await translate();
    expect(found).toEqual([expected[0], "", expected[2], ""]);
    expect(logged.join("\n")).toMatch(/line 2: not translated, left blank: it is longer than 1 MiB/);
  });

  test("refuses wrong values before it opens the model, and files that aren't there", async () => {
    await expect(translate("--model", "nowhere", "--beam_size", "0")).rejects.toThrow();
    await expect(
      runCommand(translateCommand, ["translate", "--model", "nowhere", "--beam_size", "0"]),
    ).rejects.toMatchObject({ name: "UsageError", where: "beam_size" });
    await expect(
      runCommand(translateCommand, ["translate", "--model", model, "--src", "nowhere", "--backend", "cpu"]),
    ).rejects.toMatchObject({ name: "DataError", where: "nowhere" });
  });

  test("refuses a language the model has not seen, naming those it has", async () => {
    const multilingual = mkdtempSync(join(folder, "multilingual-"));
    writeToyModel(multilingual, ["de", "fr"]);
    const run = (language: string) =>
      runCommand(translateCommand, [
        "translate",
        "--model",
        multilingual,
        "--src",
        source,
        "--output",
        join(folder, "out"),
        "--backend",
        "cpu",
        "--tgt_lang",
        language,
      ]);
    await expect(run("xx")).rejects.toMatchObject({
      name: "TranslationError",
      nextStep: expect.stringContaining("de, fr"),
    });
    await run("fr");
    expect(readFileSync(join(folder, "out"), "utf8").split("\n")).toHaveLength(lines.length + 1);
  });

  test("takes language tags from options alone: text such as <2fr> stays text, on either side", async () => {
    const tagged = mkdtempSync(join(folder, "tagged-"));
    writeToyModel(tagged, ["de", "fr"]);
    const src = file("tags.txt", ["<2fr>ab", "ab <2de>"]);
    const output = join(folder, "tags.out");
    const argv = ["--model", tagged, "--src", src, "--output", output, "--backend", "cpu", "--tgt_lang", "de"];
    const written = () => readFileSync(output, "utf8");
    await runCommand(translateCommand, ["translate", ...argv, "--with_attention"]);
    const read = Array.from(written().matchAll(/\{"source":(\[.*?\]),/g), ([, json]) => JSON.parse(json!) as string[]);
    expect(read).toEqual([
      ["<2de>", "▁", "<unk>", "f", "<unk>", "a", "b", "</s>"],
      ["<2de>", "▁a", "b", "▁", "<unk>", "d", "e", "<unk>", "</s>"],
    ]);
    await runCommand(scoreCommand, ["score", ...argv, "--tgt", src, "--per_token"]);
    expect(written()).toContain("<unk>");
    expect(written()).not.toMatch(/<2(de|fr)>/);
  });

  test("stops at invalid UTF-8 with its line, keeping the translations before it in a .part file", async () => {
    const broken = join(folder, "broken.txt");
    writeFileSync(broken, Buffer.concat([Buffer.from("ab\ncd\n"), Buffer.from([0xc3, 0x28, 0x0a])]));
    const output = join(folder, "broken.out");
    const run = runCommand(translateCommand, [
      "translate",
      "--model",
      model,
      "--src",
      broken,
      "--output",
      output,
      "--backend",
      "cpu",
    ]);
    await expect(run).rejects.toMatchObject({ name: "DataError", where: `${broken}:3` });
    expect(existsSync(output)).toBe(false);
    expect(readFileSync(`${output}.part`, "utf8").split("\n")).toHaveLength(3);
  });
});
