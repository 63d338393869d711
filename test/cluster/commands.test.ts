// Source of truth: what one process writes, byte for byte.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Random } from "../../src/base/random.ts";
import { tmxOf } from "../kills/import-task.ts";
import { launcher } from "../parallel/run-mpi.ts";
import { writePairModels } from "../server/toy-models.ts";
import { jobs, runAlone, runRanks } from "./run-nmt.ts";

const folder = mkdtempSync(join(tmpdir(), "nmt-cluster-"));
let models: string[];
const random = new Random(7);
const word = () => Array.from({ length: 1 + random.integer(5) }, () => "abcdef"[random.integer(6)]).join("");
const sentence = () => Array.from({ length: random.integer(7) }, word).join(" ");
const lines = Array.from({ length: 120 }, sentence);
const [src, tgt] = [write("a.en", lines), write("a.de", lines.map(sentence))];

function write(name: string, content: readonly string[]): string {
  const path = join(folder, name);
  writeFileSync(path, content.map((line) => `${line}\n`).join(""));
  return path;
}

/** Files of a folder, by name, but for reports' own paths and scores that belong to a folder. */
function filesOf(output: string): Record<string, string> {
  return Object.fromEntries(readdirSync(output).map((name) => [name, readFileSync(join(output, name), "latin1")]));
}

beforeAll(async () => {
  models = await writePairModels(["en-de", "de-en"]);
});
afterAll(() => rmSync(folder, { recursive: true }));

const engine = ["--threads", "1"];
const translations: [name: string, words: () => string[]][] = [
  ["lines", () => ["--src", src, "--n_best", "3"]],
  ["samples", () => ["--src", src, "--sampling_topk", "0", "--n_best", "2", "--seed", "5"]],
  ["re-ranked lines", () => ["--src", src, "--mbr", "chrf"]],
  [
    "what each line begins with",
    () => [
      "--src",
      src,
      "--tgt_prefix",
      write(
        "p.txt",
        lines.map(() => "ab"),
      ),
    ],
  ],
  [
    "placeables",
    () => [
      "--src",
      write(
        "t.en",
        lines.map((line) => `<b>${line}</b> %d`),
      ),
      "--placeables",
      "verbatim",
    ],
  ],
  ["a memory", () => ["--src", src, "--src_lang", "en", "--tgt_lang", "de", "--tm", memory()]],
  ["a document", () => ["--src", write("page.html", [`<p>${lines.join("</p><p>")}</p>`])]],
];

function memory(): string {
  return write("m.tmx", [tmxOf(lines.slice(0, 40).map((line, i) => [line || `${i}`, `known ${i}`] as const))]);
}

describe.each(jobs)("$family, $size ranks", ({ family, size, missing }) => {
  // Each way once, and samples, which depend on the number of a line, in every job.
  const isFirst = size === 2 && family === "Open MPI";
  const some = isFirst ? translations : translations.slice(1, 2);
  test.skipIf(missing).each(some)("translate %s", async (name, words) => {
    const command = ["translate", "--model", models[0]!, ...engine, ...words()];
    const one = await runAlone(
      [...command, "--output", join(folder, "one.html")].slice(0, name === "a document" ? undefined : -2),
    );
    const output = join(folder, name === "a document" ? "many.html" : `many-${family}-${size}`);
    const end = await runRanks(family, size, [...command, "--output", output]);
    expect(end.code, end.text).toBe(0);
    const expected = name === "a document" ? readFileSync(join(folder, "one.html"), "utf8") : one.stdout;
    expect(readFileSync(output, "utf8")).toBe(expected);
    expect(end.text.match(/translated \d+ lines \(\d+ blank\)/g)).toEqual(
      one.stderr.match(/translated \d+ lines \(\d+ blank\)/g),
    );
  });

  if (isFirst) {
    test.skipIf(missing)("translate standard input to standard output", async () => {
      const command = ["translate", "--model", models[0]!, ...engine];
      const one = await runAlone(command, lines.map((line) => `${line}\n`).join(""));
      const end = await runRanks(family, size, command, { input: lines.map((line) => `${line}\n`).join("") });
      expect(end.code, end.text).toBe(0);
      expect(end.stdout).toBe(one.stdout);
    });
  }

  test.skipIf(missing)("data filter", async () => {
    const scored = ["--model", ...models, ...engine, "--keep_best", "60"];
    const command = ["data", "filter", "--src", src, "--tgt", tgt, "--pair", "en-de", ...scored];
    const [one, many] = [join(folder, `filter-one-${family}-${size}`), join(folder, `filter-${family}-${size}`)];
    await runAlone([...command, "--output", one]);
    const end = await runRanks(family, size, [...command, "--output", many]);
    expect(end.code, end.text).toBe(0);
    expect(filesOf(many)).toEqual(filesOf(one));
  });

  test.skipIf(missing)("data import", async () => {
    const inputs = join(folder, `import-${family}-${size}`);
    mkdirSync(inputs);
    const pairs = (from: number, to: number) => lines.slice(from, to).map((line) => [line, `${line} x`] as const);
    for (let file = 0; file < 5; file++)
      writeFileSync(join(inputs, `${file}.tmx`), tmxOf(pairs(20 * file, 20 * file + 25)));
    writeFileSync(join(inputs, "notes.bin"), Buffer.from([0, 1, 2]));
    const command = ["data", "import", inputs, "--pair", "en-de"];
    const [one, many] = [`${inputs}-one`, `${inputs}-many`];
    await runAlone([...command, "--output", one]);
    const end = await runRanks(family, size, [...command, "--output", many]);
    expect(end.code, end.text).toBe(0);
    expect(filesOf(many)).toEqual(filesOf(one));
    expect(end.text.match(/\d+ pairs of 5 files/g)).toHaveLength(1);
  });
});

test.skipIf(launcher("Open MPI") === undefined)(
  "a command that has no part for each rank is refused, once",
  async () => {
    const end = await runRanks("Open MPI", 2, ["vocab", "--help"]);
    expect(end.code).toBe(2);
    expect(end.text.match(/2 processes would each run nmt vocab/g)).toHaveLength(1);
  },
);
