// Source of truth: the rule that markers and language tags come from options and model files, never from text.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { WordpieceError } from "../../src/base/errors.ts";
import { loadModelWordpieces } from "../../src/text/model-wordpieces.ts";
import { type ModelProto, PieceType, writeModelProto } from "../../src/text/sentencepiece/model-proto.ts";
import { WordpieceModel } from "../../src/text/wordpiece-model.ts";
import { trainWordpieces } from "../../src/text/wordpiece-trainer.ts";
import { byRank, modelProto } from "./model-specs.ts";
import { sentencePiece } from "./sentence-piece.ts";

const folder = mkdtempSync(join(tmpdir(), "nmt-model-wordpieces-"));
afterAll(() => rmSync(folder, { recursive: true }));

const path = join(folder, "test.model");
const open = (proto: ModelProto, targetTags = false) => {
  writeFileSync(path, writeModelProto(proto));
  return loadModelWordpieces(path, { targetTags });
};
const characters = byRank("▁ab<>/sunkpd02dexAF41{}".split(""));

describe("a model of SentencePiece's default ids", () => {
  test("has them", () => {
    const { unkId, bosId, eosId, padId } = open(modelProto({ normal: characters }));
    expect({ unkId, bosId, eosId, padId }).toEqual({ unkId: 0, bosId: 1, eosId: 2, padId: -1 });
  });

  test.each(["<s>", "</s>"])("is refused without %s, by name", (piece) => {
    const proto = modelProto({ normal: characters });
    proto.pieces = proto.pieces.filter(({ text }) => text !== piece);
    const option = piece === "<s>" ? "--bos_id=1" : "--eos_id=2";
    expect(failure(() => open(proto))).toMatchObject({
      message: expect.stringContaining(`no piece ${piece}, which`) as string,
      where: path,
      nextStep: expect.stringContaining(option) as string,
    });
  });

  test("is refused where <s> is a symbol of texts", () => {
    const proto = modelProto({ normal: characters });
    proto.pieces = proto.pieces.map((piece) =>
      piece.text === "<s>" ? { ...piece, type: PieceType.userDefined } : piece,
    );
    expect(failure(() => open(proto)).message).toContain("<s>, which begins every target, is a piece of text");
  });

  test("is refused without <unk>, by name", () => {
    const proto = modelProto({ normal: characters });
    proto.pieces = proto.pieces.slice(1);
    expect(failure(() => open(proto))).toMatchObject({
      message: "the model has no unknown piece, <unk>",
      where: path,
      nextStep: expect.stringContaining("--unk_id=0") as string,
    });
  });

  test("may name its pieces otherwise", () => {
    const proto = modelProto({ normal: characters, trainer: { bosPiece: "[BOS]", eosPiece: "[EOS]" } });
    proto.pieces[1]!.text = "[BOS]";
    expect(failure(() => open(proto)).message).toContain("no piece [EOS], which ends every sentence");
    proto.pieces[2]!.text = "[EOS]";
    expect(open(proto)).toMatchObject({ bosId: 1, eosId: 2 });
  });
});

describe("pieces that are not text", () => {
  const texts = ["<s>", "</s>", "<unk>", "<pad>", "<0x41>", "a <s>b</s> <0x41>", "<2de> ab", "ab<2de>"];
  const trained = trainWordpieces(texts, { vocabSize: 310, controlSymbols: ["<2de>"] });
  const models: [name: string, model: WordpieceModel][] = [
    ["trained here", trained],
    ["trained here, without byte fallback", trainWordpieces(texts, { vocabSize: 30, byteFallback: false })],
    ["of default ids", open(modelProto({ normal: characters, trainer: { byteFallback: true } }))],
    ["with tags as user-defined symbols", open(modelProto({ normal: characters, userDefined: ["<2de>"] }), true)],
  ];

  test.each(models)("are spelled in other pieces where a text has them: %s", async (_, model) => {
    const reference = await sentencePiece(model.toBytes());
    const special = new Set(["<s>", "</s>", "<pad>", "<0x41>", "<2de>"]);
    for (const text of texts) {
      const ids = [...model.encode(text)];
      expect(ids).toEqual(reference.encodeIds(text));
      for (const id of ids) expect(special).not.toContain(model.pieceOf(id));
    }
  });

  test("a tag keeps its id; other symbols stay what they are", () => {
    const proto = modelProto({ normal: characters, userDefined: ["<2de>", "<2>", "{b}", "<2pt_BR>"] });
    const plain = open(proto);
    expect([...plain.encode("<2de>{b}")]).toEqual([plain.idOf("▁"), 3, 5]);
    const tagged = open(proto, true);
    expect(["<2de>", "<2>", "{b}", "<2pt_BR>"].map((piece) => tagged.idOf(piece))).toEqual([3, 4, 5, 6]);
    expect(tagged.userDefinedSymbols).toEqual(["<2>", "{b}"]);
    expect(tagged.encode("<2pt_BR><2de>")).not.toContain(3);
    expect(tagged.encode("{b}")).toContain(5);
    expect(tagged.decode([3, tagged.idOf("a")])).toBe("a");
    const again = WordpieceModel.fromBytes(tagged.toBytes());
    expect([...again.encode("<2de> ab")]).toEqual([...tagged.encode("<2de> ab")]);
  });
});

function failure(action: () => unknown): WordpieceError {
  try {
    action();
  } catch (error) {
    expect(error).toBeInstanceOf(WordpieceError);
    return error as WordpieceError;
  }
  throw new Error("nothing was thrown");
}
