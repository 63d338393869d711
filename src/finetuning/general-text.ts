/** General text that holds a model to what it knew: the corpora it was trained with, as far as they are there, or text that is given. */
import { join } from "node:path";
import type { Config } from "../config/config.ts";
import { type CorpusRole, corporaOf, type NamedCorpus } from "../config/corpora.ts";
import { isThere, type PlainCorpus, plainTexts } from "../training/plain-corpora.ts";
import { countPairs, FEWEST_PAIRS, type SplitOptions, splitText, type TextFiles } from "./split-text.ts";

/** A corpus of plain files in two languages. */
export type GeneralCorpus = PlainCorpus & TextFiles;

/** Corpora by name, as `data` of a configuration has them, and how many pairs there are to train on. */
export interface GeneralText {
  train: GeneralCorpus[];
  valid: GeneralCorpus[];
  test: GeneralCorpus[];
  /** Of `train`. */
  pairs: number;
}

export interface GeneralOptions extends Omit<SplitOptions, "mostTrain"> {
  /** The model directory that is written. */
  output: string;
  onMessage(message: string): void;
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
  { output, onMessage, ...options }: GeneralOptions,
): Promise<GeneralText> {
  const own = async (role: CorpusRole, prefix: string) =>
    (await plainTexts({ saveModel: output }, named(corporaOf(base, role).filter(areThere), prefix), onMessage)).map(
      (corpus) => ({ ...corpus, pathTgt: corpus.pathTgt! }),
    );
  const [valid, test] = [await own("valid", "valid_general"), await own("test", "test_general")];
  const parts: GeneralText = { train: [], valid, test, pairs: 0 };
  const cuts = valid.length === 0;
  const languages = languagesOf(corporaOf(base, "train"));
  const corpora: GeneralCorpus[] =
    given?.map((files) => ({ ...files, ...languages, weight: 1, name: "" })) ?? (await own("train", "general"));
  const counts: number[] = [];
  for (const corpus of corpora) counts.push(await countPairs([corpus]));
  const all = counts.reduce((sum, count) => sum + count, 0);
  for (const [i, corpus] of corpora.entries()) {
    const count = counts[i]!;
    if (!cuts && all <= MOST_PAIRS) {
      parts.train.push(corpus);
      parts.pairs += count;
      continue;
    }
    const split = await splitText([corpus], join(output, "text", `general_${i + 1}`), {
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

function named<Corpus extends NamedCorpus>(corpora: readonly Corpus[], prefix: string): Corpus[] {
  return corpora.map((corpus, i) => ({ ...corpus, name: corpora.length === 1 ? prefix : `${prefix}_${i + 1}` }));
}

function languagesOf([first, ...rest]: readonly NamedCorpus[]): Pick<NamedCorpus, "srcLang" | "tgtLang"> {
  const same = rest.every(({ srcLang, tgtLang }) => srcLang === first?.srcLang && tgtLang === first?.tgtLang);
  return same ? { srcLang: first?.srcLang, tgtLang: first?.tgtLang } : {};
}

function areThere({ path, pathSrc, pathTgt }: NamedCorpus): boolean {
  return [path, pathSrc, pathTgt].every((name) => name === undefined || isThere(name));
}
