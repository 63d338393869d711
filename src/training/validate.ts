/** Validation: perplexity of held-out translations, BLEU of the model's own, and samples to look at. */
import * as tf from "@tensorflow/tfjs";
import { packTranslationBatch, type SentencePair } from "../data/batch.ts";
import type { ModelLanguages } from "../decoding/languages.ts";
import { bestText } from "../decoding/translation.ts";
import { Translator } from "../decoding/translator.ts";
import { ForwardContext } from "../layers/forward-context.ts";
import { BLEU } from "../metrics/bleu.ts";
import type { Seq2Seq } from "../model/seq2seq.ts";
import type { WordpieceModel } from "../text/wordpiece-model.ts";

/** A held-out corpus, encoded once. */
export interface ValidationCorpus {
  name: string;
  /** Asked for in a model that translates into several languages. */
  targetLanguage: string | undefined;
  pairs: SentencePair[];
  sourceTexts: string[];
  references: string[];
}

export interface ValidationOptions {
  /** Sentences per batch. */
  batchSize: number;
  beamSize: number;
  /** Sentences of each corpus to translate for BLEU; 0 = perplexity only. */
  maxSentences: number;
}

export interface SampleTranslation {
  source: string;
  reference: string;
  translation: string;
}

export interface CorpusValidation {
  name: string;
  /** exp of the mean negative log-likelihood per target piece, `</s>` included */
  perplexity: number;
  /** 13a, cased, over the translated sentences; NaN when none were. */
  bleu: number;
  samples: SampleTranslation[];
}

/** Perplexity over all corpora together, BLEU as their mean. */
export interface Validation {
  perplexity: number;
  bleu: number;
  corpora: CorpusValidation[];
}

export interface ValidationParts {
  model: Seq2Seq;
  wordpieces: WordpieceModel;
  languages: ModelLanguages;
}

export function validate(
  parts: ValidationParts,
  corpora: readonly ValidationCorpus[],
  options: ValidationOptions,
): Validation {
  let totalLoss = 0;
  let totalPieces = 0;
  const results = corpora.map((corpus): CorpusValidation => {
    const { loss, pieces } = negativeLogLikelihood(parts.model, corpus.pairs, options.batchSize);
    totalLoss += loss;
    totalPieces += pieces;
    const translations = translate(parts, corpus, options);
    const references = corpus.references.slice(0, translations.length);
    return {
      name: corpus.name,
      perplexity: Math.exp(loss / pieces),
      bleu: translations.length === 0 ? Number.NaN : new BLEU().corpusScore(translations, [references]).score,
      samples: translations.map((translation, i) => ({
        source: corpus.sourceTexts[i]!,
        reference: references[i]!,
        translation,
      })),
    };
  });
  const bleus = results.map(({ bleu }) => bleu);
  return {
    perplexity: Math.exp(totalLoss / totalPieces),
    bleu: bleus.reduce((sum, bleu) => sum + bleu, 0) / bleus.length,
    corpora: results,
  };
}

/** Summed over all pairs, in nats, with the number of target pieces. */
function negativeLogLikelihood(
  model: Seq2Seq,
  pairs: readonly SentencePair[],
  batchSize: number,
): { loss: number; pieces: number } {
  const byLength = [...pairs].sort((a, b) => a.target.length - b.target.length);
  let loss = 0;
  let pieces = 0;
  for (let start = 0; start < byLength.length; start += batchSize) {
    const batch = packTranslationBatch(byLength.slice(start, start + batchSize));
    const sums = tf.tidy(() => model.loss(batch, 0, ForwardContext.evaluation).crossEntropy.dataSync());
    loss += sums[1]!;
    pieces += batch.targetOutput.length;
  }
  return { loss, pieces };
}

/** Translations of a corpus's first sentences. A line that could not be translated counts as an empty one. */
function translate(parts: ValidationParts, corpus: ValidationCorpus, options: ValidationOptions): string[] {
  const { beamSize, batchSize } = options;
  const target = corpus.targetLanguage === undefined ? {} : { targetLanguage: corpus.targetLanguage };
  const translator = new Translator(parts, { beamSize, batchSize, ...target }, () => {});
  const translations = translator.translate(corpus.sourceTexts.slice(0, options.maxSentences));
  return translations.map(bestText);
}
