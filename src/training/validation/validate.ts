/** Validation: perplexity of held-out texts and, for a translation model, BLEU of its own translations and samples to look at. */
import * as tf from "@tensorflow/tfjs";
import { packBatch } from "../../data/batches/batch.ts";
import type { SentencePair } from "../../data/shards/shard.ts";
import { ForwardContext } from "../../layers/forward-context.ts";
import { BLEU } from "../../metrics/bleu.ts";
import type { Tokenizer } from "../../metrics/tokenizers/tokenizer.ts";
import { splitWords } from "../../metrics/white-space.ts";
import type { TrainableModel } from "../../model/trainable-model.ts";

/** A held-out corpus, encoded once. */
export interface ValidationCorpus {
  name: string;
  /** Asked for in a model that translates into several languages. */
  targetLanguage: string | undefined;
  /** Of BLEU: that of the references' language. */
  tokenizer: Tokenizer;
  pairs: SentencePair[];
  /** Empty for a language model. */
  sourceTexts: string[];
  /** Texts of the targets: reference translations, or what a language model predicts. */
  references: string[];
}

/** Translations of a corpus's first sentences. */
export type TranslateCorpus = (corpus: ValidationCorpus) => Promise<string[]>;

export interface SampleTranslation {
  source: string;
  reference: string;
  translation: string;
}

export interface Perplexities {
  /** exp of the mean negative log-likelihood per target piece, `</s>` included */
  perplexity: number;
  /** The same likelihood per word between white space, the end of each sentence counted as one: comparable over vocabularies. */
  wordPerplexity: number;
}

export interface CorpusValidation extends Perplexities {
  name: string;
  /** Cased, over the translated sentences; NaN when none were. */
  bleu: number;
  /** The tokenizer of `bleu`, as signatures name it. */
  tokenizer: string;
  samples: SampleTranslation[];
}

/** Perplexities over all corpora together, BLEU as their mean; of those to be retained apart. */
export interface Validation extends Perplexities {
  bleu: number;
  retained: (Perplexities & { bleu: number }) | undefined;
  corpora: CorpusValidation[];
}

/** `batchSize` sentences are scored together; `retained` names corpora whose scores are not to be among the others'. */
export async function validate(
  model: TrainableModel,
  corpora: readonly ValidationCorpus[],
  batchSize: number,
  translate: TranslateCorpus,
  retained: readonly string[] = [],
): Promise<Validation> {
  const all = corpora.map((corpus) => likelihood(model, corpus, batchSize));
  const results: CorpusValidation[] = [];
  for (const [i, corpus] of corpora.entries()) {
    const translations = await translate(corpus);
    const references = corpus.references.slice(0, translations.length);
    results.push({
      name: corpus.name,
      ...perplexities([all[i]!]),
      bleu: translations.length === 0 ? Number.NaN : bleuOf(corpus, translations),
      tokenizer: corpus.tokenizer.signature,
      samples: translations.map((translation, i) => ({
        source: corpus.sourceTexts[i]!,
        reference: references[i]!,
        translation,
      })),
    });
  }
  const of = (some: (name: string) => boolean) => {
    const chosen = results.filter(({ name }) => some(name));
    if (chosen.length === 0) return undefined;
    const likelihoods = all.filter((_, i) => some(results[i]!.name));
    const bleu = chosen.reduce((sum, each) => sum + each.bleu, 0) / chosen.length;
    return { ...perplexities(likelihoods), bleu };
  };
  const scores = of((name) => !retained.includes(name))!;
  return { ...scores, retained: of((name) => retained.includes(name)), corpora: results };
}

function bleuOf({ tokenizer, references }: ValidationCorpus, translations: readonly string[]): number {
  const metric = new BLEU({ tokenize: tokenizer });
  return metric.corpusScore(translations, [references.slice(0, translations.length)]).score;
}

/** What a model makes of a corpus's targets. */
interface Likelihood {
  /** Summed, in nats. */
  negativeLogLikelihood: number;
  /** Target pieces and ends. */
  pieces: number;
  /** Target words and ends. */
  words: number;
}

function likelihood(model: TrainableModel, corpus: ValidationCorpus, batchSize: number): Likelihood {
  const byLength = [...corpus.pairs].sort((a, b) => a.target.length - b.target.length);
  const words = corpus.references.reduce((sum, text) => sum + splitWords(text).length + 1, 0);
  const sums: Likelihood = { negativeLogLikelihood: 0, pieces: 0, words };
  for (let start = 0; start < byLength.length; start += batchSize) {
    const batch = packBatch(byLength.slice(start, start + batchSize), model.markers);
    const losses = tf.tidy(() => model.loss(batch, 0, ForwardContext.evaluation).crossEntropy.dataSync());
    sums.negativeLogLikelihood += losses[1]!;
    sums.pieces += batch.targetOutput.length;
  }
  return sums;
}

function perplexities(likelihoods: readonly Likelihood[]): Perplexities {
  const total = (key: keyof Likelihood) => likelihoods.reduce((sum, each) => sum + each[key], 0);
  const loss = total("negativeLogLikelihood");
  return { perplexity: Math.exp(loss / total("pieces")), wordPerplexity: Math.exp(loss / total("words")) };
}
