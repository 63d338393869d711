/**
 * Preparing a big corpus, made for it: cleaning, encoding and sharding in a process of its own, beside what the disk can write. With
 * `--kills` it is prepared once more, killed at so many random moments and resumed each time, and the bytes of both are compared.
 */
import { createHash } from "node:crypto";
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DataError } from "../src/base/errors.ts";
import { Random } from "../src/base/random.ts";
import { threadCount } from "../src/base/threads.ts";
import { readRawBytes } from "../src/data/files/bytes.ts";
import { trainWordpieces } from "../src/text/wordpiece-trainer.ts";
import { defaultInput, readText } from "./corpus.ts";
import { type Figures, rounded } from "./figures.ts";
import type { Benchmark } from "./main.ts";
import { readOptions } from "./options.ts";
import { prepareOnce, prepareWithKills } from "./prepare-process.ts";
import { writeSyntheticCorpus } from "./synthetic-corpus.ts";

const defaults = {
  input: defaultInput,
  pairs: 1_000_000,
  kills: 0,
  workers: 0,
  vocab: 32_000,
  dirty: 5,
  near: 0,
  seed: 1,
  data: "",
} as const;

/** `--data DIR` is where the corpus and its shards go for a while, about 200 bytes a pair; `--dirty` is in per cent. */
export const run: Benchmark = async (argv) => {
  const { input, pairs, kills, workers, vocab, dirty, near, seed, data } = readOptions(argv, defaults);
  const base = input.split(",");
  if (base.length !== 2) {
    throw new DataError("Two texts are needed, line by line.", { where: input, nextStep: "Write --input A,B." });
  }
  if (data !== "") mkdirSync(data, { recursive: true });
  const folder = mkdtempSync(join(data === "" ? tmpdir() : data, "bench-prepare-"));
  try {
    const corpus = { source: join(folder, "source.txt"), target: join(folder, "target.txt") };
    const model = join(folder, "bench.model");
    trainWordpieces(readText(input).lines, { vocabSize: vocab }).save(model);
    const textBytes = writeSyntheticCorpus({
      base: [base[0]!, base[1]!],
      out: [corpus.source, corpus.target],
      pairs,
      dirty: dirty / 100,
      seed,
    });
    const diskRate = writeRate(join(folder, "disk"), Math.min(1 << 30, textBytes));
    const options = { ...corpus, model, workers, near };
    const whole = await prepareOnce({ ...options, out: join(folder, "whole") });
    const threads = threadCount(workers);
    const shards = checksums(join(folder, "whole"));
    const figures: Figures = {
      ...{ pairs, threads, vocab, seed, kept: whole.kept },
      text_mb: rounded(textBytes / 1e6),
      seconds: rounded(whole.seconds, 2),
      pairs_s: Math.round(pairs / whole.seconds),
      lines_s: Math.round((2 * pairs) / whole.seconds),
      lines_s_thread: Math.round((2 * pairs) / whole.seconds / threads),
      cores_busy: rounded(whole.cpuSeconds / whole.seconds, 2),
      written_mb: rounded(shards.bytes / 1e6),
      written_mb_s: rounded(shards.bytes / 1e6 / whole.seconds),
      disk_mb_s: rounded(diskRate / 1e6),
      max_rss_gib: rounded(whole.maxRss / 2 ** 30, 3),
    };
    if (kills === 0) return figures;
    const random = new Random(seed, 1);
    const moments = Array.from({ length: kills }, () => random.uniform() * pairs).sort((a, b) => a - b);
    const resumed = await prepareWithKills({ ...options, out: join(folder, "killed") }, moments, random);
    return {
      ...figures,
      kills: resumed.kills,
      seconds_with_kills: rounded(resumed.seconds, 2),
      resumed_max_rss_gib: rounded(resumed.last.maxRss / 2 ** 30, 3),
      same_bytes: checksums(join(folder, "killed")).sha256 === shards.sha256,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

/** Bytes a second that the disk takes, one after the other, until they are safe. */
function writeRate(path: string, bytes: number): number {
  const chunk = Buffer.alloc(8 << 20, 0x55);
  const started = performance.now();
  const file = openSync(path, "w");
  for (let written = 0; written < bytes; written += chunk.length) writeSync(file, chunk);
  fsyncSync(file);
  closeSync(file);
  const seconds = (performance.now() - started) / 1000;
  rmSync(path);
  return (Math.ceil(bytes / chunk.length) * chunk.length) / seconds;
}

/** One checksum of all shards, and of what is said about them. */
function checksums(folder: string): { sha256: string; bytes: number } {
  const all = createHash("sha256");
  let bytes = 0;
  for (const name of readdirSync(folder)
    .filter((each) => each.endsWith(".bin"))
    .sort()) {
    const hash = createHash("sha256");
    for (const chunk of readRawBytes(join(folder, name))) {
      hash.update(chunk);
      bytes += chunk.length;
    }
    all.update(`${name} ${hash.digest("hex")}\n`);
  }
  // The checksum is also of the folder.
  const { folder: _, crc32: _crc32, ...prepared } = JSON.parse(readFileSync(join(folder, "prepared.json"), "utf8"));
  return { sha256: all.update(JSON.stringify(prepared)).digest("hex"), bytes };
}
