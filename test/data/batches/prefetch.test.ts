// Source of truth: the in-process source, and the batches a run gives without stopping.

import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Batch } from "../../../src/base/batch.ts";
import { setLogSink } from "../../../src/base/logger.ts";
import { unpackSentences } from "../../../src/base/packed-sentences.ts";
import { type BatchSource, openTrainingData } from "../../../src/data/batches/training-data.ts";
import { shardPath } from "../../../src/data/shards/prepared-folder.ts";
import { preparedCorpus } from "../shards/prepared-corpus.ts";

const root = resolve(import.meta.dirname, "../../..");
const folder = mkdtempSync(join(tmpdir(), "nmt-prefetch-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const large = join(folder, "large");
const small = join(folder, "small");
beforeAll(async () => {
  await preparedCorpus(large, { pairs: 1500, seed: 1, shardBytes: 8000 });
  await preparedCorpus(small, { pairs: 300, seed: 2 });
});

const options = () => ({
  corpora: [{ folder: large }, { folder: small, weight: 2 }],
  seed: 5,
  batchType: "tokens" as const,
  batchSize: 200,
  bucketSize: 256,
});

function texts(batch: Batch): string[] {
  const sources = unpackSentences(batch.source);
  const targets = unpackSentences(batch.targetInput, batch.targetOutput);
  return sources.map((ids, i) => `${batch.corpora[i]}:${batch.lines[i]} ${ids.join()} ${targets[i]!.join()}`);
}

async function take(source: BatchSource, count: number): Promise<string[][]> {
  const batches: string[][] = [];
  for (let i = 0; i < count; i++) batches.push(texts(await source.next()));
  return batches;
}

describe("batches ahead of the step", () => {
  test("are those of the in-process source, over the end of an epoch", async () => {
    const direct = await openTrainingData({ ...options(), prefetch: 0 });
    const ahead = await openTrainingData({ ...options(), prefetch: 4 });
    for (let i = 0; direct.position().epoch < 2; i++) {
      expect(ahead.position()).toEqual(direct.position());
      expect(texts(await ahead.next()), `batch ${i}`).toEqual(texts(await direct.next()));
    }
    await direct.close();
    await ahead.close();
  });

  test("go on exactly at the position of the batches taken, not of those made", async () => {
    const whole = await openTrainingData({ ...options(), prefetch: 4 });
    const before = await take(whole, 37);
    const position = structuredClone(whole.position());
    const after = await take(whole, 150);
    await whole.close();
    const resumed = await openTrainingData({ ...options(), prefetch: 2, startPosition: position });
    expect(resumed.position()).toEqual(position);
    expect(await take(resumed, 150)).toEqual(after);
    expect(before).not.toEqual(after.slice(0, 37));
    await resumed.close();
  });

  test("say that the data has changed, and begin the next epoch", async () => {
    const source = await openTrainingData({ ...options(), prefetch: 2 });
    await take(source, 5);
    const startPosition = source.position();
    await source.close();
    const messages: string[] = [];
    const previous = setLogSink((line) => messages.push(line));
    try {
      const changed = await openTrainingData({ ...options(), seed: 6, prefetch: 2, startPosition });
      await changed.next();
      expect(changed.position()).toMatchObject({ epoch: 1, batchInEpoch: 1 });
      await changed.close();
    } finally {
      setLogSink(previous);
    }
    expect(messages.join()).toMatch(/changed since the checkpoint; going on with epoch 1/);
  });

  test("tell of a corpus that is not prepared when opened", async () => {
    const missing = { ...options(), corpora: [{ folder: join(folder, "none") }] };
    for (const prefetch of [0, 4]) {
      await expect(openTrainingData({ ...missing, prefetch })).rejects.toMatchObject({
        name: "DataError",
        where: join(folder, "none"),
        nextStep: expect.any(String),
      });
    }
  });

  test("tell of a shard altered after opening, after the batches before it", async () => {
    const damaged = join(folder, "damaged");
    await preparedCorpus(damaged, { pairs: 400, seed: 3 });
    const path = shardPath(damaged, 0);
    const bytes = readFileSync(path);
    bytes[bytes.length - 3]! ^= 1;
    writeFileSync(path, bytes);
    const source = await openTrainingData({ ...options(), corpora: [{ folder: damaged }], prefetch: 4 });
    await expect(take(source, 400)).rejects.toMatchObject({ name: "DataError", where: path });
    await source.close();
  });
});

describe("the thread outside the test runner", () => {
  // A program that reads three batches ahead and in process, prints whether they agree, and ends by itself.
  const program = (module: string) => `
    const { openTrainingData } = await import(${JSON.stringify(pathToFileURL(module).href)});
    const options = ${JSON.stringify({ ...options() })};
    const sources = [await openTrainingData({ ...options, prefetch: 0 }), await openTrainingData({ ...options, prefetch: 3 })];
    for (let i = 0; i < 3; i++) {
      const [a, b] = [await sources[0].next(), await sources[1].next()];
      if (a.lines.join() !== b.lines.join() || a.targetOutput.join() !== b.targetOutput.join()) throw new Error("differ");
    }
    console.log("agree");`;

  test("runs from TypeScript source", () => {
    const path = join(folder, "run.mts");
    writeFileSync(path, program(join(root, "src/data/batches/training-data.ts")));
    const tsx = join(root, "node_modules/tsx/dist/cli.mjs");
    expect(execFileSync(process.execPath, [tsx, path], { cwd: folder, encoding: "utf8" })).toBe("agree\n");
  });

  test("runs from the build", () => {
    const out = join(folder, "dist");
    const compiler = join(root, "node_modules/typescript/bin/tsc");
    const config = join(folder, "tsconfig.json");
    writeFileSync(
      config,
      JSON.stringify({
        extends: join(root, "tsconfig.build.json"),
        compilerOptions: {
          rootDir: root,
          outDir: out,
          typeRoots: [join(root, "node_modules/@types")],
          declaration: false,
        },
        include: [],
        files: [join(root, "src/data/batches/training-data.ts"), join(root, "src/data/batches/prefetch-worker.ts")],
      }),
    );
    execFileSync(process.execPath, [compiler, "-p", config], { stdio: "pipe" });
    writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
    expect(existsSync(join(out, "src/data/batches/prefetch-worker.js"))).toBe(true);
    const path = join(folder, "run.mjs");
    writeFileSync(path, program(join(out, "src/data/batches/training-data.js")));
    expect(execFileSync(process.execPath, [path], { cwd: folder, encoding: "utf8" })).toBe("agree\n");
  });
});
