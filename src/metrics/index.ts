/** The public API of `gnmt-moe/metrics`: BLEU, chrF and TER as sacreBLEU defines them, and tests of significance. No tensors, no packages. */

export {
  BLEU,
  type BleuOptions,
  type BleuScore,
  bleu,
  corpusBleu,
  type SmoothMethod,
  sentenceBleu,
} from "./bleu.ts";
export type { BootstrapOptions } from "./bootstrap.ts";
export { CHRF, type ChrfOptions, corpusChrf, sentenceChrf } from "./chrf.ts";
export type { CorpusScoreOptions, Metric, ReferenceStreams } from "./metric.ts";
export {
  type NamedSystem,
  type PairedComparison,
  type PairedResult,
  type PairedTestOptions,
  pairedTest,
} from "./paired-test.ts";
export type { PairwiseMetric, PairwiseScores } from "./pairwise-scores.ts";
export type { Confidence, Score, ScoreFormat } from "./score.ts";
export type { Signature } from "./signature.ts";
export { corpusTer, TER, type TerOptions, type TerScore } from "./ter.ts";
export { defaultTokenizerFor, loadTokenizer, type TokenizerName, tokenizerNamed } from "./tokenizers/by-name.ts";
export { sentencePieceTokenizer } from "./tokenizers/sentencepiece.ts";
export type { Tokenizer } from "./tokenizers/tokenizer.ts";
