/** Source of truth: UTF-8 and the two line endings, in chunks cut at every place; what Python's gzip, zstd and xz read. */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { Readable } from "node:stream";
import { gzipSync } from "node:zlib";
import { afterAll, describe, expect, test } from "vitest";
import { type InputRules, inputLines, readLines, streamLines } from "../../../src/data/files/corpus.ts";
import { LONGEST_LINE } from "../../../src/data/files/line-splitter.ts";

const root = resolve(import.meta.dirname, "../../..");
const folder = mkdtempSync(join(tmpdir(), "nmt-input-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

async function collect(lines: AsyncIterable<string>, all: string[] = []): Promise<string[]> {
  for await (const line of lines) all.push(line);
  return all;
}

/** Reads standard input that comes in chunks of `size` bytes. */
async function fromStandardInput(bytes: Uint8Array, size: number, all: string[] = [], name?: string) {
  const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
    bytes.subarray(i * size, (i + 1) * size),
  );
  const original = Object.getOwnPropertyDescriptor(process, "stdin")!;
  Object.defineProperty(process, "stdin", { value: Readable.from(chunks), configurable: true });
  try {
    return await collect(inputLines(name), all);
  } finally {
    Object.defineProperty(process, "stdin", original);
  }
}

const SIZES = [1, 2, 3, 7, 1000];

describe("standard input", () => {
  test.each([
    ["", []],
    ["a", ["a"]],
    ["a\n", ["a"]],
    ["\n", [""]],
    ["(\n", ["("]],
    ["(", ["("]],
    ["a\n\nb\n\n", ["a", "", "b", ""]],
    ["a\r\nb\rc\r\n", ["a", "b\rc"]],
    ["\uFEFFa\n\uFEFFb\n", ["a", "\uFEFFb"]],
    ["schön\n日本語\u2028x\n😀", ["schön", "日本語\u2028x", "😀"]],
  ])("%j", async (text, expected) => {
    for (const size of SIZES) expect(await fromStandardInput(Buffer.from(text), size)).toEqual(expected);
  });

  test.each([
    ["gzip", gzipSync("a\nschön\n")],
    ["zstd", packed("zstd", "a\nschön\n")],
    ["xz", packed("xz", "a\nschön\n")],
  ])("that is %s is unpacked", async (_, bytes) => {
    if (bytes === undefined) return;
    for (const size of SIZES) expect(await fromStandardInput(bytes, size, [], "-")).toEqual(["a", "schön"]);
  });

  test("that is cut off gives what came, and an error", async () => {
    const bytes = gzipSync("line\n".repeat(1000));
    await expect(fromStandardInput(bytes.subarray(0, -3), 7)).rejects.toMatchObject({
      name: "DataError",
      where: "standard input",
      message: expect.stringContaining("cut off"),
    });
  });

  test("may be a column", async () => {
    expect(await fromStandardInput(Buffer.from("1\tone\n2\ttwo\n"), 5, [], "-#2")).toEqual(["one", "two"]);
    await expect(fromStandardInput(Buffer.from("1\tone\n2\n"), 5, [], "-#2")).rejects.toMatchObject({
      where: "standard input:2",
    });
  });

  test("is read once", async () => {
    const original = Object.getOwnPropertyDescriptor(process, "stdin")!;
    Object.defineProperty(process, "stdin", { value: Readable.from([Buffer.from("a\n")]), configurable: true });
    try {
      expect(await collect(inputLines("-"))).toEqual(["a"]);
      await expect(collect(inputLines("-"))).rejects.toMatchObject({
        name: "DataError",
        message: expect.stringContaining("more than once"),
      });
    } finally {
      Object.defineProperty(process, "stdin", original);
    }
  });
});

test("invalid UTF-8 names file and line; the lines before it were read", async () => {
  const bytes = Buffer.concat([Buffer.from("gut\nschön\n"), Buffer.from([0x73, 0xff]), Buffer.from("\nc\n")]);
  for (const size of [1, 4, 1000]) {
    const read: string[] = [];
    await expect(fromStandardInput(bytes, size, read)).rejects.toMatchObject({
      name: "DataError",
      where: "standard input:3",
    });
    expect(read).toEqual(["gut", "schön"]);
  }
  const read: string[] = [];
  const path = file("news.en", bytes);
  await expect(collect(inputLines(path), read)).rejects.toMatchObject({ name: "DataError", where: `${path}:3` });
  expect(read).toEqual(["gut", "schön"]);
});

test("a file that can't be read is a DataError with its name", async () => {
  await expect(collect(inputLines("nowhere/nothing.txt"))).rejects.toMatchObject({
    name: "DataError",
    where: "nowhere/nothing.txt",
  });
});

test("patterns, columns and compressed files are read as corpora are", async () => {
  file("in.1.en", "a\nb\n");
  file("in.2.en", "c");
  const column = file("in.tsv.gz", gzipSync("1\tone\n2\ttwo\n"));
  expect(await collect(inputLines(join(folder, "in.*.en")))).toEqual(["a", "b", "c"]);
  expect(await collect(inputLines(`${column}#2`))).toEqual(["one", "two"]);
  // Without the ending, bytes tell.
  expect(await collect(inputLines(file("unnamed", gzipSync("a\nb\n"))))).toEqual(["a", "b"]);
  expect([...readLines(join(folder, "unnamed"))]).toEqual(["a", "b"]);
});

test("a byte order mark is kept where it is asked for", async () => {
  const path = file("mark", "\uFEFFa\nb\n");
  expect(await collect(inputLines(path))).toEqual(["a", "b"]);
  expect(await collect(inputLines(path, { keepMark: true }))).toEqual(["\uFEFFa", "b"]);
});

describe("a line over 1 MiB", () => {
  const long = "x".repeat(LONGEST_LINE + 1);
  const longest = "y".repeat(LONGEST_LINE - 1);
  const path = file("long", `a\nb\n${long}\n${longest}\n${long}\nc`);

  test("is an error that names it, after the lines before it", async () => {
    const read: string[] = [];
    await expect(collect(inputLines(path), read)).rejects.toMatchObject({ name: "DataError", where: `${path}:3` });
    expect(read).toEqual(["a", "b"]);
    await expect(collect(inputLines(file("long-end", `a\n${long}`)))).rejects.toMatchObject({
      where: `${join(folder, "long-end")}:2`,
    });
  });

  test("is told of and blank where that is asked for", async () => {
    const told: number[] = [];
    const rules: InputRules = { onLongLine: (line) => told.push(line) };
    expect(await collect(inputLines(path, rules))).toEqual(["a", "b", "", longest, "", "c"]);
    expect(told).toEqual([3, 5]);
  });

  test("takes no memory of its size", () => {
    const script = `
      import { inputLines } from "./src/data/files/corpus.ts";
      let [lines, most] = [0, 0];
      const sample = () => { most = Math.max(most, process.memoryUsage.rss()); };
      setInterval(sample, 1).unref();
      for await (const line of inputLines("-", { onLongLine: () => {} })) lines += 1 + line.length;
      sample();
      process.stdout.write(lines + " " + (most < 200 << 20));`;
    const input = Buffer.concat([Buffer.from("a\n"), Buffer.alloc(300 << 20, "x"), Buffer.from("\nb\n")]);
    const args = ["--max-old-space-size=64", "--import", "tsx", "--input-type=module", "-e", script];
    const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: root, input, encoding: "utf8" });
    expect([stdout, stderr]).toEqual(["5 true", ""]);
  });
});

function packed(program: string, text: string): Buffer | undefined {
  try {
    return execFileSync(program, ["-c"], { input: text, stdio: ["pipe", "pipe", "ignore"] });
  } catch {
    return undefined;
  }
}

describe("members of a compressed file", () => {
  const [one, two] = [gzipSync("a\nb\n"), gzipSync("c\n")];
  const zeros = Buffer.alloc(600);
  const many = Array.from({ length: 40 }, (_, i) => gzipSync(`${i} ${"word ".repeat(i * 500)}\n`));

  async function bothWays(path: string): Promise<string[]> {
    const streamed: string[] = [];
    for await (const block of streamLines(path)) streamed.push(...block);
    expect([...readLines(path)]).toEqual(streamed);
    expect(await collect(inputLines(path))).toEqual(streamed);
    return streamed;
  }

  test.each([
    ["nothing", [one, two], ["a", "b", "c"]],
    ["zero bytes", [one, zeros, two], ["a", "b", "c"]],
    ["one zero byte", [one, zeros.subarray(0, 1), two, zeros], ["a", "b", "c"]],
    ["zero bytes more than a chunk", [one, Buffer.alloc(1 << 20), two], ["a", "b", "c"]],
    ["zero bytes at the end", [one, zeros], ["a", "b"]],
    ["an empty member", [gzipSync(""), zeros, two], ["c"]],
  ])("gzip with %s between them", async (_, parts, expected) => {
    const bytes = Buffer.concat(parts);
    expect(await bothWays(file("members.gz", bytes))).toEqual(expected);
    for (const size of [1, 3, one.length, 64]) {
      if (bytes.length < 10_000) expect(await fromStandardInput(bytes, size)).toEqual(expected);
    }
  });

  test("many gzip members with zero bytes keep all lines", async () => {
    const lines = await bothWays(file("many.gz", Buffer.concat(many.flatMap((member) => [member, zeros]))));
    expect(lines.map((line) => Number.parseInt(line, 10))).toEqual(many.map((_, i) => i));
  });

  test.each([
    ["a line feed after the end", Buffer.concat([one, Buffer.from("\n")])],
    ["text after the end", Buffer.concat([one, Buffer.from("more text\n")])],
    ["text after zero bytes", Buffer.concat([one, zeros, Buffer.from("more text\n")])],
    ["a second member cut off", Buffer.concat([one, two.subarray(0, -4)])],
    ["a second member cut off after zero bytes", Buffer.concat([one, zeros, two.subarray(0, 5)])],
    ["zero bytes before the first", Buffer.concat([zeros, one])],
  ])("gzip with %s is refused", async (_, bytes) => {
    const path = file("wrong.gz", bytes);
    const wanted = { name: "DataError", where: path, message: expect.stringContaining("damaged or cut off") };
    expect(() => [...readLines(path)]).toThrow(expect.objectContaining(wanted));
    await expect(collect(streamOf(path))).rejects.toMatchObject(wanted);
    await expect(fromStandardInput(bytes, 1)).rejects.toMatchObject({ name: "DataError" });
  });

  async function* streamOf(path: string): AsyncGenerator<string> {
    for await (const block of streamLines(path)) yield* block;
  }

  test.each([
    ["zstd", "zst"],
    ["xz", "xz"],
  ])("%s streams one after the other are all read; what follows them is refused", async (program, ending) => {
    const parts = [packed(program, "a\nb\n"), packed(program, "c\n")];
    if (parts[0] === undefined) return;
    const bytes = Buffer.concat(parts as Buffer[]);
    expect(await bothWays(file(`two.${ending}`, bytes))).toEqual(["a", "b", "c"]);
    const wrong = file(`wrong.${ending}`, Buffer.concat([bytes, Buffer.from("more text\n")]));
    expect(() => [...readLines(wrong)]).toThrow(expect.objectContaining({ name: "DataError", where: wrong }));
    await expect(collect(inputLines(wrong))).rejects.toMatchObject({ name: "DataError", where: wrong });
  });
});
