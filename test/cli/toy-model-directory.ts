/** A model directory with a small untrained model, enough for the commands that read one. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { writeBestModel } from "../../src/checkpoint/write-checkpoint.ts";
import { resolveConfig } from "../../src/config/resolve.ts";
import { toYaml } from "../../src/config/write.ts";
import { seq2seqOptions } from "../../src/model/options.ts";
import { Seq2Seq } from "../../src/model/seq2seq.ts";
import {
  defaultNormalizerSpec,
  defaultTrainerSpec,
  ModelType,
  PieceType,
} from "../../src/text/sentencepiece/model-proto.ts";
import { WordpieceModel } from "../../src/text/wordpiece-model.ts";
import { namedArrays } from "../../src/training/run-files.ts";

/** Letters a … f, alone and after a space, and a tag for each language. */
export function toyWordpieces(languages: readonly string[]): WordpieceModel {
  const letters = [..."abcdef"];
  const special = [
    { text: "<pad>", type: PieceType.control },
    { text: "<unk>", type: PieceType.unknown },
    { text: "<s>", type: PieceType.control },
    { text: "</s>", type: PieceType.control },
    ...languages.map((language) => ({ text: `<2${language}>`, type: PieceType.userDefined })),
  ];
  const normal = ["▁", ...letters, ...letters.map((letter) => `▁${letter}`)];
  return WordpieceModel.fromProto({
    pieces: [
      ...special.map((piece) => ({ ...piece, score: 0 })),
      ...normal.map((text, rank) => ({ text, score: -rank, type: PieceType.normal })),
    ],
    trainer: {
      ...defaultTrainerSpec(),
      modelType: ModelType.bpe,
      vocabSize: special.length + normal.length,
      padId: 0,
      unkId: 1,
      bosId: 2,
      eosId: 3,
      userDefinedSymbols: languages.map((language) => `<2${language}>`),
    },
    normalizer: defaultNormalizerSpec(),
    denormalizer: undefined,
  });
}

/** Writes the directory; the current backend makes the parameters. Several languages make a model with target tags. */
export function writeToyModel(directory: string, languages: readonly string[] = [], seed = 4): void {
  const corpora = languages.map((language) => [language, { path_src: "x", path_tgt: "y", tgt_lang: language }]);
  const config = resolveConfig({
    save_model: directory,
    train_steps: 1,
    data: languages.length === 0 ? { corpus: { path_src: "x", path_tgt: "y" } } : Object.fromEntries(corpora),
    hidden_size: 16,
    encoder_layers: 2,
    num_experts: 4,
    expert_hidden_size: 8,
    param_init: 0.6,
  });
  const wordpieces = toyWordpieces(languages);
  const model = new Seq2Seq(seq2seqOptions(config, wordpieces), { seed });
  writeFileSync(join(directory, "config.yaml"), toYaml(config));
  wordpieces.save(join(directory, "wordpiece.model"));
  writeBestModel(directory, 1, namedArrays(model.parameters));
  model.dispose();
}
