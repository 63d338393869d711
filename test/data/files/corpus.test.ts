// Source of truth: what the files were written with.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, describe, expect, test } from "vitest";
import { DataError } from "../../../src/base/errors.ts";
import {
  type AlignedLine,
  readAligned,
  readLines,
  streamAligned,
  streamLines,
} from "../../../src/data/files/corpus.ts";
import { LONGEST_LINE } from "../../../src/data/files/line-splitter.ts";

const folder = mkdtempSync(join(tmpdir(), "nmt-corpus-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

async function streamed(path: string): Promise<string[]> {
  const lines: string[] = [];
  for await (const block of streamLines(path)) lines.push(...block);
  return lines;
}

async function streamedPairs(source: string, target: string): Promise<AlignedLine[]> {
  const pairs: AlignedLine[] = [];
  for await (const block of streamAligned(source, target)) pairs.push(...block);
  return pairs;
}

const lines = ["", "Größe", "日本語 と English", "", "a\tb\u2028c", "🦉"];

describe("reading lines", () => {
  test.each([
    ["with a last newline", `${lines.join("\n")}\n`],
    ["without a last newline", lines.join("\n")],
    ["with carriage returns", `${lines.join("\r\n")}\r\n`],
    ["with a byte order mark", `\ufeff${lines.join("\n")}\n`],
  ])("plain, %s", async (name, text) => {
    const path = file(`${name}.txt`, text);
    expect([...readLines(path)]).toEqual(lines);
    expect(await streamed(path)).toEqual(lines);
  });

  test("gzip, in more than one member", async () => {
    const path = file("lines.gz", Buffer.concat([gzipSync("a\nb\n"), gzipSync("c\n")]));
    expect([...readLines(path)]).toEqual(["a", "b", "c"]);
    expect(await streamed(path)).toEqual(["a", "b", "c"]);
  });

  test.each(["xz", "zstd"])("%s, where the program is installed", async (program) => {
    const path = join(folder, `lines.${program === "xz" ? "xz" : "zst"}`);
    let packed: Uint8Array;
    try {
      packed = execFileSync(program, ["-c"], { input: "a\nb\n", stdio: "pipe" });
    } catch {
      writeFileSync(path, "not installed here");
      expect(() => [...readLines(path)]).toThrow(/not installed/);
      await expect(streamed(path)).rejects.toThrow(/not installed/);
      return;
    }
    writeFileSync(path, packed);
    expect([...readLines(path)]).toEqual(["a", "b"]);
    expect(await streamed(path)).toEqual(["a", "b"]);
    writeFileSync(path, packed.subarray(0, packed.length - 8));
    await expect(streamed(path)).rejects.toThrow(DataError);
  });

  test("an empty file has no lines", async () => {
    expect([...readLines(file("empty", ""))]).toEqual([]);
    expect(await streamed(file("empty.gz", gzipSync("")))).toEqual([]);
  });

  test("chunks of the file may end anywhere, also inside a character", async () => {
    const long = Array.from({ length: 4000 }, (_, i) => `${i} ${"ü🦉".repeat(i % 97)}`);
    const path = file("long", `${long.join("\n")}\n`);
    expect([...readLines(path)]).toEqual(long);
    expect(await streamed(path)).toEqual(long);
  });

  test("a line over 1 MiB is cut between characters, and the next line is whole", async () => {
    for (const letter of ["x", "ü", "日", "🦉", "🦉x"]) {
      const path = file("huge", `a\n${letter.repeat(LONGEST_LINE / letter.length + 9)}\nb\n`);
      const [first, huge, last, ...rest] = [...readLines(path)];
      expect([first, last, rest]).toEqual(["a", "b", []]);
      expect(Buffer.byteLength(huge!)).toBeGreaterThan(LONGEST_LINE - 9);
      expect(Buffer.byteLength(huge!)).toBeLessThanOrEqual(LONGEST_LINE);
      expect((await streamed(path))[1]).toBe(huge);
    }
  });
});

describe("errors of reading", () => {
  test("bytes that are not UTF-8 name file and line", async () => {
    const bad = Buffer.concat([Buffer.from("a\nü\n"), Buffer.from([0x47, 0xf6, 0xdf]), Buffer.from("\nb\n")]);
    for (const [path, place] of [
      [file("latin1", bad), "latin1:3"],
      [file("latin1.gz", gzipSync(bad)), "latin1.gz:3"],
      [file("latin1-late", Buffer.concat([Buffer.from("ok\n".repeat(200_000)), bad])), "latin1-late:200003"],
      [file("cut-off", Buffer.from([0x61, 0x0a, 0xc3])), "cut-off:2"],
    ] as const) {
      const wanted = { name: "DataError", where: join(folder, place) };
      expect(() => [...readLines(path)]).toThrow(expect.objectContaining(wanted));
      await expect(streamed(path)).rejects.toMatchObject(wanted);
    }
  });

  test("a missing file, a folder, a damaged archive", async () => {
    const gz = gzipSync("line\n".repeat(1000));
    for (const [path, message] of [
      [join(folder, "nowhere"), /does not exist/],
      [join(folder, "nowhere.gz"), /does not exist/],
      [join(folder, "nowhere.xz"), /does not exist/],
      [folder, /folder/],
      [file("cut.gz", gz.subarray(0, gz.length - 10)), /damaged or cut off/],
      [file("text.gz", "no archive"), /damaged or cut off/],
    ] as const) {
      expect(() => [...readLines(path)]).toThrow(message);
      await expect(streamed(path)).rejects.toThrow(message);
      await expect(streamed(path)).rejects.toMatchObject({ name: "DataError", where: path });
    }
  });
});

describe("aligned text", () => {
  const pairs = Array.from({ length: 30_000 }, (_, i) => ({
    source: `s${i}`,
    target: i % 3 === 0 ? "" : `target ${i}`,
  }));
  const text = (side: "source" | "target", count: number) =>
    pairs
      .slice(0, count)
      .map((pair) => `${pair[side]}\n`)
      .join("");

  test("pairs line i with line i", async () => {
    const [source, target] = [file("s", text("source", 30_000)), file("t.gz", gzipSync(text("target", 30_000)))];
    expect([...readAligned(source, target)]).toEqual(pairs);
    expect(await streamedPairs(source, target)).toEqual(pairs);
  });

  test.each([
    [30_000, 29_999],
    [29_999, 30_000],
    [7, 0],
    [0, 20_000],
  ])("%d and %d lines: both counts are told", async (sources, targets) => {
    const [source, target] = [file("s", text("source", sources)), file("t", text("target", targets))];
    const message = `${sources} and ${targets}`;
    expect(() => [...readAligned(source, target)]).toThrow(message);
    await expect(streamedPairs(source, target)).rejects.toThrow(message);
    await expect(streamedPairs(source, target)).rejects.toBeInstanceOf(DataError);
  });
});
