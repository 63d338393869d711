/** Source of truth: what was written; the format's page (docs/file-formats.md). */
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { CheckpointError } from "../../src/base/errors.ts";
import { readSafetensors } from "../../src/checkpoint/read-safetensors.ts";
import type { NamedArray } from "../../src/checkpoint/safetensors-header.ts";
import { writeSafetensors } from "../../src/checkpoint/write-safetensors.ts";
import { Shortlist } from "../../src/shortlist/shortlist.ts";
import { loadShortlist, readShortlist, writeShortlist } from "../../src/shortlist/shortlist-file.ts";
import { randomContent, vocabulary } from "./random-shortlist.ts";

const folder = mkdtempSync(join(tmpdir(), "nmt-shortlist-"));
afterAll(() => rmSync(folder, { recursive: true }));

const SIZE = 300;
const pieces = vocabulary(SIZE, true);
const content = randomContent(SIZE, 5);
const path = join(folder, "shortlist.safetensors");
writeShortlist(path, content, pieces, { first: 12, best: 7 });

it("is read back, from the model's directory", () => {
  expect(readShortlist(path, pieces)).toEqual(content);
  const sources = [Int32Array.of(4, 280, 270, 3), Int32Array.of(299, 3)];
  expect(loadShortlist(folder, pieces).candidates(sources)).toEqual(new Shortlist(content, pieces).candidates(sources));
  const limits = { first: 2, best: 1 };
  expect(loadShortlist(folder, pieces, limits).candidates(sources)).toEqual(
    new Shortlist(content, pieces, limits).candidates(sources),
  );
});

it("says how it was made", () => {
  const { metadata } = readSafetensors(path);
  expect(metadata).toMatchObject({ format: "gnmt-moe", content: "shortlist", first: "12", best: "7" });
  const texts = Array.from({ length: SIZE }, (_, id) => `${pieces.pieceOf(id)}\n`).join("");
  expect(metadata["wordpieces"]).toBe(createHash("sha256").update(texts).digest("hex"));
});

describe("a file that cannot be used", () => {
  const { metadata, tensors } = readSafetensors(path);
  const other = join(folder, "other.safetensors");

  /** The file with tensors replaced (undefined: left out), its checksums right. */
  function altered(data: Readonly<Record<string, NamedArray["data"] | undefined>>, words = metadata): void {
    const own = Object.fromEntries(Object.entries(words).filter(([name]) => !name.startsWith("crc32:")));
    const kept = tensors.map((tensor) => (tensor.name in data ? { ...tensor, data: data[tensor.name] } : tensor));
    writeSafetensors(
      other,
      kept.flatMap(({ name, data: array }) =>
        array === undefined ? [] : [{ name, shape: [array.length], data: array }],
      ),
      own,
    );
  }
  function refusal(): CheckpointError {
    try {
      readShortlist(other, pieces);
    } catch (error) {
      if (error instanceof CheckpointError) return error;
      throw error;
    }
    throw new Error("it was read");
  }
  const changed = <A extends Int32Array | Float32Array>(array: A, at: number, value: number): A => {
    const copy = array.slice() as A;
    copy[at] = value;
    return copy;
  };

  it("is missing: the model has no shortlist, and the command that makes one is named", () => {
    const none = mkdtempSync(join(folder, "none-"));
    expect(() => loadShortlist(none, pieces)).toThrow(
      expect.objectContaining({
        message: "the model has no shortlist",
        where: join(none, "shortlist.safetensors"),
        nextStep: expect.stringContaining("nmt shortlist --model DIR"),
      }),
    );
  });

  it("is damaged: what the format's reader finds is passed on, with the next step of a shortlist", () => {
    const bytes = readFileSync(path);
    bytes[bytes.length - 3]! ^= 1;
    writeFileSync(other, bytes);
    expect(refusal().message).toMatch(/^the shortlist cannot be used: .*checksum of \w+ does not match/);
    expect(refusal().nextStep).toContain("nmt shortlist --model DIR");
    expect(refusal().where).toContain(other);
  });

  it("is something else, or of another vocabulary", () => {
    altered({}, { format: "gnmt-moe", step: "7" });
    expect(refusal().message).toBe("the file is no shortlist");
    altered({}, { ...metadata, format: "pt" });
    expect(refusal().message).toBe("the file is no shortlist");
    altered({}, { ...metadata, wordpieces: "0".repeat(64) });
    expect(refusal().message).toBe("the shortlist is of other wordpieces than the model's");
    expect(() => readShortlist(path, vocabulary(SIZE, false))).toThrow("of other wordpieces");
    expect(() => readShortlist(path, vocabulary(SIZE + 1, true))).toThrow("of other wordpieces");
  });

  const last = content.starts.length - 1;
  it.each([
    ["it has no tensor starts of I32", { starts: undefined }],
    ["it has no tensor targets of I32", { targets: Float32Array.from(content.targets) }],
    ["it has no tensor frequent of I32", { frequent: undefined }],
    ["it has no tensor probabilities of F32", { probabilities: Float64Array.from(content.probabilities) }],
    ["its rows are not those of 300 pieces", { starts: content.starts.subarray(0, last) }],
    ["its rows are not those of 300 pieces", { starts: changed(content.starts, 0, 1) }],
    ["its rows are not those of 300 pieces", { starts: changed(content.starts, 9, content.starts[last]! + 1) }],
    ["its rows and their pieces have different lengths", { starts: changed(content.starts, last, 1e6) }],
    ["its rows and their pieces have different lengths", { probabilities: content.probabilities.subarray(1) }],
    ["it names a piece 300 of 300", { targets: changed(content.targets, 4, 300) }],
    ["it names a piece -1 of 300", { targets: changed(content.targets, 4, -1) }],
    ["it names a piece 4096 of 300", { frequent: changed(content.frequent, 0, 4096) }],
    ["a probability is not from 0 to 1", { probabilities: changed(content.probabilities, 2, 1.5) }],
    ["a probability is not from 0 to 1", { probabilities: changed(content.probabilities, 2, Number.NaN) }],
  ])("has numbers that cannot be: %s", (what, data) => {
    altered(data);
    expect(refusal().message).toBe(`the shortlist is damaged: ${what}`);
    expect(refusal().where).toBe(other);
  });
});
