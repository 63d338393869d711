// Source of truth: the shards and the report of one thread.
import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Random } from "../../../src/base/random.ts";
import { type HeldOutCorpus, HeldOutText } from "../../../src/data/shards/held-out.ts";
import { type PrepareOptions, prepareCorpus } from "../../../src/data/shards/prepare.ts";
import { readPrepared } from "../../../src/data/shards/prepared-folder.ts";
import type { WordpieceModel } from "../../../src/text/wordpiece-model.ts";
import { trainWordpieces } from "../../../src/text/wordpiece-trainer.ts";

const root = resolve(import.meta.dirname, "../../..");
const folder = mkdtempSync(join(tmpdir(), "nmt-threads-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const PAIRS = 12_000;
const texts: [string[], string[]] = [[], []];
let wordpieces: WordpieceModel;

beforeAll(() => {
  const random = new Random(11);
  const syllables = ["ta", "ri", "mo", "lü", "ße", "kon", "a", "e"];
  const word = () => Array.from({ length: 1 + random.integer(3) }, () => syllables[random.integer(8)]!).join("");
  const sentence = () => Array.from({ length: 1 + random.integer(9) }, word).join(" ");
  for (let i = 0; i < PAIRS; i++) {
    texts[0].push(sentence());
    texts[1].push(sentence());
    // Every rule has something to drop, often in another block than its first.
    if (i % 50 === 7)
      texts[1][i] = ["", "\u0007", texts[0][i]!, "f\u00c3\u00bcr", "ta ri mo a e ".repeat(20)][random.integer(5)]!;
    if (i % 50 === 9) for (const side of texts) side[i] = side[random.integer(i)]!;
    if (i % 50 === 13) for (const side of texts) side[i] = side[i - 305] ?? side[i]!;
    if (i % 50 === 11) for (const side of texts) side[i] = `${side[i - 401] ?? ""}!`;
  }
  for (const [side, name] of ["held-out.src", "held-out.tgt"].entries()) {
    writeFileSync(join(folder, name), texts[side]!.filter((_, i) => i % 100 < 3).join("\n"));
  }
  wordpieces = trainWordpieces(texts.flat().slice(0, 2000), { vocabSize: 400, userDefinedSymbols: ["<2de>"] });
});

const heldOutCorpora = (): HeldOutCorpus[] => [
  { pathSrc: join(folder, "held-out.src"), pathTgt: join(folder, "held-out.tgt") },
];

function optionsIn(name: string, threads: number, more: Partial<PrepareOptions> = {}): PrepareOptions {
  const outDir = join(folder, name);
  mkdirSync(outDir, { recursive: true });
  const paths = [join(outDir, "text.src"), join(outDir, "text.tgt")] as const;
  paths.forEach((path, side) => {
    writeFileSync(path, `${texts[side]!.join("\n")}\n`);
  });
  return {
    ...{ pathSrc: paths[0], pathTgt: paths[1], srcLang: "en", tgtLang: "de", wordpieces, outDir, threads },
    tag: wordpieces.idOf("<2de>"),
    maxLengths: { source: 20, target: 20 },
    cleaning: {
      dropIdentical: true,
      nearDuplicateWindow: 3000,
      minScriptShare: 0.5,
      texts: { repeatedWords: 3, copySimilarity: 0.9 },
    },
    heldOut: new HeldOutText(heldOutCorpora()),
    shardBytes: 25_000,
    threadedFrom: 0,
    ...more,
  };
}

/** Bytes of the shards, and what is said of them. */
function written(path: string): Record<string, string> {
  const names = readdirSync(path).filter((name) => name.endsWith(".bin"));
  const files = names.sort().map((name) => [name, readFileSync(join(path, name), "base64")]);
  return { ...Object.fromEntries(files), report: JSON.stringify({ ...readPrepared(path), folder: "" }) };
}

/** A program that prepares a corpus and prints how many pairs it has read. `pathOf` a module below src, without ending. */
function programOf(options: PrepareOptions, pathOf: (module: string) => string): string {
  const model = join(options.outDir, "wordpiece.model");
  wordpieces.save(model);
  const module = (name: string) => JSON.stringify(pathToFileURL(pathOf(name)).href);
  return `import { HeldOutText } from ${module("data/shards/held-out")};
    import { prepareCorpus } from ${module("data/shards/prepare")};
    import { WordpieceModel } from ${module("text/wordpiece-model")};
    const wordpieces = WordpieceModel.load(${JSON.stringify(model)});
    const progress = (read) => console.log(read);
    const heldOut = new HeldOutText(${JSON.stringify(heldOutCorpora())});
    const options = ${JSON.stringify({ ...options, wordpieces: undefined, heldOut: undefined })};
    await prepareCorpus({ ...options, wordpieces, heldOut, progress });`;
}

describe("preparation in threads", () => {
  test("writes the same shards and report for 1, 2 and 3 of them", async () => {
    const { report, heldOut } = await prepareCorpus(optionsIn("one", 1));
    expect(heldOut!.pairs).toBeGreaterThanOrEqual(0.03 * PAIRS - 20);
    const whole = written(join(folder, "one"));
    expect(Object.keys(whole).length).toBeGreaterThan(8);
    expect(Object.keys(report.dropped).sort()).toEqual([
      "broken encoding",
      "control characters",
      "duplicate",
      "empty",
      "held-out text",
      "identical",
      "length ratio",
      "near duplicate",
      "repetition",
      "too long",
    ]);
    for (const threads of [2, 3]) {
      const { outDir } = optionsIn(`threads-${threads}`, threads);
      await prepareCorpus(optionsIn(`threads-${threads}`, threads));
      expect(written(outDir), `${threads} threads`).toEqual(whole);
    }
    const oneSided = (name: string, threads: number) => optionsIn(name, threads, { pathTgt: undefined });
    await prepareCorpus(oneSided("text-1", 1));
    await prepareCorpus(oneSided("text-2", 2));
    expect(written(join(folder, "text-2"))).toEqual(written(join(folder, "text-1")));
  });

  test("killed twice in the middle, goes on to the same shards", async () => {
    await prepareCorpus(optionsIn("unkilled", 1));
    const options = optionsIn("killed", 2);
    const program = join(folder, "killed.mts");
    writeFileSync(
      program,
      programOf(options, (module) => join(root, "src", `${module}.ts`)),
    );
    for (const moment of [3000, 9000]) {
      const loader = pathToFileURL(join(root, "node_modules/tsx/dist/loader.mjs")).href;
      const child = spawn(process.execPath, ["--import", loader, program], { stdio: ["ignore", "pipe", "inherit"] });
      const ended = new Promise((end) => child.once("close", end));
      createInterface({ input: child.stdout }).on("line", (read) => {
        if (Number(read) >= moment) child.kill("SIGKILL");
      });
      await ended;
      if (existsSync(join(options.outDir, "prepared.json")))
        expect(readPrepared(options.outDir).shards).toBeGreaterThan(8);
      else expect(() => readPrepared(options.outDir)).toThrow(/not hold a prepared corpus/);
    }
    await prepareCorpus(options);
    expect(written(options.outDir)).toEqual(written(join(folder, "unkilled")));
  });
});

test("preparation in threads runs from the build", async () => {
  const out = join(folder, "dist");
  const compilerOptions = {
    ...{ rootDir: root, outDir: out, declaration: false },
    typeRoots: [join(root, "node_modules/@types")],
  };
  const files = ["prepare.ts", "encode-worker.ts"].map((name) => join(root, "src/data/shards", name));
  const config = join(folder, "tsconfig.json");
  writeFileSync(
    config,
    JSON.stringify({ extends: join(root, "tsconfig.build.json"), compilerOptions, include: [], files }),
  );
  execFileSync(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), "-p", config], { stdio: "pipe" });
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
  await prepareCorpus(optionsIn("unbuilt", 1));
  const options = optionsIn("built", 2);
  const program = join(folder, "built.mjs");
  writeFileSync(
    program,
    programOf(options, (module) => join(out, "src", `${module}.js`)),
  );
  execFileSync(process.execPath, [program]);
  expect(written(options.outDir)).toEqual(written(join(folder, "unbuilt")));
});

describe("an error in a thread", () => {
  test("names the file and the line, and what was before it is written", async () => {
    const options = optionsIn("bytes", 2);
    const lines = texts[1].map((line) => Buffer.from(`${line}\n`));
    lines[7000] = Buffer.from([0x61, 0xff, 0x0a]);
    lines[10_000] = Buffer.from([0xff, 0x0a]);
    writeFileSync(options.pathTgt!, Buffer.concat(lines));
    await expect(prepareCorpus(options)).rejects.toMatchObject({
      name: "DataError",
      message: "The text is not valid UTF-8.",
      where: `${options.pathTgt}:7001`,
      nextStep: expect.any(String),
    });
    expect(JSON.parse(readFileSync(join(options.outDir, "unfinished.json"), "utf8")).lines).toBeGreaterThan(2000);
  });

  test("of the corpus's end comes after the blocks before it", async () => {
    const options = optionsIn("unequal", 2);
    writeFileSync(options.pathTgt!, texts[1].slice(0, -1).join("\n"));
    await expect(prepareCorpus(options)).rejects.toThrow(`${PAIRS} and ${PAIRS - 1}`);
    expect(JSON.parse(readFileSync(join(options.outDir, "unfinished.json"), "utf8")).lines).toBeGreaterThan(7000);
  });

  test("that keeps it from starting has its class", async () => {
    const { size, bosId, eosId } = wordpieces;
    const damaged = { size, bosId, eosId, encode: () => [], toBytes: () => Uint8Array.of(1, 2, 3) };
    await expect(prepareCorpus(optionsIn("damaged", 2, { wordpieces: damaged }))).rejects.toMatchObject({
      name: "WordpieceError",
    });
  });
});
