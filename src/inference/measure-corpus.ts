/** BLEU and perplexity of a model on a held-out corpus, by the engine that translates. */
import type { TranslateOptions } from "../decoding/translate-options.ts";
import { BLEU } from "../metrics/bleu.ts";
import { splitWords } from "../metrics/white-space.ts";
import { translateHeldOut } from "../training/validation/translate-corpus.ts";
import type { ValidationCorpus } from "../training/validation/validate.ts";
import type { LoadedModel } from "./open-model.ts";

/** What a model makes of a corpus. */
export interface Measured {
  /** Cased, with the tokenizer of the corpus's language. */
  bleu: number;
  /** Tokenizer, smoothing and version, as sacreBLEU names them. */
  signature: string;
  /** exp of the mean negative log-likelihood per word between white space, the end of each sentence counted as one: comparable over vocabularies. */
  wordPerplexity: number;
}

/** Sentences scored together. */
const BATCH = 64;

/** The corpus is encoded with the model's own wordpieces. */
export async function measureCorpus(
  loaded: LoadedModel,
  corpus: ValidationCorpus,
  options: TranslateOptions = {},
): Promise<Measured> {
  const { translations } = await translateHeldOut(loaded, corpus, options);
  const { score, signature } = new BLEU({ tokenize: corpus.tokenizer }).corpusScore(translations, [corpus.references]);
  return { bleu: score, signature: signature.toString(), wordPerplexity: await wordPerplexity(loaded, corpus) };
}

async function wordPerplexity({ model }: LoadedModel, { pairs, references }: ValidationCorpus): Promise<number> {
  const byLength = [...pairs].sort((a, b) => a.target.length - b.target.length);
  let sum = 0;
  for (let start = 0; start < byLength.length; start += BATCH) {
    const batch = byLength.slice(start, start + BATCH);
    const { tokens } = await model.forceScore(
      batch.map(({ source }) => source),
      batch.map(({ target }) => target),
    );
    for (const scores of tokens) for (const score of scores) sum -= score;
  }
  const words = references.reduce((count, text) => count + splitWords(text).length + 1, 0);
  return Math.exp(sum / words);
}
