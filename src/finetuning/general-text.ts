/** General text that holds a model to what it knew: the corpora it was trained with, as far as they are there, or text that is given. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { DataError } from "../base/errors.ts";
import type { Config } from "../config/config.ts";
import { type CorpusRole, corporaOf, type NamedCorpus } from "../config/corpora.ts";
import { textFiles } from "../data/files/text-files.ts";
import { countPairs, FEWEST_PAIRS, type SplitOptions, splitText, type TextFiles } from "./split-text.ts";

/** Corpora by name, as `data` of a configuration has them, and how many pairs there are to train on. */
export interface GeneralText {
  train: NamedCorpus[];
  valid: NamedCorpus[];
  test: NamedCorpus[];
  /** Of `train`. */
  pairs: number;
}

/** More text than a run could read is prepared in vain. */
const MOST_PAIRS = 200_000;

/**
 * `given` is general text; without it the training corpora of the model's configuration are. Held-out text is the model's own, or where it has none
 * cut off that text. Names begin with `general`, `valid_general` and `test_general`.
 */
export async function generalText(
  base: Pick<Config, "data">,
  given: readonly TextFiles[] | undefined,
  folder: string,
  options: Omit<SplitOptions, "mostTrain">,
): Promise<GeneralText> {
  const own = (role: CorpusRole) => corporaOf(base, role).filter(isThere);
  const parts: GeneralText = { train: [], valid: own("valid"), test: own("test"), pairs: 0 };
  const cuts = parts.valid.length === 0;
  const languages = languagesOf(corporaOf(base, "train"));
  const corpora = given?.map((files) => ({ ...files, ...languages, weight: 1, name: "" })) ?? own("train");
  const counts: number[] = [];
  for (const corpus of corpora) counts.push(await countPairs([filesOf(corpus)]));
  const all = counts.reduce((sum, count) => sum + count, 0);
  for (const [i, corpus] of corpora.entries()) {
    const count = counts[i]!;
    if (!cuts && all <= MOST_PAIRS) {
      parts.train.push(corpus);
      parts.pairs += count;
      continue;
    }
    const split = await splitText([filesOf(corpus)], join(folder, `general_${i + 1}`), {
      ...options,
      heldOut: cuts && count >= FEWEST_PAIRS ? Math.ceil(options.heldOut / corpora.length) : 0,
      mostTrain: Math.ceil((MOST_PAIRS * count) / all),
    });
    parts.train.push({ ...corpus, ...split.train });
    parts.pairs += split.train.pairs;
    if (split.valid.pairs > 0) parts.valid.push({ ...corpus, ...split.valid });
    if (split.test.pairs > 0 && cuts) parts.test.push({ ...corpus, ...split.test });
  }
  return {
    train: named(parts.train, "general"),
    valid: named(parts.valid, "valid_general"),
    // Without a test set of its own, text is measured on what training stops by.
    test: named(parts.test.length > 0 ? parts.test : parts.valid, "test_general"),
    pairs: parts.pairs,
  };
}

function named(corpora: readonly NamedCorpus[], prefix: string): NamedCorpus[] {
  return corpora.map((corpus, i) => ({
    name: corpora.length === 1 ? prefix : `${prefix}_${i + 1}`,
    pathSrc: corpus.pathSrc,
    pathTgt: corpus.pathTgt,
    weight: corpus.weight,
    srcLang: corpus.srcLang,
    tgtLang: corpus.tgtLang,
  }));
}

function languagesOf([first, ...rest]: readonly NamedCorpus[]): Pick<NamedCorpus, "srcLang" | "tgtLang"> {
  const same = rest.every(({ srcLang, tgtLang }) => srcLang === first?.srcLang && tgtLang === first?.tgtLang);
  return same ? { srcLang: first?.srcLang, tgtLang: first?.tgtLang } : {};
}

function filesOf({ pathSrc, pathTgt }: Pick<NamedCorpus, "pathSrc" | "pathTgt">): TextFiles {
  return { pathSrc, pathTgt: pathTgt! };
}

function isThere({ pathSrc, pathTgt }: NamedCorpus): boolean {
  try {
    return [pathSrc, pathTgt!].every((name) => textFiles(name).every(({ path }) => existsSync(path)));
  } catch (error) {
    if (error instanceof DataError) return false;
    throw error;
  }
}
