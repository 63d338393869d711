/** What `nmt finetune` is asked for. */
import type { BackendName, Precision } from "../base/engine-names.ts";

/** Every field but the first three may be left out. */
export interface FinetuneOptions {
  /** Directory of the model to start from. */
  model: string;
  /** Text to learn: files and folders of any format of translations, plain files in twos. */
  data: readonly string[];
  /** Model directory to write; a run in it is resumed. */
  output: string;
  /** Source and target language of `data`. Default: those of the model, where it has one pair. */
  languages?: readonly [source: string, target: string] | undefined;
  /** General text to mix in, as `data`; empty for none. Default: the model's own training corpora, where they are still there. */
  general?: readonly string[] | undefined;
  /** Share of the pairs drawn that are general text, in [0, 1). Default 0.5. */
  generalShare?: number | undefined;
  /** Steps at most. Default: so many that the text is read five times. */
  steps?: number | undefined;
  /** Minutes of training at most. Default: no limit. */
  minutes?: number | undefined;
  /** Peak of the learning rate. Default: a quarter of the model's, of an adapter all of it. */
  learningRate?: number | undefined;
  /** Wordpieces to learn from the text and add to the model's. Default 0. */
  newWordpieces?: number | undefined;
  /** Parameters that stay as they are, as `freeze` of a configuration has them. */
  freeze?: readonly string[] | undefined;
  /** Rank of an adapter to train beside the model, which then stays as it is; `output` has the adapter. Default: all weights are trained. */
  adapter?: number | undefined;
  /** BLEU that general text may lose. Default 1. */
  retainWithin?: number | undefined;
  /** Of the held-out part, of the order of the text and of dropout. Default 1. */
  seed?: number | undefined;
  backend?: BackendName | "auto" | undefined;
  threads?: number | undefined;
  precision?: Precision | "auto" | undefined;
}
