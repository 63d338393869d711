/** Every list of choices that a configuration offers, once: the schema, the help and the code that branches on them take them from here. No imports. */

/** What is trained; `lm` is short for `language_model`. */
export const tasks = ["translation", "language_model", "lm"] as const;
export type Task = Exclude<(typeof tasks)[number], "lm">;

/** What is done to text before it is cut into wordpieces: SentencePiece's nmt_nfkc rules, or nothing. */
export const normalizations = ["nmt_nfkc", "identity"] as const;

/** What happens to inline tags of files such as TMX: they go, stay as `<1>…</1>`, or are a reason to skip a pair. */
export const tagChoices = ["drop", "keep", "skip"] as const;
export type TagChoice = (typeof tagChoices)[number];

/** What becomes of training text that is in validation or test files too: it goes, or stays and is counted, or nobody looks. */
export const overlapRules = ["drop", "count", "keep"] as const;

/** Which sides a pattern of cleaning is for: one of them, at least one, or both. */
export const patternSides = ["source", "target", "either", "both"] as const;

/** How attention scores a source position for a target position. */
export const attentionKinds = ["multiplicative", "additive", "normed_additive"] as const;
export type AttentionKind = (typeof attentionKinds)[number];

/** Where the word alignments come from that attention is to follow: nowhere, from the corpora's own aligner where they name none, or from their files. */
export const guidedAlignments = ["none", "auto", "files"] as const;
export type GuidedAlignment = (typeof guidedAlignments)[number];

/** What attention costs where it differs from a given alignment: cross-entropy, or half the squared distance. */
export const guidedAlignmentCosts = ["ce", "mse"] as const;
export type GuidedAlignmentCost = (typeof guidedAlignmentCosts)[number];

/** Where the decoder's first state comes from. */
export const decoderStarts = ["zero", "bridge"] as const;
export type DecoderStart = (typeof decoderStarts)[number];

/** How experts are chosen (`docs/moe.md`). */
export const gatingKinds = ["noisy_top_k", "hierarchical", "strictly_balanced", "dense"] as const;
export type GatingKind = (typeof gatingKinds)[number];

/** Hidden units of an expert: ReLU, or gated linear units. */
export const expertActivations = ["relu", "glu"] as const;
export type ExpertActivation = (typeof expertActivations)[number];

/** What the summed expert outputs go through before the residual. */
export const moeOutputs = ["sigmoid", "identity"] as const;
export type MoeOutput = (typeof moeOutputs)[number];

/** What `batch_size` counts. */
export const batchTypes = ["tokens", "sentences"] as const;

/** Optimisers of the experts' matrices. */
export const expertOptimizers = ["adam", "factored_adam"] as const;
export type ExpertOptimizer = (typeof expertOptimizers)[number];

/** Learning rate over time, after the warm-up. */
export const decayMethods = [
  "none",
  "cosine",
  "rsqrt",
  "linear_warmup_constant_rsqrt",
  "exponential_warmup_halving",
] as const;
export type DecayMethod = (typeof decayMethods)[number];

/** What a validation is judged by. */
export const criteria = ["bleu", "perplexity"] as const;
export type Criterion = (typeof criteria)[number];

/** What becomes of the optimiser's moments where a run starts from a model: all are new, or those of its checkpoint are kept. */
export const optimizerResets = ["all", "keep_states"] as const;
export type OptimizerReset = (typeof optimizerResets)[number];
