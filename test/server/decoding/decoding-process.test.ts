/** Source of truth: the translator in this process, and what a process that was stopped or killed at a known moment can and cannot do. */
import { renameSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { log } from "../../../src/base/logger.ts";
import { DecodingProcess } from "../../../src/server/decoding/decoding-process.ts";
import { ExpertLoads } from "../../../src/server/decoding/expert-loads.ts";
import { translateAlone, writePairModels } from "../toy-models.ts";

let model: string;
/** Of the tests that leave it as it was. */
let whole: DecodingProcess;
const texts = ["abc", "fed cab"];
const lines = texts.map((text) => ({ text }));
const processes: DecodingProcess[] = [];
const unaborted = () => new AbortController().signal;
const turn = () => new Promise((resolve) => setImmediate(resolve));

beforeAll(async () => {
  [model] = (await writePairModels(["en-de"])) as [string];
  whole = new DecodingProcess({ threads: 1 });
});
afterAll(() => whole.close());
afterEach(async () => {
  await Promise.all(processes.splice(0).map((each) => each.close()));
  vi.restoreAllMocks();
});

function start(firstDelay?: number): DecodingProcess {
  vi.spyOn(log, "warn").mockReturnValue(undefined);
  const started = new DecodingProcess({ threads: 1 }, firstDelay);
  processes.push(started);
  return started;
}

/** Stopped, it takes questions and answers none. */
async function killWhileAsked<T>(decoding: DecodingProcess, ask: () => Promise<T>): Promise<unknown> {
  const pid = decoding.pid!;
  process.kill(pid, "SIGSTOP");
  const asked = ask().then(
    () => "answered",
    (error: unknown) => error,
  );
  await turn();
  process.kill(pid, "SIGKILL");
  return asked;
}

test("translates as a translator in this process does, and counts pieces", async () => {
  const remote = await whole.load(model, () => {});
  expect({ parallelism: remote.parallelism, languages: remote.languages }).toEqual({
    parallelism: 1,
    languages: { sources: ["en"], targets: ["de"] },
  });
  const found = await remote.translate(lines, { nBest: 3 }, unaborted());
  expect(found.map(({ hypotheses }) => hypotheses.map(({ text }) => text))).toEqual(
    await translateAlone(model, texts, 3),
  );
  const counts = { ...remote.counts };
  expect(counts.sourcePieces).toBeGreaterThan(0);
  await Promise.all([1, 2].map(() => remote.translate(lines, { nBest: 3 }, unaborted())));
  expect(remote.counts).toEqual({
    sourcePieces: 3 * counts.sourcePieces,
    targetPieces: 3 * counts.targetPieces,
    cut: 3 * counts.cut,
  });
});

test("lines of too many pieces are told from those that it cannot spell", async () => {
  const remote = await whole.load(model, () => {});
  const found = await remote.translate(
    [{ text: "abcdef" }, { text: "a" }, { text: " " }],
    { maxSourceLength: 3 },
    unaborted(),
  );
  expect(found.map(({ tooLong, hypotheses }) => [tooLong, hypotheses.length])).toEqual([
    [true, 0],
    [false, 1],
    [false, 0],
  ]);
});

test("translations begin as they are told to", async () => {
  const remote = await whole.load(model, () => {});
  const [found] = await remote.translate([{ text: "abc", targetPrefix: "fed" }], {}, unaborted());
  expect(found!.hypotheses[0]!.text).toMatch(/^fed/);
});

test("which words looked at which is told where it is asked for", async () => {
  const remote = await whole.load(model, () => {});
  const [plain] = await remote.translate([{ text: "abc def" }], {}, unaborted());
  expect(plain!.hypotheses[0]).not.toHaveProperty("alignment");
  const [found] = await remote.translate([{ text: "abc def" }], { withAlignment: true }, unaborted());
  const { text, alignment } = found!.hypotheses[0]!;
  expect(alignment).toHaveLength(text.split(" ").length);
  for (const row of alignment!) {
    expect(row).toBeInstanceOf(Float32Array);
    expect(row).toHaveLength(2);
    expect(Math.max(...row)).toBeGreaterThan(0);
  }
});

test("errors keep their class, place and advice", async () => {
  const decoding = whole;
  await expect(decoding.load(`${model}-none`, () => {})).rejects.toMatchObject({
    name: "CheckpointError",
    where: `${model}-none`,
    nextStep: expect.stringMatching(/path/),
  });
  const remote = await decoding.load(model, () => {});
  await expect(remote.translate(lines, { targetLanguage: "xx" }, unaborted())).rejects.toMatchObject({
    name: "TranslationError",
  });
});

test("nobody waits for what is cancelled, and the process goes on to the next", async () => {
  const decoding = whole;
  const remote = await decoding.load(model, () => {});
  process.kill(decoding.pid!, "SIGSTOP");
  const stop = new AbortController();
  const cancelled = remote.translate(lines, {}, stop.signal);
  await turn();
  stop.abort(new Error("gone away"));
  await expect(cancelled).rejects.toThrow("gone away");
  process.kill(decoding.pid!, "SIGCONT");
  expect(await remote.translate(lines, {}, unaborted())).toHaveLength(2);
});

test("a model that is let go is no more", async () => {
  const remote = await whole.load(model, () => {});
  remote.dispose();
  await expect(remote.translate(lines, {}, unaborted())).rejects.toThrow(/no model/);
});

test("what experts have worked on is told, of models that were let go too", async () => {
  const decoding = start();
  expect(decoding.expertLoads).toEqual([]);
  const remote = await decoding.load(model, () => {});
  const loads = async () => {
    await decoding.readExpertLoads();
    return decoding.expertLoads;
  };
  await remote.translate(lines, {}, unaborted());
  const [once] = await loads();
  expect(once).toMatchObject({ directory: model, layers: [{ layer: "encoder.moe2" }, { layer: "decoder.moe1" }] });
  for (const { experts, positions } of once!.layers) {
    expect(positions).toBeGreaterThan(0);
    expect(experts.reduce((sum, count) => sum + count, 0)).toBe(2 * positions);
  }
  // Each source has an end piece too.
  expect(once!.layers[0]!.positions).toBe(remote.counts.sourcePieces + lines.length);
  remote.dispose();
  const again = await decoding.load(model, () => {});
  await again.translate(lines, {}, unaborted());
  const twice = [new ExpertLoads().add(once!).add(once!).list()[0]!];
  expect(await loads()).toEqual(twice);
  // Stopped, it tells nothing.
  process.kill(decoding.pid!, "SIGSTOP");
  const asked = decoding.readExpertLoads();
  process.kill(decoding.pid!, "SIGKILL");
  await asked;
  expect(decoding.expertLoads).toEqual(twice);
  // The process that is started again begins at nothing.
  expect(await again.translate(lines, {}, unaborted())).toHaveLength(2);
  expect(await loads()).toEqual([new ExpertLoads().addAll(twice).add(once!).list()[0]!]);
});

describe("killed", () => {
  test("it refuses what it worked on with 503, and starts again with its models", async () => {
    const decoding = start();
    const remote = await decoding.load(model, () => {});
    const before = await remote.translate(lines, {}, unaborted());
    const first = decoding.pid;
    const lost = await killWhileAsked(decoding, () => remote.translate(lines, {}, unaborted()));
    expect(lost).toMatchObject({ name: "RequestError", status: 503, retryAfter: 1 });
    // This one waits for the start.
    expect(await remote.translate(lines, {}, unaborted())).toEqual(before);
    expect(decoding.pid).not.toBe(first);
    expect(decoding.restarts).toBe(1);
  });

  test("it refuses at once what would have to wait for long", async () => {
    const decoding = start(10_000);
    const remote = await decoding.load(model, () => {});
    const lost = await killWhileAsked(decoding, () => remote.translate(lines, {}, unaborted()));
    expect(lost).toMatchObject({ status: 503, retryAfter: 10 });
    expect(decoding.pid).toBeUndefined();
    await expect(remote.translate(lines, {}, unaborted())).rejects.toMatchObject({ status: 503 });
  });

  test("it tells of models that it cannot load again", async () => {
    const [other] = (await writePairModels(["de-en"])) as [string];
    const decoding = start();
    const kept = await decoding.load(model, () => {});
    const told = new Promise<void>(
      (resolve) =>
        void decoding.load(other, resolve).then(() => {
          const weights = join(other, "model.safetensors");
          renameSync(weights, `${weights}.away`);
          process.kill(decoding.pid!, "SIGKILL");
        }),
    );
    await told;
    expect(await kept.translate(lines, {}, unaborted())).toHaveLength(2);
  });

  test("and closed, it stays so", async () => {
    const decoding = start();
    const { pid } = decoding;
    await decoding.close();
    expect(() => process.kill(pid!, 0)).toThrow();
    await expect(decoding.load(model, () => {})).rejects.toMatchObject({ status: 503 });
    expect(decoding.restarts).toBe(0);
  });
});
