/** SentencePiece models of both kinds, with our checksum and, as other tools write them, without. */
import { join } from "node:path";
import { WordpieceModel } from "../../../src/text/wordpiece-model.ts";
import { trainWordpieces } from "../../../src/text/wordpiece-trainer.ts";
import { byRank, frequentSubstrings, modelProto } from "../../text/model-specs.ts";
import { NASTY, sentences } from "../../text/sample-text.ts";
import { expectThat, type Format, type Sample } from "../format.ts";

const CHECKSUM_FIELD_BYTES = 35;
const TEXTS = [...sentences(6, 3), NASTY[13]!, "<2de> ab", `${"ab ba".repeat(300)}`];

const signedAndUnsigned = (model: WordpieceModel): Sample[] => {
  const bytes = model.toBytes();
  return [bytes, bytes.subarray(0, bytes.length - CHECKSUM_FIELD_BYTES)].map((each) => ({
    files: { "a.model": each },
  }));
};

function readModel(folder: string): void {
  const path = join(folder, "a.model");
  const model = WordpieceModel.load(path);
  const again = WordpieceModel.fromBytes(model.toBytes());
  for (const text of TEXTS) {
    const ids = model.encode(text);
    expectThat(
      ids.every((id) => id >= 0 && id < model.size),
      "an id is outside the vocabulary",
    );
    expectThat(ids.join() === again.encode(text).join(), "the same model encodes differently when read again");
    model.encodePieces(text);
    expectThat(typeof model.decode(ids) === "string", "ids decode to no text");
  }
  for (let id = 0; id < model.size; id++) expectThat(typeof model.pieceOf(id) === "string", "a piece is no text");
}

export const bpeModels: Format = {
  name: "wordpieces-bpe",
  samples: () => {
    const trained = trainWordpieces(sentences(200, 8), { vocabSize: 700, userDefinedSymbols: ["<2de>"] });
    const small = modelProto({ normal: byRank(["▁a", "ab", "▁", "a", "b", "é", "日"]), userDefined: ["<2de>"] });
    return [trained, WordpieceModel.fromProto(small)].flatMap(signedAndUnsigned);
  },
  read: readModel,
};

export const unigramModels: Format = {
  name: "wordpieces-unigram",
  samples: () => {
    const texts = sentences(200, 9).map((text) => `▁${text.replaceAll(" ", "▁")}`);
    const pieces = frequentSubstrings(texts, 5, 400);
    const model = (trainer: { byteFallback?: boolean }) =>
      WordpieceModel.fromProto(
        modelProto({
          normal: [...new Set(pieces)].map((text, rank) => [text, -3 - rank / 100]),
          userDefined: ["<2de>"],
          trainer: { ...trainer, modelType: 1 },
        }),
      );
    return [model({}), model({ byteFallback: true })].flatMap(signedAndUnsigned);
  },
  read: readModel,
};
