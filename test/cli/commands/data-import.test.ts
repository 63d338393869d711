/** Source of truth: files of two units each, written here, and the corpus and report that follow from them by hand. */
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { dataImportCommand } from "../../../src/cli/commands/data/import.ts";
import { runCommand } from "../../../src/cli/run-command.ts";
import { zip } from "../../corpora/archives/zip-archive.ts";

let folder: string;
let out = "";
let err = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "nmt-import-"));
  out = "";
  err = "";
  vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    out += String(text);
    return true;
  });
  vi.spyOn(process.stderr, "write").mockImplementation((text) => {
    err += String(text);
    return true;
  });
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

const tmx = (...units: [en: string, de: string][]) =>
  `<tmx version="1.4"><body>\n${units.map(([en, de]) => `<tu><tuv xml:lang="en-US"><seg>${en}</seg></tuv><tuv xml:lang="de"><seg>${de}</seg></tuv></tu>`).join("\n")}\n</body></tmx>`;
const path = (name: string) => join(folder, name);
const run = (...words: string[]) =>
  runCommand(dataImportCommand, ["data", "import", ...words, "--output", path("out")], "data import");
const written = (name: string) => readFileSync(join(folder, "out", name), "utf8");

describe("nmt data import", () => {
  it("writes the pairs of several files, and says what it left out and where", async () => {
    writeFileSync(
      path("a.tmx"),
      tmx(["One", "Eins"], ["", "leer"], ["Two\n  lines", "Zwei\n\tZeilen"], ["Three", " "]),
    );
    writeFileSync(path("b.tmx.gz"), gzipSync(tmx(["Four &amp; more", "Vier"], ["Five", ""])));
    await run(path("a.tmx"), path("b.tmx.gz"), "--pair", "en-de");
    expect(written("train.en")).toBe("One\nTwo lines\nFour & more\n");
    expect(written("train.de")).toBe("Eins\nZwei Zeilen\nVier\n");
    expect(out).toBe(`${path("out/train.en")}\n${path("out/train.de")}\n`);
    expect(err).toContain("3 pairs of 2 files\n");
    expect(err).toContain(`  1 skipped: empty (${path("a.tmx")}:3)\n`);
    expect(err).toContain(`  2 skipped: not translated (first ${path("a.tmx")}:7)\n`);
    const record = JSON.parse(written("import.json"));
    expect(record.files.map(({ format, pairs, skipped }: never) => [format, pairs, skipped])).toEqual([
      [
        "tmx",
        2,
        {
          empty: { count: 1, file: path("a.tmx"), line: 3 },
          "not translated": { count: 1, file: path("a.tmx"), line: 7 },
        },
      ],
      ["tmx", 1, { "not translated": { count: 1, file: path("b.tmx.gz"), line: 3 } }],
    ]);
    expect(readdirSync(join(folder, "out")).sort()).toEqual(["import.json", "train.de", "train.en"]);
  });

  it("reads folders and patterns, and passes over what is of no format there", async () => {
    mkdirSync(path("in/deep"), { recursive: true });
    writeFileSync(path("in/deep/a.tmx"), tmx(["One", "Eins"]));
    writeFileSync(path("in/b.tmx"), tmx(["Two", "Zwei"]));
    writeFileSync(path("in/notes.txt"), "Some notes.\n");
    await run(path("in"), "--pair", "de:en-GB");
    expect(written("train.de")).toBe("Zwei\nEins\n");
    expect(written("train.en-GB")).toBe("Two\nOne\n");
    expect(err).toContain(`passed over: ${path("in/notes.txt")} (of no format of parallel text)`);
    await run(path("in/*.tmx"), "--pair", "en-de");
    expect(written("train.en")).toBe("Two\n");
  });

  it("reads plain texts whose names tell their languages, and what is in a zip archive", async () => {
    mkdirSync(path("in"));
    writeFileSync(path("in/x.en-de.en"), "One\n Two \n\n");
    writeFileSync(path("in/x.en-de.de.gz"), gzipSync("Eins\nZwei\nDrei"));
    writeFileSync(path("in/README.txt"), "notes");
    await run(path("in"), "--pair", "en-de");
    expect([written("train.en"), written("train.de")]).toEqual(["One\nTwo\n", "Eins\nZwei\n"]);
    expect(err).toContain(`1 skipped: empty (${path("in/x.en-de.en")}:3)`);
    expect(err).toContain(`passed over: ${path("in/README.txt")}`);
    await run(path("in/x.en-de.de.gz"), path("in/x.en-de.en"), "--pair", "en-de");
    expect(written("train.de")).toBe("Eins\nZwei\n");
    const members = { "po/a.tmx": tmx(["Four", "Vier"]), "t.en": "One\n", "t.de": "Eins\n", README: "x" };
    writeFileSync(path("all.zip"), zip({ ...members, "packed.tmx.gz": gzipSync(tmx(["Five", "Fünf"])) }));
    await run(path("all.zip"), "--pair", "en-de");
    expect(written("train.de")).toBe("Fünf\nVier\nEins\n");
    expect(err).toContain(`passed over: ${path("all.zip/README")}`);
  });

  it("ends with the lines where two plain texts part, and without a second one", async () => {
    for (const [name, text] of [
      ["a.en", "One\nTwo\n"],
      ["a.de", "Eins\n"],
    ] as const)
      writeFileSync(path(name), text);
    await expect(run(path("a.en"), path("a.de"), "--pair", "en-de")).rejects.toMatchObject({
      name: "DataError",
      message: expect.stringContaining("different numbers of lines: 2 and 1"),
    });
    await expect(run(path("a.en"), "--pair", "en-de")).rejects.toMatchObject({
      name: "UsageError",
      where: path("a.en"),
    });
  });

  it.each(["gzip", "xz", "zstd", "bzip2"])("reads what %s packed, whatever its name", async (program) => {
    if (spawnSync(program, ["--version"], { input: "" }).error !== undefined) return;
    writeFileSync(path("a"), execFileSync(program, ["-c"], { input: tmx(["One", "Eins"]) }));
    await run(path("a"), "--pair", "en-de");
    expect(written("train.de")).toBe("Eins\n");
  });

  it.each([
    ["no file", [], "no file is named"],
    ["half of two", ["--src", "a"], "by half"],
    ["files and sides", ["a", "--src", "a", "--tgt", "b"], "twice"],
    ["a pair of one", ["a", "--pair", "en"], "no pair of languages"],
    ["a pair of three", ["a", "--pair", "en-de-fr"], "no pair of languages"],
    ["one column", ["a.tmx", "--columns", "1"], "1 names, not two"],
    ["a format that is unknown", ["a.tmx", "--format", "doc"], "Invalid values"],
  ])("refuses %s", async (_, words, message) => {
    writeFileSync(path("a.tmx"), tmx());
    const files = words.map((word) => (word === "a.tmx" ? path(word) : word));
    const pair = words.includes("--pair") ? [] : ["--pair", "en-de"];
    await expect(run(...files, ...pair)).rejects.toMatchObject({
      name: "UsageError",
      message: expect.stringContaining(message),
    });
  });

  it.each([
    ["plain text", "One line.\nAnother.\n", "plain text, or a format that is not known"],
    ["a page", "<!DOCTYPE html>\n<html><body>", "an HTML page"],
    ["a term base", "<?xml version='1.0'?>\n<martif/>", "TBX"],
    ["a folder of nothing", tmx(["", ""]), "There is no pair in the files:\n  1 skipped: empty"],
  ])("refuses %s by its name", async (_, content, message) => {
    writeFileSync(path("a"), content);
    await expect(run(path("a"), "--pair", "en-de")).rejects.toMatchObject({
      name: "DataError",
      message: expect.stringContaining(message),
      where: path("a"),
    });
    expect(existsSync(path("out/train.en"))).toBe(false);
  });

  it("replaces what it wrote before, and no other files", async () => {
    writeFileSync(path("a.tmx"), tmx(["One", "Eins"]));
    mkdirSync(path("out"));
    writeFileSync(path("out/train.de"), "mine");
    await expect(run(path("a.tmx"), "--pair", "en-de")).rejects.toMatchObject({ where: path("out/train.de") });
    rmSync(path("out/train.de"));
    await run(path("a.tmx"), "--pair", "en-de");
    await run(path("a.tmx"), "--pair", "en-de");
    expect(written("train.de")).toBe("Eins\n");
  });

  it("clears away what a killed import has left", async () => {
    writeFileSync(path("a.tmx"), tmx(["One", "Eins"]));
    const { pid } = spawnSync("true");
    const host = hostname().replace(/[^\w-]/g, "_");
    mkdirSync(path("out"));
    writeFileSync(path(`out/train.en.${host}.${pid}.tmp`), "One");
    writeFileSync(path(`out/train.en.${host}.${process.ppid}.tmp`), "of a process that runs");
    writeFileSync(path("out/train.en.x.tmp"), "no number");
    await run(path("a.tmx"), "--pair", "en-de");
    const left = readdirSync(path("out")).filter((name) => name.endsWith(".tmp"));
    expect(left.sort()).toEqual([`train.en.${host}.${process.ppid}.tmp`, "train.en.x.tmp"].sort());
  });
});
