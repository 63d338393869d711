/** Source of truth: CRC-32C's check value and RFC 3720's vectors; event files read by the independent reader beside this file. */
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { crc32c } from "../../src/report/crc32c.ts";
import { logScalars } from "../../src/report/log-scalars.ts";
import { EventFile } from "../../src/report/tensorboard.ts";
import { readEvents, slowCrc32c } from "./event-records.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "nmt-events-"));
});
afterEach(() => {
  vi.useRealTimers();
  rmSync(folder, { recursive: true });
});

it("CRC-32C has the published values", () => {
  const vectors: [Uint8Array, number][] = [
    [Buffer.from("123456789"), 0xe3069283],
    [new Uint8Array(32), 0x8a9136aa],
    [new Uint8Array(32).fill(0xff), 0x62a8ab43],
    [Uint8Array.from({ length: 32 }, (_, i) => i), 0x46dd794e],
    [new Uint8Array(0), 0],
  ];
  for (const [bytes, crc] of vectors) {
    expect(crc32c(bytes)).toBe(crc);
    expect(slowCrc32c(bytes)).toBe(crc);
  }
});

describe("EventFile", () => {
  it("writes a version, then scalars that an independent reader gets back", () => {
    const before = Date.now() / 1000;
    const file = new EventFile(folder, 0);
    file.scalars(300, [
      { tag: "train/loss", value: 2.5 },
      { tag: "a tag of more than 127 bytes: ü".padEnd(200, "."), value: -1e-30 },
    ]);
    file.scalars(5_000_000_000, [{ tag: "train/loss", value: 0 }]);
    const [version, first, second, ...rest] = readEvents(file.path);
    expect(rest).toEqual([]);
    expect(version).toMatchObject({ step: 0, fileVersion: "brain.Event:2", scalars: {} });
    expect(first).toMatchObject({ step: 300, scalars: { "train/loss": 2.5 } });
    expect(Object.keys(first!.scalars)[1]).toHaveLength(200);
    expect(Object.values(first!.scalars)[1]).toBe(Math.fround(-1e-30));
    expect(second).toMatchObject({ step: 5_000_000_000, scalars: { "train/loss": 0 } });
    expect(first!.wallTime).toBeGreaterThanOrEqual(before);
    expect(first!.wallTime).toBeLessThanOrEqual(Date.now() / 1000);
    expect(file.path).toContain("tfevents");
  });

  it("leaves out what a 32-bit float does not hold as a finite number, and events without values", () => {
    const largest = (2 - 2 ** -23) * 2 ** 127;
    const file = new EventFile(folder, 0);
    file.scalars(1, [{ tag: "validation/bleu", value: Number.NaN }]);
    file.scalars(2, [
      { tag: "infinite", value: Number.POSITIVE_INFINITY },
      { tag: "beyond", value: 1e39 },
      { tag: "below", value: -3.5e38 },
      { tag: "just beyond", value: (2 - 2 ** -24) * 2 ** 127 },
      { tag: "largest", value: -largest },
      { tag: "rounds to the largest", value: largest * (1 + 1e-9) },
      { tag: "tiny", value: 1e-300 },
    ]);
    expect(readEvents(file.path).map(({ step, scalars }) => [step, scalars])).toEqual([
      [0, {}],
      [2, { largest: -largest, "rounds to the largest": largest, tiny: 0 }],
    ]);
  });

  it("goes on in a later file after a resume, which takes back what came after that step", () => {
    const first = new EventFile(folder, 0);
    for (const step of [50, 100, 150]) first.scalars(step, [{ tag: "loss", value: step }]);
    const kept = readFileSync(first.path);
    const second = new EventFile(folder, 100);
    second.scalars(150, [{ tag: "loss", value: -150 }]);
    expect(readFileSync(first.path)).toEqual(kept);
    expect(
      readdirSync(folder)
        .sort()
        .map((name) => join(folder, name)),
    ).toEqual([first.path, second.path]);
    // As TensorBoard reads a directory: files by name, a session start forgets its step and all later ones.
    let curve: [number, number][] = [];
    for (const name of readdirSync(folder).sort()) {
      for (const { step, sessionStatus, scalars } of readEvents(join(folder, name))) {
        if (sessionStatus === 1) curve = curve.filter(([at]) => at < step);
        if (scalars["loss"] !== undefined) curve.push([step, scalars["loss"]]);
      }
    }
    expect(curve).toEqual([
      [50, 50],
      [100, 100],
      [150, -150],
    ]);
  });

  it("has a name after all that are there, wherever the clock is", () => {
    const paths: string[] = [];
    // Back by an hour, again and again within a second, to before this naming's ten digits, and past them.
    const clock = [1.8e9, 1.8e9 - 3600, 1.8e9 - 3600, 1.8e9, 5, 1.8e9 + 1, 2e10, 1.9e9];
    for (const seconds of clock) {
      vi.useFakeTimers({ now: seconds * 1000 });
      paths.push(new EventFile(folder, paths.length).path);
    }
    expect(new Set(paths).size).toBe(clock.length);
    expect([...paths].sort()).toEqual(paths);
  });

  it.each([
    ["another program's of the same second", "events.out.tfevents.1800000000.zebra.4711.0"],
    ["another program's of a later second", "events.out.tfevents.1800000999.zebra"],
    ["the thousandth start of a second", "events.out.tfevents.1800000000.999.host"],
    ["one without a time", "events.out.tfevents.zebra"],
    ["one of another prefix", "zebra.tfevents.1800000000"],
    ["one of more digits than a number has", `events.out.tfevents.${"9".repeat(40)}.host`],
    ["one at the end of ten digits", "events.out.tfevents.9999999999.999.host"],
  ])("has a name after %s", (_what, existing) => {
    writeFileSync(join(folder, existing), "");
    writeFileSync(join(folder, "zzz.txt"), "no events");
    vi.useFakeTimers({ now: 1.8e12 });
    const first = new EventFile(folder, 0).path;
    const second = new EventFile(folder, 10).path;
    expect(readdirSync(folder).sort().slice(0, 3)).toEqual([existing, basename(first), basename(second)]);
    expect(readEvents(second)).toHaveLength(2);
  });

  it("is not believed by the reader when altered or cut", () => {
    const file = new EventFile(folder, 0);
    file.scalars(1, [{ tag: "loss", value: 1 }]);
    const bytes = readFileSync(file.path);
    bytes[bytes.length - 6]! ^= 1;
    writeFileSync(file.path, bytes);
    expect(() => readEvents(file.path)).toThrow("data at");
    appendFileSync(file.path, Buffer.alloc(12));
    expect(() => readEvents(file.path)).toThrow();
  });
});

describe("logScalars", () => {
  const balance = { importanceVariation: 0.25, loadVariation: 0.5, maximumLoad: 1.5, gateEntropy: 0.6, deadShare: 0 };

  it("names what a train entry says, layer by layer", () => {
    const entry = {
      event: "train",
      step: 10,
      time: "2026-01-01T00:00:00Z",
      loss: 3,
      perplexity: 20,
      learningRate: 0.001,
      gradientNorm: 1,
      targetTokensPerSecond: 5000,
      secondsLeft: 7,
      experts: { "encoder.moe1": balance, "decoder.moe1": { loadVariation: 1, unknown: 3 } },
    };
    expect(Object.fromEntries(logScalars(entry).map(({ tag, value }) => [tag, value]))).toEqual({
      "train/loss": 3,
      "train/perplexity": 20,
      "train/learning_rate": 0.001,
      "train/gradient_norm": 1,
      "speed/target_tokens_per_second": 5000,
      "experts/encoder.moe1/importance_cv": 0.25,
      "experts/encoder.moe1/load_cv": 0.5,
      "experts/encoder.moe1/max_over_mean_load": 1.5,
      "experts/encoder.moe1/gate_entropy": 0.6,
      "experts/encoder.moe1/dead_share": 0,
      "experts/decoder.moe1/load_cv": 1,
    });
  });

  it("tells corpora apart where there are several, and has nothing for other entries", () => {
    const corpora = ["valid_de", "valid_fr"].map((name, i) => ({ name, perplexity: 8 + i, bleu: 30 + i }));
    const validation = { event: "validation", step: 5, perplexity: 8.5, bleu: null, isBest: true };
    const tags = (entry: Parameters<typeof logScalars>[0]) => logScalars(entry).map(({ tag }) => tag);
    expect(tags({ ...validation, corpora: corpora.slice(1) })).toEqual(["validation/perplexity"]);
    expect(tags({ ...validation, bleu: 30.5, corpora })).toEqual([
      "validation/perplexity",
      "validation/bleu",
      "validation/valid_de/perplexity",
      "validation/valid_de/bleu",
      "validation/valid_fr/perplexity",
      "validation/valid_fr/bleu",
    ]);
    expect(tags({ event: "checkpoint", step: 5 })).toEqual([]);
  });
});
