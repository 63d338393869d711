/** The resolved configuration the program works with: every default filled in, keys in camelCase. */
import type { BackendName, Precision } from "../base/engine-names.ts";
import type {
  AttentionKind,
  Criterion,
  DecayMethod,
  DecoderStart,
  ExpertActivation,
  ExpertOptimizer,
  GatingKind,
  GuidedAlignment,
  GuidedAlignmentCost,
  MoeOutput,
  OptimizerReset,
  Task,
} from "./choices.ts";
import { type ConfigKey, type CorpusSettings, configKeys, corpusKeys, type Settings } from "./schema.ts";

type CamelCase<Key> = Key extends `${infer Head}_${infer Tail}` ? `${Head}${Capitalize<CamelCase<Tail>>}` : Key;
type CamelKeys<T> = { [Key in keyof T as CamelCase<Key>]: T[Key] };

/** Keys that `resolve` gives another type, or a value that depends on other keys. */
interface Resolved {
  task: Task;
  data: Record<string, CorpusSettings>;
  lstm_cell_size: number;
  embedding_size: number;
  target_tags: boolean;
  moe_dropout: number;
  importance_loss_weight: number;
  load_loss_weight: number;
  label_smoothing: number;
  guided_alignment: GuidedAlignment;
  early_stopping_criteria: Criterion;
  best_checkpoint_metric: Criterion;
}

/** Settings after `resolve`: defaults that depend on other keys are filled in, and `data` has one corpus per name. */
export type ResolvedSettings = Omit<Settings, keyof Resolved> & Resolved;

/** One corpus, as `data` of a configuration names it. */
export interface CorpusConfig {
  /**
   * File of both languages, such as TMX, XLIFF, PO or TSV, a pattern of such or a folder; instead of path_src and path_tgt
   * (docs/import.md)
   */
  path?: string | undefined;
  /** Text file of sources, one sentence a line; of a language model, its text */
  pathSrc?: string | undefined;
  /** Text file of translations, line by line; absent for a language model */
  pathTgt?: string | undefined;
  /** Text file of word alignments, line by line: 0-0 1-2, source word and target word between white space, from 0 */
  pathAlign?: string | undefined;
  /** How often a pair of this corpus is drawn, relative to those of the others */
  weight: number;
  /** Language code of the sources */
  srcLang?: string | undefined;
  /** Language code of the translations */
  tgtLang?: string | undefined;
  /**
   * How files of other formats than plain text are read, a map: tags, fuzzy, obsolete, approved, columns, quotes, documents,
   * format, as in nmt data import
   */
  import?: CorpusSettings["import"];
}

/**
 * A checked, complete configuration: `config.hiddenSize` is the file's `hidden_size`. The lines below name the file's keys;
 * `docs/cli.md` has ranges and defaults. `fromSettings` and `toSettings` compile only while these are the schema's keys and types.
 */
export interface Config {
  // Run
  /** What to train: a translation model, or a language model (lm for short) on the text of path_src */
  task: Task;
  /** Seed of every random number: same seed, same run */
  seed: number;
  /** Model directory; a run in it is resumed, a model without checkpoints refused */
  saveModel: string;

  // Data and cleaning
  /**
   * Corpora by name, each with path_src and path_tgt (and path_align), or path; weight, src_lang, tgt_lang; valid… and test…
   * are held out
   */
  data: Record<string, CorpusConfig>;
  /** Put <2xx> before each source; auto: when there is more than one target language */
  targetTags: boolean;
  /**
   * Draw language pairs, and languages for wordpieces, by size^(1/T): 1 keeps their proportions, larger evens them out
   */
  samplingTemperature: number;
  /** Leave out training pairs whose source has more wordpieces */
  srcSeqLength: number;
  /** Leave out training pairs whose target, or lines of a language model's text, have more wordpieces */
  tgtSeqLength: number;
  /** Leave out training pairs whose one side is this many times longer than the other */
  maxLengthRatio: number;
  /** Leave out repeated training pairs */
  dropDuplicates: boolean;
  /** Leave out training pairs whose source and target are the same text */
  dropIdentical: boolean;
  /**
   * Further rules, a map, all but the first two off unless given (docs/cleaning.md): overlap, what becomes of text of
   * validation and test files (drop, count, keep); max_characters; near_duplicates; min_script_share; language_id;
   * numbers, urls, emails, tags, placeholders that differ; patterns; repeated_characters, repeated_words; untranslated;
   * min_words, max_words, max_word_length, max_word_ratio; opuscleaner, a recipe
   */
  cleaning: Settings["cleaning"];

  // Wordpieces
  /** Size of the shared wordpiece vocabulary to train, or to which that of train_from is extended */
  vocabSize: number;
  /** Share of the text's characters that become pieces; lower it for thousands of rare characters */
  characterCoverage: number;
  /** Characters that become pieces however rare they are */
  requiredChars: string;
  /** Spell characters outside the vocabulary as bytes instead of <unk> */
  byteFallback: boolean;
  /** Use this SentencePiece .model instead of training one */
  wordpieceModel?: string | undefined;
  /** Symbols that are one piece wherever a text has them, such as markup tags */
  userDefinedSymbols: string[];
  /** What is done to characters before wordpieces; identity: nothing */
  normalization: "nmt_nfkc" | "identity";

  // Model
  /** Width of every LSTM layer's output, of its experts' and of attention */
  hiddenSize: number;
  /** Units of every LSTM layer, where they are projected to hidden_size (default: hidden_size, no projection) */
  lstmCellSize: number;
  /** Width of the embeddings (default: hidden_size) */
  embeddingSize: number;
  /** LSTM layers of the encoder; the first is bidirectional */
  encoderLayers: number;
  /** LSTM layers of the decoder, at least 2, or of a language model */
  decoderLayers: number;
  /** Score of a target position for a source position */
  attention: AttentionKind;
  /** First decoder state: zero, or a learned bridge from the encoder's last state */
  decoderStart: DecoderStart;
  /** One embedding table for source and target */
  shareEmbeddings: boolean;
  /** Output weights are the target embeddings (needs embedding_size = hidden_size) */
  tieSoftmax: boolean;
  /** Dropout rate on the input of every layer */
  dropout: number;
  /** Standard deviation of embeddings at the start; small values keep attention from being found */
  embeddingInitStd: number;
  /** Bias of the forget gates at the start */
  forgetBias: number;
  /** Other weights start uniform in ± this (default: 1/sqrt of its fan-in) */
  paramInit?: number | undefined;

  // Mixture of experts
  /** Experts of each mixture-of-experts layer; 0 for none */
  numExperts: number;
  /** Experts that each position uses (k); hierarchical: of each group; strictly_balanced: on average */
  numExpertsPerTok: number;
  /** Hidden units of one expert */
  expertHiddenSize: number;
  /** Encoder layers that are followed by a mixture-of-experts layer */
  moeEncoderAfter: number[];
  /** Layers of the decoder, or of a language model, that are followed by a mixture-of-experts layer */
  moeDecoderAfter: number[];
  /** num_experts of each layer, the encoder's first, where they differ */
  numExpertsByLayer: number[];
  /** num_experts_per_tok of each layer, likewise */
  numExpertsPerTokByLayer: number[];
  /** expert_hidden_size of each layer, likewise */
  expertHiddenSizeByLayer: number[];
  /** How experts are chosen; dense: every position uses all of them */
  gating: GatingKind;
  /** Groups of experts, of equal size, for hierarchical gating */
  numExpertGroups: number;
  /** Groups that each position uses, for hierarchical gating */
  numExpertGroupsPerTok: number;
  /** Hidden units of an expert: ReLU, or gated linear units */
  expertActivation: ExpertActivation;
  /** Hidden units of an expert that every position uses beside those chosen; 0 for none */
  sharedExpertHiddenSize: number;
  /** Function on the layer's output before the residual; sigmoid is the paper's */
  moeOutput: MoeOutput;
  /** Scale of the experts' second matrix at the start; 0 starts the layer as the identity */
  expertOutputInit: number;
  /** Hidden layers of a language model's single expert: the dense baseline MoE-1-Deep */
  expertLayers: number;
  /** Weight of the loss that evens out gate values over experts (default: 0.01; language model: 0.1) */
  importanceLossWeight: number;
  /** Weight of the loss that evens out positions over experts (default: 0.01; language model: 0.1) */
  loadLossWeight: number;
  /** Weight of the loss that keeps gate logits small: mean squared log-sum-exp */
  routerZLossWeight: number;
  /** Dropout rate on the layer's output (default: dropout) */
  moeDropout: number;

  // Starting from a model
  /** Start from this model directory: its weights and wordpieces, and its keys about them and the model where left out */
  trainFrom?: string | undefined;
  /** Moments of the optimiser at such a start: all new, or those of the model's newest checkpoint */
  resetOptim: OptimizerReset;
  /** Parameters that stay as they are, by name, where * stands for any characters: encoder.* decoder.embedding */
  freeze: string[];
  /**
   * Train matrices of low rank beside the model's and leave these as they are; a map: rank (8), alpha, the scale times the
   * rank (2 · rank), and parameters, the patterns of names that get one
   */
  adapter?: Settings["adapter"];

  // Training
  /** What batch_size counts: source and target wordpieces each, or sentence pairs */
  batchType: "tokens" | "sentences";
  /** Size of a batch */
  batchSize: number;
  /** Batches whose gradients make one step; balance losses of all of them together cost a second forward pass */
  accumCount: number;
  /**
   * Optimiser of the experts' matrices: adam, or the paper's factored_adam, without first moment and with a row and a
   * column of numbers for the second
   */
  expertOptim: ExpertOptimizer;
  /** Decay of Adam's first moment */
  adamBeta1: number;
  /** Decay of Adam's second moment */
  adamBeta2: number;
  /** Added to the root of Adam's second moment */
  adamEpsilon: number;
  /** Peak learning rate */
  learningRate: number;
  /** Learning rate over time, after the warm-up */
  decayMethod: DecayMethod;
  /** Steps in which the learning rate rises to its peak */
  warmupSteps: number;
  /** Steps at the peak before the rate falls as 1/sqrt(step), for linear_warmup_constant_rsqrt */
  decayStartSteps: number;
  /** Last learning rate as a share of the peak, for cosine */
  finalLearningRateRatio: number;
  /** End after this many steps; 0 for no limit */
  trainSteps: number;
  /** End after this many minutes of training; 0 for no limit */
  trainMinutes: number;
  /** Scale gradients down to this norm; 0 for no clipping */
  maxGradNorm: number;
  /** Probability mass spread over the whole vocabulary (default: 0.1; language model: 0) */
  labelSmoothing: number;
  /**
   * Word alignments that attention is trained to follow; files: each corpus's path_align; auto: our own aligner's where
   * there is none (default: files where a corpus has one, else none)
   */
  guidedAlignment: GuidedAlignment;
  /** Weight of what attention costs where it differs from them, beside cross-entropy */
  guidedAlignmentWeight: number;
  /** That cost: cross-entropy, or half the squared distance */
  guidedAlignmentCost: GuidedAlignmentCost;

  // Validation and checkpoints
  /** Validate every so many steps and at the end; 0 for only at the end */
  validSteps: number;
  /** Sentences scored or translated together in validation */
  validBatchSize: number;
  /** Beam size of validation translations */
  validBeamSize: number;
  /** Sentences of each corpus translated for BLEU at each validation; 0 for perplexity only */
  validMaxSentences: number;
  /** Sample translations shown at each validation */
  validSamples: number;
  /** Save a resumable checkpoint every so many steps */
  saveCheckpointSteps: number;
  /** Checkpoints kept */
  keepCheckpoint: number;
  /** Stop after this many validations without improvement; 0 for never */
  earlyStopping: number;
  /** What has to improve (default: bleu, where equal perplexity; language model: perplexity) */
  earlyStoppingCriteria: Criterion;
  /**
   * What chooses the weights of model.safetensors (default: bleu, where equal perplexity; language model: perplexity)
   */
  bestCheckpointMetric: Criterion;
  /**
   * Validation corpora that the model must not forget: they are measured before the first step too, and choose no weights
   * themselves
   */
  retainCorpora: string[];
  /**
   * Weights are kept as the best only while those corpora lose no more than this: BLEU, or per cent of perplexity where
   * best_checkpoint_metric is that
   */
  retainWithin: number;
  /** Report progress every so many steps */
  reportEvery: number;

  // Engine
  /** In a job of several processes: each has some of the experts; without it, all of them */
  expertParallel: boolean;
  /** In such a job, compare parameters every so many steps, which must be the same to the bit; 0: never */
  checkRanksEvery: number;
  /** Where tensors are computed; auto: the fastest that works here */
  backend: BackendName | "auto";
  /** Threads for computation and for preparing corpora, at most 1024; 0 for all cores */
  threads: number;
  /** Precision of matrix products; sums and weights stay f32 */
  precision: Precision | "auto";
}

/** The same fields as the schema has them. */
type ConfigFields = CamelKeys<Omit<ResolvedSettings, "data">> & { data: Record<string, CamelKeys<CorpusSettings>> };

/** A key as the program writes it: `hidden_size` is `hiddenSize`. */
export function camelCase(key: string): string {
  return key.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

const toCamel = (key: string) => camelCase(key);
const toSnake = (() => {
  const snake = new Map([...configKeys, ...corpusKeys].map((key) => [camelCase(key), key as string]));
  return (key: string) => snake.get(key) ?? key;
})();

/** Keys as the program uses them. Corpus names are left as they are. */
export function fromSettings(settings: ResolvedSettings): Config {
  return renameKeys(settings, toCamel) as unknown as ConfigFields;
}

/** Keys as the file writes them, in the order of the schema. */
export function toSettings(config: Config): ResolvedSettings {
  const fields: ConfigFields = config;
  const settings = renameKeys(fields, toSnake) as unknown as ResolvedSettings;
  const order = (key: string) => configKeys.indexOf(key as ConfigKey);
  const ordered = Object.entries(settings).sort(([a], [b]) => order(a) - order(b));
  return Object.fromEntries(ordered) as unknown as ResolvedSettings;
}

function renameKeys(config: object, rename: (key: string) => string): Record<string, unknown> {
  const renamed = (entries: object) =>
    Object.fromEntries(
      Object.entries(entries)
        .filter(([, value]) => value !== undefined)
        .map(([key, value]) => [rename(key), value]),
    );
  const result = renamed(config);
  const data = Object.entries(result["data"] as Record<string, object>);
  result["data"] = Object.fromEntries(data.map(([name, corpus]) => [name, renamed(corpus)]));
  return result;
}
