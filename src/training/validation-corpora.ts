/** Reads and encodes the held-out corpora of a configuration. */
import type { Config } from "../config/config.ts";
import { type CorpusRole, corporaOf, type NamedCorpus } from "../config/corpora.ts";
import { readAligned } from "../data/corpus.ts";
import { targetTag } from "../decoding/languages.ts";
import { withMarkers } from "../decoding/source-pieces.ts";
import type { WordpieceModel } from "../text/wordpiece-model.ts";
import type { ValidationCorpus } from "./validate.ts";

/** The tag piece in front of every source of a corpus, or undefined in a model without tags. */
export function tagOf(config: Config, wordpieces: WordpieceModel, corpus: NamedCorpus): number | undefined {
  return config.targetTags ? wordpieces.idOf(targetTag(corpus.tgtLang!)) : undefined;
}

export function heldOutCorpora(
  config: Config,
  wordpieces: WordpieceModel,
  role: Exclude<CorpusRole, "train">,
): ValidationCorpus[] {
  return corporaOf(config, role).map((corpus) => {
    const tag = tagOf(config, wordpieces, corpus);
    const result: ValidationCorpus = {
      name: corpus.name,
      targetLanguage: config.targetTags ? corpus.tgtLang : undefined,
      pairs: [],
      sourceTexts: [],
      references: [],
    };
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
  });
}
