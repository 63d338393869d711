/** Texts, plain, tab-separated and compressed: read whole and as streams, which must agree, then cleaned and encoded. */
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { NmtError } from "../../../src/base/errors.ts";
import { cleanPair, DEFAULT_CLEANING } from "../../../src/data/cleaning/clean.ts";
import { inputLines, readAligned, readLines, streamAligned, streamLines } from "../../../src/data/files/corpus.ts";
import { WordpieceModel } from "../../../src/text/wordpiece-model.ts";
import { trainWordpieces } from "../../../src/text/wordpiece-trainer.ts";
import { toyWordpieces } from "../../cli/toy-model-directory.ts";
import { NASTY, sentences } from "../../text/sample-text.ts";
import { expectThat, type Format, type Sample } from "../format.ts";

const flat = (text: string) => text.replace(/[\n\r\t]/g, " ");
const SOURCES = [...sentences(60, 1), ...NASTY.map(flat)];
const TARGETS = [...sentences(60, 2), ...NASTY.map(flat)];
const asText = (lines: readonly string[], end = "\n") => Buffer.from(lines.map((line) => line + end).join(""));
const isInstalled = (program: string) => spawnSync(program, ["--version"]).status === 0;

interface Read<T> {
  items: T[];
  error?: NmtError;
}

function all<T>(items: Iterable<T>): Read<T> {
  const read: Read<T> = { items: [] };
  try {
    for (const item of items) read.items.push(item);
  } catch (error) {
    if (!(error instanceof NmtError)) throw error;
    read.error = error;
  }
  return read;
}

async function streamed<T>(blocks: AsyncIterable<T[]>): Promise<Read<T>> {
  const read: Read<T> = { items: [] };
  try {
    for await (const block of blocks) for (const item of block) read.items.push(item);
  } catch (error) {
    if (!(error instanceof NmtError)) throw error;
    read.error = error;
  }
  return read;
}

/** What both ways of reading give; throws their error. */
function agreed<T>(whole: Read<T>, stream: Read<T>): T[] {
  const isError = (whole.error === undefined) === (stream.error === undefined);
  expectThat(isError, `one way of reading fails, the other does not: ${(whole.error ?? stream.error)?.message}`);
  if (whole.error !== undefined) throw whole.error;
  const same = JSON.stringify(whole.items) === JSON.stringify(stream.items);
  expectThat(same, "the two ways of reading give different lines");
  return whole.items;
}

let wordpieces: WordpieceModel | undefined;

function use(source: string, target: string): void {
  wordpieces ??= toyWordpieces([]);
  for (const text of [source, target]) {
    expectThat(!/[\n\ud800-\udfff]/u.test(text), "a line holds a newline or half a character");
    const ids = wordpieces.encode(text);
    expectThat(typeof wordpieces.decode(ids) === "string", "a line's pieces are no text");
  }
  cleanPair(source, target, DEFAULT_CLEANING);
}

async function readPlain(folder: string, name: string): Promise<string[]> {
  const path = join(folder, name);
  return agreed(all(readLines(path)), await streamed(streamLines(path)));
}

export const plainTexts: Format = {
  name: "text",
  isText: true,
  samples: () => [
    { files: { "a.txt": asText(SOURCES), "b.txt": asText(TARGETS) } },
    { files: { "a.txt": asText(SOURCES, "\r\n"), "b.txt": asText(TARGETS) } },
  ],
  read: async (folder) => {
    const [a, b] = [join(folder, "a.txt"), join(folder, "b.txt")];
    const pairs = agreed(all(readAligned(a, b)), await streamed(streamAligned(a, b)));
    const input: string[] = [];
    for await (const line of inputLines(a)) input.push(line);
    const sources = pairs.map(({ source }) => source);
    expectThat(input.join("\n") === sources.join("\n"), "a line to translate differs from the corpus's line");
    for (const { source, target } of pairs) use(source, target);
  },
};

export const tabSeparated: Format = {
  name: "tsv",
  isText: true,
  samples: () => [{ files: { "a.tsv": asText(SOURCES.map((text, i) => `${i}\t${text}\t${TARGETS[i]!}`)) } }],
  read: async (folder) => {
    const sources = await readPlain(folder, "a.tsv#2");
    const targets = await readPlain(folder, "a.tsv#3");
    expectThat(sources.length === targets.length, "columns of one file have different lengths");
    for (const [i, source] of sources.entries()) use(source, targets[i]!);
  },
};

/** Wordpieces are trained on whatever there is: the model encodes every line of it, and its bytes are a model again. */
export const trainingTexts: Format = {
  name: "text-for-wordpieces",
  isText: true,
  samples: () => [
    { files: { "a.txt": asText(SOURCES.slice(0, 30)) } },
    { files: { "a.txt": asText(NASTY.map(flat)) } },
  ],
  read: (folder) => {
    const path = join(folder, "a.txt");
    const model = trainWordpieces(readLines(path), { vocabSize: 900, characterCoverage: 0.98 });
    const again = WordpieceModel.fromBytes(model.toBytes());
    for (const line of readLines(path)) {
      const ids = model.encode(line);
      expectThat(
        ids.every((id) => id < model.size),
        "an id is outside the vocabulary",
      );
      expectThat(ids.join() === again.encode(line).join(), "the written model encodes differently");
      expectThat(!model.decode(ids).includes("\u2047"), "byte fallback left something unknown");
    }
  },
};

/** A compressed text carries a checksum, so that what is read to its end is the text, or whole members of it. */
function compressed(name: string, ending: string, compress: (text: Buffer) => Buffer): Format {
  const [text, more] = [asText(SOURCES.slice(0, 40)), asText(TARGETS)];
  const texts = [text, Buffer.concat([more, text]), Buffer.alloc(0)];
  const file = `a.txt.${ending}`;
  return {
    name,
    samples: () => {
      const samples: Sample[] = [text, Buffer.concat([more, text])].map((each) => ({
        files: { [file]: compress(each) },
      }));
      return [...samples, { files: { [file]: Buffer.concat([compress(more), compress(text)]) } }];
    },
    read: async (folder) => {
      if (!existsSync(join(folder, file))) return;
      const lines = await readPlain(folder, file);
      const joined = lines.map((line) => `${line}\n`).join("");
      const known = [...texts, more, Buffer.concat([text, text]), Buffer.concat([more, text, text])].map(String);
      const isKnown = known.some((each) => each.replaceAll("\r\n", "\n") === joined);
      expectThat(isKnown || lines.length > 150, "the text was altered, and no checksum told");
    },
  };
}

const program = (name: string, options: string[]) => (text: Buffer) =>
  execFileSync(name, [...options, "-c"], { input: text, stdio: ["pipe", "pipe", "ignore"] });

export const compressedTexts: readonly Format[] = [
  compressed("gzip", "gz", (text) => gzipSync(text)),
  ...(isInstalled("zstd") ? [compressed("zstd", "zst", program("zstd", ["--check"]))] : []),
  ...(isInstalled("xz") ? [compressed("xz", "xz", program("xz", ["--check=crc64"]))] : []),
];
