/** What all contenders translate, and what a peer needs of our model: options, weights, pieces. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { CheckpointError, DataError } from "../../src/base/errors.ts";
import { openModelDirectory } from "../../src/checkpoint/model-directory.ts";
import { modelLanguages } from "../../src/config/corpora.ts";
import { longestTranslation, resolveTranslateOptions } from "../../src/decoding/translate-options.ts";
import { seq2seqOptions } from "../../src/model/options.ts";
import { chooseTag } from "../../src/text/languages.ts";
import { loadModelWordpieces } from "../../src/text/model-wordpieces.ts";
import { tagPiece, withMarkers } from "../../src/text/source-pieces.ts";
import type { WordpieceModel } from "../../src/text/wordpiece-model.ts";
import { readText } from "../corpus.ts";

export interface DecodeJob {
  /** Lines that can be translated. */
  lines: readonly string[];
  /** Their indices in the file. */
  indices: readonly number[];
  wordpieces: WordpieceModel;
  /** α of every contender. */
  lengthPenalty: number;
  /** JSON: options, weights, sources and limits, for the peers in Python. */
  peerFile: string;
  /** The lines, one each. */
  textFile: string;
}

/** Writes two files into `folder`. Throws DataError where no line has pieces, CheckpointError for a model that doesn't translate. */
export function makeJob(directory: string, src: string, targetLanguage: string, folder: string): DecodeJob {
  const files = openModelDirectory(directory);
  const { config } = files;
  if (config.task !== "translation") {
    throw new CheckpointError("this is a language model, which does not translate", {
      where: directory,
      nextStep: "Give the directory of a model trained with task: translation.",
    });
  }
  const wordpieces = loadModelWordpieces(files.wordpieceModelPath, config);
  const options = resolveTranslateOptions({});
  const tag = chooseTag(modelLanguages(config), targetLanguage === "" ? {} : { targetLanguage });
  const tagId = tagPiece(wordpieces, tag);
  const prepared = readText(src).lines.flatMap((line, index) => {
    const pieces = line.trim() === "" ? [] : wordpieces.encode(line);
    const usable = pieces.length > 0 && pieces.length <= options.maxSourceLength;
    return usable ? [{ line, index, pieces: Int32Array.from(pieces) }] : [];
  });
  if (prepared.length === 0) {
    throw new DataError("there is no line to translate", { where: src, nextStep: "Name a text with --src." });
  }
  const { moeSizes, ...model } = seq2seqOptions(config, wordpieces);
  const { bosId, eosId } = wordpieces;
  const job = {
    weights: files.weightsPath,
    options: { ...model, moeSizes: Object.fromEntries(moeSizes ?? []) },
    settings: { bosId, eosId, lengthPenalty: options.lengthPenalty },
    sources: prepared.map(({ pieces }) => [...withMarkers(pieces, tagId, eosId)]),
    limits: prepared.map(({ pieces }) => longestTranslation(pieces.length, options)),
  };
  const peerFile = join(folder, "job.json");
  writeFileSync(peerFile, JSON.stringify(job));
  const lines = prepared.map(({ line }) => line);
  const textFile = join(folder, "source.txt");
  writeFileSync(textFile, lines.map((line) => `${line}\n`).join(""));
  const indices = prepared.map(({ index }) => index);
  return { lines, indices, wordpieces, lengthPenalty: options.lengthPenalty, peerFile, textFile };
}
