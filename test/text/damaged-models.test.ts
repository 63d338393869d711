/** Source of truth: the promise that a file that is no model is a WordpieceError, and nothing else goes wrong. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { WordpieceError } from "../../src/base/errors.ts";
import { Random } from "../../src/base/random.ts";
import { readModelProto, writeModelProto } from "../../src/text/sentencepiece/model-proto.ts";
import { ProtobufReader, ProtobufWriter } from "../../src/text/sentencepiece/protobuf.ts";
import { WordpieceModel } from "../../src/text/wordpiece-model.ts";
import { trainWordpieces } from "../../src/text/wordpiece-trainer.ts";
import { byRank, modelProto } from "./model-specs.ts";
import { NASTY, sentences } from "./sample-text.ts";
import { sentencePiece } from "./sentence-piece.ts";

const folder = mkdtempSync(join(tmpdir(), "wordpieces-"));
afterAll(() => rmSync(folder, { recursive: true }));

const model = trainWordpieces(sentences(200, 8), { vocabSize: 700, userDefinedSymbols: ["<2de>"] });
const small = WordpieceModel.fromProto(
  modelProto({ normal: byRank(["▁a", "ab", "▁", "a", "b", "é", "日"]), userDefined: ["<2de>"] }),
).toBytes();
/** Without its checksum, as other tools write models: damage has to be found in what it says. */
const unsigned = small.subarray(0, small.length - 35);

/** Uses a model in every way; anything but a WordpieceError fails the test. */
function survives(bytes: Uint8Array): "model" | "error" {
  try {
    const damaged = WordpieceModel.fromBytes(bytes);
    for (const text of ["ab <2de> é日b", " ", "▁a", NASTY[13]!]) {
      const ids = damaged.encode(text);
      damaged.encodePieces(text);
      damaged.decode(ids);
    }
    return "model";
  } catch (error) {
    if (error instanceof WordpieceError) return "error";
    throw error;
  }
}

describe("bytes", () => {
  const isSame = (bytes: Uint8Array) => Buffer.compare(bytes, model.toBytes()) === 0;

  it("make the round trip", () => {
    expect(isSame(WordpieceModel.fromBytes(model.toBytes()).toBytes())).toBe(true);
    expect(isSame(writeModelProto(readModelProto(model.toBytes())))).toBe(true);
  });

  it("are the same in a file", () => {
    const path = join(folder, "a.model");
    model.save(path);
    expect(isSame(readFileSync(path))).toBe(true);
    const loaded = WordpieceModel.load(path);
    loaded.toBytes().fill(0);
    expect(isSame(loaded.toBytes())).toBe(true);
  });

  it("do not change with the array they came from", () => {
    const bytes = model.toBytes();
    const copy = WordpieceModel.fromBytes(bytes);
    bytes.fill(0);
    expect(isSame(copy.toBytes())).toBe(true);
  });

  it("without a checksum are a model as well", async () => {
    expect(survives(unsigned)).toBe("model");
    const reference = await sentencePiece(unsigned);
    expect([...WordpieceModel.fromBytes(unsigned).encode("ab é")]).toEqual(reference.encodeIds("ab é"));
  });
});

describe("damage", () => {
  it("by cutting is found wherever the cut is", () => {
    for (let length = 0; length < unsigned.length; length++)
      expect(survives(unsigned.subarray(0, length))).toBe("error");
    const bytes = model.toBytes();
    for (let length = bytes.length - 36; length > 0; length -= 5003) {
      expect(survives(bytes.subarray(0, length))).toBe("error");
    }
  });

  it("of any one bit is found by the checksum", () => {
    const random = new Random(9);
    for (let i = 0; i < 300; i++) {
      const bytes = model.toBytes();
      bytes[random.integer(bytes.length - 35)]! ^= 1 << random.integer(8);
      expect(survives(bytes)).toBe("error");
    }
  });

  it("without a checksum is an error or another model, never a crash", () => {
    const random = new Random(10);
    const outcomes = { model: 0, error: 0 };
    for (let i = 0; i < 1000; i++) {
      const bytes = unsigned.slice();
      for (let edits = 1 + random.integer(3); edits > 0; edits--)
        bytes[random.integer(bytes.length)] = random.integer(256);
      outcomes[survives(bytes)]++;
    }
    expect(outcomes.model).toBeGreaterThan(50);
    expect(outcomes.error).toBeGreaterThan(50);
  });

  it("in a normaliser's rules is an error or another normaliser", () => {
    const random = new Random(11);
    const proto = readModelProto(model.toBytes());
    for (let i = 0; i < 60; i++) {
      const charsmap = proto.normalizer.charsmap.slice();
      for (let edits = 1 + random.integer(200); edits > 0; edits--)
        charsmap[random.integer(charsmap.length)] = random.integer(256);
      survives(writeModelProto({ ...proto, normalizer: { ...proto.normalizer, charsmap } }));
    }
  });

  it("in a rule that no text has used yet is found when a model without a checksum is read", () => {
    const proto = readModelProto(model.toBytes());
    const bytes = Buffer.from(writeModelProto(proto)).subarray(0, -35);
    expect(survives(bytes)).toBe("model");
    // Without most of the rules' outputs, which end the trie's bytes.
    const { charsmap } = proto.normalizer;
    const outputs = 4 + new DataView(charsmap.buffer, charsmap.byteOffset).getUint32(0, true);
    const cut = { ...proto, normalizer: { ...proto.normalizer, charsmap: charsmap.subarray(0, outputs + 64) } };
    const signed = writeModelProto(cut);
    expect(() => WordpieceModel.fromBytes(signed.subarray(0, -35))).toThrow(/a rule's output lies outside/);
    // Signed, it is found by the first text that needs it.
    const late = WordpieceModel.fromBytes(signed);
    expect([...late.encode("plain")]).toEqual([...model.encode("plain")]);
    expect(() => late.encode("ﷺ Ⅷ ①")).toThrow(WordpieceError);
  });

  it.each([
    ["other files", Buffer.from("PK\u0003\u0004 not a model at all")],
    ["text", Buffer.from("hello world\n".repeat(100))],
    ["nothing", Buffer.alloc(0)],
    ["zeros", Buffer.alloc(1000)],
  ])("of the kind: %s, is found and named with the file", (_, bytes) => {
    const path = join(folder, "b.model");
    writeFileSync(path, bytes);
    const load = () => WordpieceModel.load(path);
    expect(load).toThrow(WordpieceError);
    expect(load).toThrow(
      expect.objectContaining({ where: expect.stringContaining(path), nextStep: expect.any(String) }),
    );
  });

  it("of a missing file says so", () => {
    expect(() => WordpieceModel.load(join(folder, "none.model"))).toThrow(/cannot read the wordpiece model/);
  });
});

describe("contradictions", () => {
  const normal = byRank(["▁", "a"]);
  it.each([
    ["two pieces of one text", () => modelProto({ normal: [...normal, ["a", -3]] })],
    ["an empty piece", () => modelProto({ normal: [["", 0]] })],
    ["a zero character", () => modelProto({ normal: [["a\0", 0]] })],
    ["no number as score", () => modelProto({ normal: [["a", Number.NaN]] })],
    [
      "bytes without byte fallback",
      () => ({ ...modelProto({ normal, trainer: { byteFallback: true } }), trainer: modelProto({ normal }).trainer }),
    ],
    [
      "byte fallback without bytes",
      () => ({ ...modelProto({ normal }), trainer: modelProto({ normal, trainer: { byteFallback: true } }).trainer }),
    ],
    ["a word model", () => modelProto({ normal, trainer: { modelType: 3 } })],
  ])("are refused: %s", (_, proto) => {
    expect(() => WordpieceModel.fromProto(proto())).toThrow(WordpieceError);
  });
});

describe("protobuf fields", () => {
  it("read as they were written", () => {
    const values = [0, 1, 127, 128, 300, 2 ** 31 - 1, -1, -128, -(2 ** 31)];
    const writer = new ProtobufWriter();
    for (const value of values) writer.int32(7, value);
    writer.float(8, -1.5).text(9, "日本").bool(2000, true).message(3, new ProtobufWriter().int32(1, 5));
    const reader = new ProtobufReader(writer.view());
    for (const value of values) {
      expect(reader.next()).toBe(true);
      expect([reader.field, reader.int32()]).toEqual([7, value]);
    }
    expect([reader.next(), reader.field, reader.float()]).toEqual([true, 8, -1.5]);
    expect([reader.next(), reader.field, reader.text()]).toEqual([true, 9, "日本"]);
    expect([reader.next(), reader.field, reader.bool()]).toEqual([true, 2000, true]);
    reader.next();
    const inner = reader.message();
    expect([inner.next(), inner.int32(), inner.next(), reader.next()]).toEqual([true, 5, false, false]);
  });
});
