/** Source of truth: what the command `sacrebleu` 2.6.0 printed for the same files (test/metrics/golden/generate.py). */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { selectBackend } from "../../../src/backends/select.ts";
import { DataError, UsageError } from "../../../src/base/errors.ts";
import { setLogSink } from "../../../src/base/logger.ts";
import { evaluateCommand } from "../../../src/cli/commands/evaluate.ts";
import { translateCommand } from "../../../src/cli/commands/translate.ts";
import { runCommand } from "../../../src/cli/run-command.ts";
import { tarGz } from "../../corpora/archives/archive.ts";
import { serveMirror } from "../../data-scripts/recipe-server.ts";
import { toyWordpieces, writeToyModel } from "../toy-model-directory.ts";

interface CliGolden {
  files: { name: string; lines: string[] }[];
  runs: { sacrebleu: string; nmt: string; output: string }[];
}

const golden: CliGolden = JSON.parse(
  readFileSync(new URL("../../metrics/golden/cli.json", import.meta.url), "utf8"),
) as CliGolden;
const startedIn = process.cwd();
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "nmt-evaluate-"));
  process.chdir(folder);
  for (const { name, lines } of golden.files) {
    const text = lines.map((line) => `${line}\n`).join("");
    writeFileSync(name, text);
    writeFileSync(`${name}.gz`, gzipSync(text));
  }
  writeFileSync("short.txt", "one\ntwo\n");
});
afterAll(() => {
  process.chdir(startedIn);
  rmSync(folder, { recursive: true });
});

/** Standard output of `nmt evaluate`. */
async function evaluate(...words: string[]): Promise<string> {
  const written = vi.spyOn(process.stdout, "write").mockReturnValue(true);
  try {
    await runCommand(evaluateCommand, ["evaluate", ...words]);
    return written.mock.calls.map(([text]) => String(text)).join("");
  } finally {
    written.mockRestore();
  }
}

describe("prints what sacreBLEU prints", () => {
  it.each(golden.runs)("$nmt", async ({ nmt, output }) => {
    const printed = await evaluate(...nmt.split(" "));
    const paired = nmt.includes("paired");
    if (paired) expect(rounded(JSON.parse(printed))).toEqual(rounded(JSON.parse(output)));
    else expect(printed).toBe(output);
  });

  it("whether files are compressed or not", async () => {
    expect(await evaluate("--ref", "ref.txt.gz", "--hyp", "a.txt.gz")).toBe(golden.runs[0]!.output);
  });
});

/** Runs `work` with standard input that holds a text. */
async function withInput<T>(text: string, work: () => Promise<T>): Promise<T> {
  const original = Object.getOwnPropertyDescriptor(process, "stdin")!;
  Object.defineProperty(process, "stdin", { value: Readable.from([Buffer.from(text)]), configurable: true });
  try {
    return await work();
  } finally {
    Object.defineProperty(process, "stdin", original);
  }
}

describe("reads translations and references by one door", () => {
  const lines = (name: string) => readFileSync(name, "utf8");

  it.each([
    ["--ref ref.txt --hyp -", "a.txt"],
    ["--hyp - --ref ref.txt", "a.txt"],
    ["--hyp=- --ref ref.txt", "a.txt"],
    ["--hyp a.txt --ref -", "ref.txt"],
  ])("%s", async (words, input) => {
    expect(await withInput(lines(input), () => evaluate(...words.split(" ")))).toBe(golden.runs[0]!.output);
  });

  it("standard input among several systems", async () => {
    const words = "--ref ref.txt --score_only --format json --hyp".split(" ");
    const expected = await evaluate(...words, "a.txt", "b.txt");
    const found = await withInput(lines("b.txt"), () => evaluate(...words, "a.txt", "-"));
    expect(found).toBe(expected.replace("b.txt", "-"));
  });

  it("patterns and columns", async () => {
    const spaced = (line: string) => line.replaceAll("\t", " ");
    const [hypotheses, references] = [lines("a.txt").trimEnd().split("\n"), lines("ref.txt").trimEnd().split("\n")];
    writeFileSync("both.tsv", hypotheses.map((line, i) => `${spaced(line)}\t${spaced(references[i]!)}\n`).join(""));
    writeFileSync("part.1", `${hypotheses.slice(0, 3).join("\n")}\n`);
    writeFileSync("part.2", `${hypotheses.slice(3).join("\n")}\n`);
    expect(await evaluate("--hyp", "both.tsv#1", "--ref", "both.tsv#2")).toBe(golden.runs[0]!.output);
    expect(await evaluate("--hyp", "part.?", "--ref", "ref.txt")).toBe(golden.runs[0]!.output);
  });

  it("standard input named twice, and by an option that takes none, is refused", async () => {
    await expect(withInput("a\n", () => evaluate("--hyp", "-", "--ref", "-"))).rejects.toThrow("more than once");
    await expect(evaluate("--hyp", "a.txt", "--ref", "ref.txt", "--width", "-")).rejects.toThrow(
      /--width takes a number/,
    );
    await expect(evaluate("--hyp", "a.txt", "--ref", "ref.txt", "--metrics", "-")).rejects.toThrow(/Given: "-"/);
    await expect(evaluate("-", "--hyp", "a.txt", "--ref", "ref.txt")).rejects.toThrow("unexpected argument: -");
  });

  it("a line over 1 MiB is refused by its number", async () => {
    writeFileSync("long.txt", `${"x".repeat((1 << 20) + 1)}\n`);
    await expect(evaluate("--hyp", "long.txt", "--ref", "ref.txt")).rejects.toMatchObject({ where: "long.txt:1" });
  });

  it("a byte order mark is text, as to sacreBLEU, and is told of", async () => {
    const text = "Hello there my friend .\nsecond line of a text here .\n";
    writeFileSync("marked.txt", `\ufeff${text}`);
    writeFileSync("unmarked.txt", text);
    const logged: string[] = [];
    const sink = setLogSink((line) => logged.push(line));
    try {
      // sacrebleu unmarked.txt -i marked.txt -m bleu chrf -w 4 -b
      const words = "--ref unmarked.txt -m bleu chrf -w 4 -b".split(" ");
      expect(JSON.parse(await evaluate("--hyp", "marked.txt", ...words))).toEqual([88.0684, 99.4426]);
      expect(logged).toEqual([expect.stringMatching(/marked\.txt starts with a byte order mark/)]);
      expect(JSON.parse(await evaluate("--hyp", "unmarked.txt", ...words))).toEqual([100, 100]);
      expect(logged).toHaveLength(1);
    } finally {
      setLogSink(sink);
    }
  });
});

/** Paired tests print all digits; the last one depends on the library's exp. */
function rounded(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value), (_, part) => (typeof part === "number" ? Number(part.toFixed(9)) : part));
}

describe("--compare", () => {
  it("is one table of all metrics with p for every system but the first", async () => {
    const printed = await evaluate(..."--ref ref.txt --hyp a.txt b.txt --compare --paired_bs_n 20".split(" "));
    expect(printed).toMatch(/System.*BLEU.*chrF2.*TER/);
    expect(printed.match(/\(p = 0\.\d{4}\)/g)).toHaveLength(3);
    expect(printed).toContain("Paired bootstrap, 20 resamples, against Baseline: a.txt.");
    const randomized = await evaluate(
      ..."--ref ref.txt --hyp a.txt b.txt --compare -m bleu --paired_ar --paired_ar_n 20".split(" "),
    );
    expect(randomized).toContain("Paired approximate randomization, 20 trials");
    expect(randomized).not.toContain("chrF2");
  });
});

describe("paired tests as text", () => {
  it("have a table, and say what p is", async () => {
    const printed = await evaluate(
      ..."--ref ref.txt --hyp a.txt b.txt --format text --paired_bs --paired_bs_n 30".split(" "),
    );
    expect(printed).toMatch(/│ +Baseline: a\.txt │ +[\d.]+ \([\d.]+ ± [\d.]+\) +│/);
    expect(printed).toMatch(/│ +│ +\(p = 0\.\d{4}\)\*? +│/);
    expect(printed).toContain("Paired bootstrap, 30 resamples, against Baseline: a.txt.");
    expect(printed).toContain(" - BLEU       nrefs:1|bs:30|seed:12345|case:mixed");
  });
});

describe("a wordpiece model as tokenizer", () => {
  it("makes its pieces the words", async () => {
    toyWordpieces([]).save("toy.model");
    writeFileSync("letters.txt", "ab cd\nfa\n");
    writeFileSync("pieces.txt", "▁a b ▁c d\n▁f a\n");
    const byModel = JSON.parse(
      await evaluate(..."--ref letters.txt --hyp letters.txt --tokenize flores200 --spm_model toy.model".split(" ")),
    );
    const byHand = JSON.parse(await evaluate(..."--ref pieces.txt --hyp pieces.txt --tokenize none".split(" ")));
    expect(byModel.verbose_score).toBe(byHand.verbose_score);
    expect(byModel.tok).toBe("flores200");
  });

  it("must be named", async () => {
    await expect(evaluate(..."--ref ref.txt --hyp a.txt --tokenize spm".split(" "))).rejects.toThrow(UsageError);
  });
});

describe("a model as system", () => {
  it("is scored like its translations", async () => {
    await selectBackend({ backend: "cpu" });
    const model = mkdtempSync(join(folder, "model-"));
    writeToyModel(model);
    writeFileSync("src.txt", "ab cd\nf\nabc def abc\n");
    writeFileSync("src-ref.txt", "ab\nfa\nabc abc\n");
    const engine = ["--model", model, "--src", "src.txt", "--backend", "cpu"];
    await runCommand(translateCommand, ["translate", ...engine, "--output", "translated.txt"]);
    const options = ["--ref", "src-ref.txt", "-m", "chrf", "-w", "8"];
    expect(await evaluate(...options, ...engine)).toBe(await evaluate(...options, "--hyp", "translated.txt"));
    await expect(evaluate(...options, ...engine, "--backend", "abacus")).rejects.toThrow(UsageError);
  });

  it("needs a source", async () => {
    await expect(evaluate("--ref", "ref.txt", "--model", "anywhere")).rejects.toThrow("--model without --src");
  });
});

describe("without --tgt_lang, the tokenizer of a model's BLEU", () => {
  const signature = async (languages: string[], ...options: string[]) => {
    const model = mkdtempSync(join(folder, "model-"));
    writeToyModel(model, languages);
    const words = [
      "--ref",
      "src-ref.txt",
      "--src",
      "src.txt",
      "--backend",
      "cpu",
      "--format",
      "text",
      "--model",
      model,
    ];
    return /tok:([^|]+)/.exec(await evaluate(...words, ...options))?.[1];
  };

  it("is that of the one language it translates into, unless an option says otherwise", async () => {
    await selectBackend({ backend: "cpu" });
    expect(await signature(["zh"])).toBe("zh");
    expect(await signature(["zh"], "--tokenize", "char")).toBe("char");
    expect(await signature(["de"])).toBe("13a");
    expect(await signature([])).toBe("13a");
    expect(await signature(["zh", "de"], "--tgt_lang", "de")).toBe("13a");
  });

  it("must be one for all", async () => {
    const models = ["zh", "de"].map((language) => {
      const model = mkdtempSync(join(folder, "model-"));
      writeToyModel(model, [language]);
      return model;
    });
    const words = ["--ref", "src-ref.txt", "--src", "src.txt", "--backend", "cpu"];
    await expect(evaluate(...words, "--model", ...models)).rejects.toThrow("different tokenizers");
  });
});

describe("models on a test set", () => {
  const talks = ["TED.dev2010", "TEDX.dev2012", "TED.tst2010", "TED.tst2011", "TED.tst2012"];
  const lines = { de: ["ab cd", "f", "abc def"], en: ["ab", "fa", "abc abc"] };
  const archive = tarGz(
    Object.fromEntries(
      talks.flatMap((talk) =>
        (["de", "en"] as const).map((side) => [
          `de-en/IWSLT14.${talk}.de-en.${side}.xml`,
          lines[side].map((line, i) => `<seg id="${i + 1}"> ${line} </seg>\n`).join(""),
        ]),
      ),
    ),
  );

  it("are translated, scored and compared by one command, from the network", async () => {
    await selectBackend({ backend: "cpu" });
    const models = ["first", "second"].map((name) => join(folder, name));
    for (const [i, model] of models.entries()) {
      mkdirSync(model);
      writeToyModel(model, [], 4 + i);
    }
    const path = "dl.fbaipublicfiles.com/fairseq/data/iwslt14/de-en.tgz";
    const mirror = await serveMirror({ [path]: archive }, [path]);
    try {
      const set = ["-t", "iwslt14", "-l", "de-en", "--mirror", mirror.url, "--cache", "cache"];
      const engine = ["--backend", "cpu", "--beam_size", "2", "--paired_bs_n", "20"];
      const compare = ["--compare", "--save_translations", "kept", ...engine];
      const printed = await evaluate(...set, "--model", ...models, ...compare);
      expect(printed).toMatch(/System.*BLEU.*chrF2.*TER/);
      expect(printed).toContain(`Baseline: ${models[0]}`);
      expect(printed.match(/\(p = 0\.\d{4}\)/g)).toHaveLength(3);
      expect(mirror.asked).toEqual([path, path]);

      // The same from what was kept, and as JSON.
      expect(readFileSync("kept/first.txt", "utf8").split("\n")).toHaveLength(16);
      const again = [...set, "--hyp", "kept/first.txt", "kept/second.txt", "--compare", "--paired_bs_n", "20"];
      expect(withoutNames(await evaluate(...again))).toBe(withoutNames(printed));
      const rows = JSON.parse(await evaluate(...again, "--format", "json"));
      expect(rows).toHaveLength(2);
      expect(rows[1].chrF2).toMatchObject({ score: expect.any(Number), p_value: expect.any(Number) });
      expect(mirror.asked).toHaveLength(2);

      const alone = JSON.parse(await evaluate(...set, "--model", models[0]!, "-m", "chrf", "-w", "8", ...engine));
      expect(alone.score).toBeCloseTo(rows[0].chrF2.score, 7);
    } finally {
      mirror.close();
    }
  });

  /** A table without the systems' names and the room they take. */
  function withoutNames(table: string): string {
    return table.replace(/(Baseline: )?\S*(first|second)(\.txt)?/g, "$2").replace(/[ ═─]+/g, " ");
  }
});

describe("wrong use", () => {
  it("names both counts when files differ in length", async () => {
    const failure = evaluate("--ref", "ref.txt", "short.txt", "--hyp", "a.txt");
    await expect(failure).rejects.toThrow(DataError);
    await expect(failure).rejects.toThrow(/a\.txt has 50 lines and short\.txt has 2/);
  });

  it.each([
    ["--hyp a.txt b.txt --confidence", /--confidence is for one system/],
    ["--hyp a.txt --paired_bs", /compares systems/],
    ["--model nowhere --src a.txt --compare", /compares systems/],
    ["--model nowhere --src a.txt --tokenize spm", /needs its SentencePiece model/],
    ["--model x/best y/best --src a.txt --save_translations kept", /in one file/],
    ["--model x/a --src a.txt --save_translations .", /would overwrite a\.txt/],
    ["--hyp a.txt b.txt --paired_bs --paired_ar", /exclude each other/],
    ["--hyp a.txt --hyp a.txt", /a\.txt is given twice/],
    ["--hyp a.txt --sentence_level -m bleu ter", /one system and one metric/],
    ["--hyp a.txt --width 1.5", /--width is 1\.5/],
    ["--hyp a.txt b.txt --paired_ar --paired_ar_n 0", /--paired_ar_n is 0/],
    ["", /nothing to score/],
  ])("%s", async (words, message) => {
    const failure = evaluate("--ref", "ref.txt", ...words.split(" ").filter((word) => word !== ""));
    await expect(failure).rejects.toThrow(message);
    await expect(failure).rejects.toThrow(UsageError);
  });
});
