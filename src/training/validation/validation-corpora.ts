/** Reads and encodes the held-out corpora of a configuration. */
import type { Config } from "../../config/config.ts";
import type { CorpusRole, NamedCorpus } from "../../config/corpora.ts";
import { readAligned, readLines } from "../../data/files/corpus.ts";
import { tokenizersFor } from "../../metrics/tokenizers/for-language.ts";
import { mteval13a } from "../../metrics/tokenizers/mteval-13a.ts";
import type { Tokenizer } from "../../metrics/tokenizers/tokenizer.ts";
import { targetTag } from "../../text/languages.ts";
import { withMarkers } from "../../text/source-pieces.ts";
import type { WordpieceModel } from "../../text/wordpiece-model.ts";
import { type PlainCorpus, plainCorpora } from "../plain-corpora.ts";
import type { ValidationCorpus } from "./validate.ts";

/** The tag piece in front of every source of a corpus, or undefined in a model without tags. */
export function tagOf(config: Config, wordpieces: WordpieceModel, corpus: NamedCorpus): number | undefined {
  return config.targetTags ? wordpieces.idOf(targetTag(corpus.tgtLang!)) : undefined;
}

/** `onMessage` hears of files that are imported and, once a language, of a tokenizer that another one has to stand in for. */
export async function heldOutCorpora(
  config: Config,
  wordpieces: WordpieceModel,
  role: Exclude<CorpusRole, "train">,
  onMessage: (message: string) => void,
): Promise<ValidationCorpus[]> {
  const corpora = await plainCorpora(config, role, onMessage);
  if (config.task === "language_model") return corpora.map((corpus) => heldOutText(wordpieces, corpus));
  const tokenizers = await tokenizersFor(
    corpora.map(({ tgtLang }) => tgtLang),
    onMessage,
  );
  return corpora.map((corpus, i) => heldOutPairs(config, wordpieces, corpus, tokenizers[i]!));
}

function heldOutPairs(
  config: Config,
  wordpieces: WordpieceModel,
  corpus: PlainCorpus,
  tokenizer: Tokenizer,
): ValidationCorpus {
  const tag = tagOf(config, wordpieces, corpus);
  const result = emptyCorpus(corpus.name, config.targetTags ? corpus.tgtLang : undefined, tokenizer);
  let line = 0;
  for (const { source, target } of readAligned(corpus.pathSrc, corpus.pathTgt!)) {
    line++;
    result.pairs.push({
      source: withMarkers(wordpieces.encode(source), tag, wordpieces.eosId),
      target: wordpieces.encode(target),
      line,
    });
    result.sourceTexts.push(source);
    result.references.push(target);
  }
  return result;
}

/** Lines as targets without sources. Blank lines are left out, as in training. */
function heldOutText(wordpieces: WordpieceModel, { name, pathSrc }: PlainCorpus): ValidationCorpus {
  const result = emptyCorpus(name, undefined);
  let line = 0;
  for (const text of readLines(pathSrc)) {
    line++;
    if (text.trim() === "") continue;
    result.pairs.push({ source: new Int32Array(0), target: wordpieces.encode(text), line });
    result.references.push(text);
  }
  return result;
}

function emptyCorpus(name: string, targetLanguage: string | undefined, tokenizer = mteval13a): ValidationCorpus {
  return { name, targetLanguage, tokenizer, pairs: [], sourceTexts: [], references: [] };
}
