/** Source of truth: that line i of one file belongs to line i of the other, whatever happened in between; nmt train's own reader. */
import { spawn } from "node:child_process";
import { appendFileSync, existsSync, mkdtempSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { readAligned } from "../../../src/data/files/corpus.ts";
import { SuggestionCorpus } from "../../../src/server/suggestions/suggestion-corpus.ts";

const root = resolve(import.meta.dirname, "../../..");
const newFolder = () => join(mkdtempSync(join(tmpdir(), "nmt-suggestions-")), "kept");
const pair = { source: "en", target: "de" };

function pairsIn(folder: string): [string, string][] {
  return [...readAligned(join(folder, "en-de.en"), join(folder, "en-de.de"))].map(({ source, target }) => [
    source,
    target,
  ]);
}

/** A suggestion's pairs. */
async function kept(text: string, translation: string): Promise<[string, string][]> {
  const folder = newFolder();
  await new SuggestionCorpus(folder).add({ ...pair, text, translation });
  return pairsIn(folder);
}

describe("a suggestion", () => {
  test("is a line of two files, one pair of files for each pair of languages", async () => {
    const folder = newFolder();
    const corpus = new SuggestionCorpus(folder);
    await corpus.add({ ...pair, text: "A dog.", translation: "Ein Hund." });
    await corpus.add({ ...pair, text: "A  cat\t\u0000.", translation: " Eine Katze." });
    await corpus.add({ source: "de", target: "en", text: "Ja", translation: "Yes" });
    await corpus.add({ source: "../x", target: "pt-BR", text: "a", translation: "b" });
    expect(readFileSync(join(folder, "en-de.en"), "utf8")).toBe("A dog.\nA cat .\n");
    expect(readFileSync(join(folder, "en-de.de"), "utf8")).toBe("Ein Hund.\nEine Katze.\n");
    expect(readFileSync(join(folder, "de-en.de"), "utf8")).toBe("Ja\n");
    expect(readFileSync(join(folder, "___x-pt-BR.pt-BR"), "utf8")).toBe("b\n");
    expect(existsSync(join(folder, "en-de.lock"))).toBe(false);
  });

  test("of as many lines on both sides is that many pairs, of other numbers one", async () => {
    expect(await kept("one\r\n\ntwo\u2028three", "eins\nzwei\n\n\ndrei\n")).toEqual([
      ["one", "eins"],
      ["two", "zwei"],
      ["three", "drei"],
    ]);
    expect(await kept("one\ntwo", "eins zwei")).toEqual([["one two", "eins zwei"]]);
  });

  test.each([
    ["", "x"],
    ["x", " \n\u0000"],
  ])("without text is refused: %j, %j", async (text, translation) => {
    await expect(async () => kept(text, translation)).rejects.toMatchObject({ status: 400 });
  });
});

describe("files", () => {
  test("of a process that was killed in the middle lose what has no other side", async () => {
    for (const [en, de] of [
      ["a\nb\nc\n", "A\n"],
      ["a\nb", "A\n"],
      ["a\nb\n", "A\nB"],
      ["a\n", "A\nB\nC\n"],
    ]) {
      const folder = newFolder();
      const corpus = new SuggestionCorpus(folder);
      writeFileSync(join(folder, "en-de.en"), en!);
      writeFileSync(join(folder, "en-de.de"), de!);
      await corpus.add({ ...pair, text: "z", translation: "Z" });
      expect(pairsIn(folder)).toEqual([
        ["a", "A"],
        ["z", "Z"],
      ]);
    }
  });

  test("that another program has changed are read again", async () => {
    const folder = newFolder();
    const corpus = new SuggestionCorpus(folder);
    await corpus.add({ ...pair, text: "a", translation: "A" });
    appendFileSync(join(folder, "en-de.en"), "lone\n");
    await corpus.add({ ...pair, text: "b", translation: "B" });
    writeFileSync(join(folder, "en-de.en"), "");
    writeFileSync(join(folder, "en-de.de"), "");
    await corpus.add({ ...pair, text: "c", translation: "C" });
    expect(pairsIn(folder)).toEqual([["c", "C"]]);
  });

  test("are written by many requests and several servers at once, without mixing their lines", async () => {
    const folder = newFolder();
    const servers = [new SuggestionCorpus(folder), new SuggestionCorpus(folder)];
    const all = Array.from({ length: 60 }, (_, i) => `${i} ${"x".repeat(i)}.`);
    await Promise.all(all.map((text, i) => servers[i % 2]!.add({ ...pair, text, translation: text.toUpperCase() })));
    const found = pairsIn(folder);
    expect(found.map(([text]) => text).sort()).toEqual([...all].sort());
    for (const [text, translation] of found) expect(translation).toBe(text.toUpperCase());
  });

  test("whose writer was killed with the lock are written again", async () => {
    const folder = newFolder();
    const corpus = new SuggestionCorpus(folder);
    const lock = join(folder, "en-de.lock");
    writeFileSync(lock, "");
    utimesSync(lock, new Date(), new Date(Date.now() - 60_000));
    await corpus.add({ ...pair, text: "a", translation: "A" });
    expect(pairsIn(folder)).toEqual([["a", "A"]]);
  });
});

test("kill -9 at any time leaves whole pairs once the next suggestion came", async () => {
  const folder = newFolder();
  const program = `
    import { SuggestionCorpus } from ${JSON.stringify(join(root, "src/server/suggestions/suggestion-corpus.ts"))};
    const corpus = new SuggestionCorpus(${JSON.stringify(folder)});
    process.send("ready");
    for (let i = 0; ; i++) {
      const text = process.pid + " " + i + " " + "x".repeat((i * 7919) % 5000);
      await corpus.add({ source: "en", target: "de", text, translation: text.toUpperCase() });
      if (i === 20) process.send("going");
    }`;
  for (let times = 0; times < 3; times++) {
    const child = spawn(process.execPath, ["--import", "tsx", "--input-type=module", "-e", program], {
      cwd: root,
      stdio: ["ignore", "inherit", "inherit", "ipc"],
    });
    await new Promise<void>((go) => child.on("message", (message) => message === "going" && go()));
    child.kill("SIGKILL");
    await new Promise((ended) => child.once("exit", ended));
    const lock = join(folder, "en-de.lock");
    if (existsSync(lock)) utimesSync(lock, new Date(), new Date(Date.now() - 60_000));
    await new SuggestionCorpus(folder).add({ ...pair, text: "after", translation: "AFTER" });
    const found = pairsIn(folder);
    expect(found.length).toBeGreaterThan(20 * (times + 1));
    for (const [text, translation] of found) expect(translation).toBe(text.toUpperCase());
  }
});
