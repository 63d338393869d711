/** One line of help for every configuration key; the type makes a missing one an error. Shown by `nmt train --help` and docs/cli.md. */
import { MOST_THREADS } from "../base/threads.ts";
import type { CorpusSettings, SectionName, sections } from "./schema.ts";

type HelpTexts = { readonly [Section in SectionName]: { readonly [Key in keyof (typeof sections)[Section]]: string } };

export const sectionTitles: Readonly<Record<SectionName, string>> = {
  run: "Run",
  data: "Data and cleaning",
  wordpieces: "Wordpieces",
  model: "Model",
  experts: "Mixture of experts",
  base: "Starting from a model",
  training: "Training",
  validation: "Validation and checkpoints",
  engine: "Engine",
};

export const corpusHelp: Readonly<Record<keyof CorpusSettings, string>> = {
  path: "File of both languages, such as TMX, XLIFF, PO or TSV, a pattern of such or a folder; instead of path_src and path_tgt (docs/import.md)",
  path_src: "Text file of sources, one sentence a line; of a language model, its text",
  path_tgt: "Text file of translations, line by line; absent for a language model",
  path_align:
    "Text file of word alignments, line by line: 0-0 1-2, source word and target word between white space, from 0",
  weight: "How often a pair of this corpus is drawn, relative to those of the others",
  src_lang: "Language code of the sources",
  tgt_lang: "Language code of the translations",
  import:
    "How files of other formats than plain text are read, a map: tags, fuzzy, obsolete, approved, columns, quotes, documents, format, as in nmt data import",
};

export const keyHelp: HelpTexts = {
  run: {
    task: "What to train: a translation model, or a language model (lm for short) on the text of path_src",
    seed: "Seed of every random number: same seed, same run",
    save_model: "Model directory; a run in it is resumed, a model without checkpoints refused",
  },
  data: {
    data: "Corpora by name, each with path_src and path_tgt (and path_align), or path; weight, src_lang, tgt_lang; valid… and test… are held out",
    target_tags: "Put <2xx> before each source; auto: when there is more than one target language",
    sampling_temperature:
      "Draw language pairs, and languages for wordpieces, by size^(1/T): 1 keeps their proportions, larger evens them out",
    src_seq_length: "Leave out training pairs whose source has more wordpieces",
    tgt_seq_length: "Leave out training pairs whose target, or lines of a language model's text, have more wordpieces",
    max_length_ratio: "Leave out training pairs whose one side is this many times longer than the other",
    drop_duplicates: "Leave out repeated training pairs",
    drop_identical: "Leave out training pairs whose source and target are the same text",
    cleaning:
      "Further rules, a map, all but the first two off unless given (docs/cleaning.md): overlap, what becomes of text of validation and test files (drop, count, keep); max_characters; near_duplicates; min_script_share; language_id; numbers, urls, emails, tags, placeholders that differ; patterns; repeated_characters, repeated_words; untranslated; min_words, max_words, max_word_length, max_word_ratio; opuscleaner, a recipe",
  },
  wordpieces: {
    vocab_size: "Size of the shared wordpiece vocabulary to train, or to which that of train_from is extended",
    character_coverage: "Share of the text's characters that become pieces; lower it for thousands of rare characters",
    required_chars: "Characters that become pieces however rare they are",
    byte_fallback: "Spell characters outside the vocabulary as bytes instead of <unk>",
    wordpiece_model: "Use this SentencePiece .model instead of training one",
    user_defined_symbols: "Symbols that are one piece wherever a text has them, such as markup tags",
    normalization: "What is done to characters before wordpieces; identity: nothing",
  },
  model: {
    hidden_size: "Width of every LSTM layer's output, of its experts' and of attention",
    lstm_cell_size:
      "Units of every LSTM layer, where they are projected to hidden_size (default: hidden_size, no projection)",
    embedding_size: "Width of the embeddings (default: hidden_size)",
    encoder_layers: "LSTM layers of the encoder; the first is bidirectional",
    decoder_layers: "LSTM layers of the decoder, at least 2, or of a language model",
    attention: "Score of a target position for a source position",
    decoder_start: "First decoder state: zero, or a learned bridge from the encoder's last state",
    share_embeddings: "One embedding table for source and target",
    tie_softmax: "Output weights are the target embeddings (needs embedding_size = hidden_size)",
    dropout: "Dropout rate on the input of every layer",
    embedding_init_std: "Standard deviation of embeddings at the start; small values keep attention from being found",
    forget_bias: "Bias of the forget gates at the start",
    param_init: "Other weights start uniform in ± this (default: 1/sqrt of its fan-in)",
  },
  experts: {
    num_experts: "Experts of each mixture-of-experts layer; 0 for none",
    num_experts_per_tok:
      "Experts that each position uses (k); hierarchical: of each group; strictly_balanced: on average",
    expert_hidden_size: "Hidden units of one expert",
    moe_encoder_after: "Encoder layers that are followed by a mixture-of-experts layer",
    moe_decoder_after: "Layers of the decoder, or of a language model, that are followed by a mixture-of-experts layer",
    num_experts_by_layer: "num_experts of each layer, the encoder's first, where they differ",
    num_experts_per_tok_by_layer: "num_experts_per_tok of each layer, likewise",
    expert_hidden_size_by_layer: "expert_hidden_size of each layer, likewise",
    gating: "How experts are chosen; dense: every position uses all of them",
    num_expert_groups: "Groups of experts, of equal size, for hierarchical gating",
    num_expert_groups_per_tok: "Groups that each position uses, for hierarchical gating",
    expert_activation: "Hidden units of an expert: ReLU, or gated linear units",
    shared_expert_hidden_size: "Hidden units of an expert that every position uses beside those chosen; 0 for none",
    moe_output: "Function on the layer's output before the residual; sigmoid is the paper's",
    expert_output_init: "Scale of the experts' second matrix at the start; 0 starts the layer as the identity",
    expert_layers: "Hidden layers of a language model's single expert: the dense baseline MoE-1-Deep",
    importance_loss_weight:
      "Weight of the loss that evens out gate values over experts (default: 0.01; language model: 0.1)",
    load_loss_weight: "Weight of the loss that evens out positions over experts (default: 0.01; language model: 0.1)",
    router_z_loss_weight: "Weight of the loss that keeps gate logits small: mean squared log-sum-exp",
    moe_dropout: "Dropout rate on the layer's output (default: dropout)",
  },
  base: {
    train_from:
      "Start from this model directory: its weights and wordpieces, and its keys about them and the model where left out",
    reset_optim: "Moments of the optimiser at such a start: all new, or those of the model's newest checkpoint",
    freeze: "Parameters that stay as they are, by name, where * stands for any characters: encoder.* decoder.embedding",
    adapter:
      "Train matrices of low rank beside the model's and leave these as they are; a map: rank (8), alpha, the scale times the rank (2 · rank), and parameters, the patterns of names that get one",
  },
  training: {
    batch_type: "What batch_size counts: source and target wordpieces each, or sentence pairs",
    batch_size: "Size of a batch",
    accum_count:
      "Batches whose gradients make one step; balance losses of all of them together cost a second forward pass",
    expert_optim:
      "Optimiser of the experts' matrices: adam, or the paper's factored_adam, without first moment and with a row and a column of numbers for the second",
    adam_beta1: "Decay of Adam's first moment",
    adam_beta2: "Decay of Adam's second moment",
    adam_epsilon: "Added to the root of Adam's second moment",
    learning_rate: "Peak learning rate",
    decay_method: "Learning rate over time, after the warm-up",
    warmup_steps: "Steps in which the learning rate rises to its peak",
    decay_start_steps: "Steps at the peak before the rate falls as 1/sqrt(step), for linear_warmup_constant_rsqrt",
    final_learning_rate_ratio: "Last learning rate as a share of the peak, for cosine",
    train_steps: "End after this many steps; 0 for no limit",
    train_minutes: "End after this many minutes of training; 0 for no limit",
    max_grad_norm: "Scale gradients down to this norm; 0 for no clipping",
    label_smoothing: "Probability mass spread over the whole vocabulary (default: 0.1; language model: 0)",
    guided_alignment:
      "Word alignments that attention is trained to follow; files: each corpus's path_align; auto: our own aligner's where there is none (default: files where a corpus has one, else none)",
    guided_alignment_weight: "Weight of what attention costs where it differs from them, beside cross-entropy",
    guided_alignment_cost: "That cost: cross-entropy, or half the squared distance",
  },
  validation: {
    valid_steps: "Validate every so many steps and at the end; 0 for only at the end",
    valid_batch_size: "Sentences scored or translated together in validation",
    valid_beam_size: "Beam size of validation translations",
    valid_max_sentences: "Sentences of each corpus translated for BLEU at each validation; 0 for perplexity only",
    valid_samples: "Sample translations shown at each validation",
    save_checkpoint_steps: "Save a resumable checkpoint every so many steps",
    keep_checkpoint: "Checkpoints kept",
    early_stopping: "Stop after this many validations without improvement; 0 for never",
    early_stopping_criteria: "What has to improve (default: bleu, where equal perplexity; language model: perplexity)",
    best_checkpoint_metric:
      "What chooses the weights of model.safetensors (default: bleu, where equal perplexity; language model: perplexity)",
    retain_corpora:
      "Validation corpora that the model must not forget: they are measured before the first step too, and choose no weights themselves",
    retain_within:
      "Weights are kept as the best only while those corpora lose no more than this: BLEU, or per cent of perplexity where best_checkpoint_metric is that",
    report_every: "Report progress every so many steps",
  },
  engine: {
    expert_parallel: "In a job of several processes: each has some of the experts; without it, all of them",
    check_ranks_every:
      "In such a job, compare parameters every so many steps, which must be the same to the bit; 0: never",
    backend: "Where tensors are computed; auto: the fastest that works here",
    threads: `Threads for computation and for preparing corpora, at most ${MOST_THREADS}; 0 for all cores`,
    precision: "Precision of matrix products; sums and weights stay f32",
  },
};
