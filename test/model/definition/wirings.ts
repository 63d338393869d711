/** Configurations, small enough for a definition in plain loops, that between them have every way of wiring a model. */

import type { ConfigInput } from "../../../src/config/schema.ts";
import type { ModelVocabulary } from "../../../src/model/options.ts";
import { BOS, EOS } from "./loss.ts";
import type { LanguageModelSettings, StackSettings, TranslationSettings } from "./settings.ts";

export const vocabulary: ModelVocabulary = { size: 11, bosId: BOS, eosId: EOS };

const stack: StackSettings = {
  hidden_size: 6,
  lstm_cell_size: 6,
  embedding_size: 5,
  decoder_layers: 2,
  tie_softmax: false,
  dropout: 0.2,
  num_experts: 0,
  num_experts_per_tok: 2,
  moe_decoder_after: [],
  num_experts_by_layer: [],
  num_experts_per_tok_by_layer: [],
  expert_hidden_size: 7,
  expert_hidden_size_by_layer: [],
  gating: "noisy_top_k",
  num_expert_groups: 3,
  num_expert_groups_per_tok: 2,
  expert_activation: "relu",
  shared_expert_hidden_size: 0,
  moe_output: "sigmoid",
  importance_loss_weight: 0.7,
  load_loss_weight: 0.3,
  router_z_loss_weight: 0,
  moe_dropout: 0.3,
  label_smoothing: 0.1,
};

const translation: TranslationSettings = {
  ...stack,
  encoder_layers: 3,
  attention: "multiplicative",
  decoder_start: "zero",
  share_embeddings: false,
  moe_encoder_after: [],
  guided_alignment: "none",
  guided_alignment_weight: 0.1,
  guided_alignment_cost: "ce",
};

const experts = { num_experts: 4, moe_encoder_after: [2], moe_decoder_after: [1] };
const expertsEverywhere = { num_experts: 4, moe_encoder_after: [1, 2, 3], moe_decoder_after: [1, 2] };
const groups = { gating: "hierarchical", num_experts: 9 } as const;

const ofTranslation: Record<string, Partial<TranslationSettings>> = {
  "without dropout": { dropout: 0 },
  "multiplicative attention (appendix G)": {},
  "additive attention": { attention: "additive" },
  "normed additive attention": { attention: "normed_additive" },
  bridge: { decoder_start: "bridge" },
  "one encoder layer": { encoder_layers: 1 },
  "four encoder layers, three decoder layers, bridge": {
    encoder_layers: 4,
    decoder_layers: 3,
    decoder_start: "bridge",
  },
  "projected LSTM units, bridge": { lstm_cell_size: 8, decoder_start: "bridge" },
  "one table for source, target and softmax": { share_embeddings: true, tie_softmax: true, embedding_size: 6 },
  "target table and softmax in one": { tie_softmax: true, embedding_size: 6 },
  "no label smoothing": { label_smoothing: 0 },
  "multiplicative attention guided by alignments": { guided_alignment: "auto", guided_alignment_weight: 0.6 },
  "additive attention guided by alignments, experts": {
    ...{ ...experts, attention: "additive", guided_alignment: "auto", guided_alignment_weight: 2 },
  },
  "normed additive attention guided by alignments, squares": {
    ...{ attention: "normed_additive", guided_alignment: "auto" },
    ...{ guided_alignment_weight: 3, guided_alignment_cost: "mse" },
  },
  "noisy top-k experts after every layer": expertsEverywhere,
  "hierarchical experts after every layer": { ...expertsEverywhere, ...groups },
  "strictly balanced experts after every layer": { ...expertsEverywhere, gating: "strictly_balanced" },
  "dense experts after every layer": { ...expertsEverywhere, gating: "dense" },
  "experts where the paper has them": experts,
  "experts in the decoder alone": { ...expertsEverywhere, moe_encoder_after: [] },
  "one expert a position, of each of two groups": {
    ...experts,
    ...groups,
    num_experts_per_tok: 1,
  },
  "all experts by noisy top-k": { ...experts, num_experts_per_tok: 4 },
  "router z-loss, noisy top-k": { ...expertsEverywhere, router_z_loss_weight: 0.5 },
  "router z-loss, hierarchical": { ...expertsEverywhere, ...groups, router_z_loss_weight: 0.5 },
  "router z-loss, strictly balanced": {
    ...expertsEverywhere,
    gating: "strictly_balanced",
    router_z_loss_weight: 0.5,
  },
  "router z-loss, dense": { ...expertsEverywhere, gating: "dense", router_z_loss_weight: 0.5 },
  "gated linear experts, no sigmoid": { ...expertsEverywhere, expert_activation: "glu", moe_output: "identity" },
  "shared expert": { ...expertsEverywhere, shared_expert_hidden_size: 6 },
  "shared expert, strictly balanced": {
    ...expertsEverywhere,
    gating: "strictly_balanced",
    num_experts_per_tok: 1,
    shared_expert_hidden_size: 3,
  },
  "strictly balanced, some positions without experts": {
    ...expertsEverywhere,
    gating: "strictly_balanced",
    num_experts_per_tok: 1,
  },
  "experts without dropout behind layers with it": { ...expertsEverywhere, moe_dropout: 0 },
  "experts with dropout behind layers without it": { ...expertsEverywhere, dropout: 0 },
  "experts of other numbers and sizes by layer": {
    ...experts,
    moe_encoder_after: [3, 1],
    moe_decoder_after: [2],
    num_experts_by_layer: [5, 3, 4],
    num_experts_per_tok_by_layer: [2, 1, 3],
    expert_hidden_size_by_layer: [4, 5, 3],
  },
};

const ofLanguageModels: Record<string, Partial<LanguageModelSettings>> = {
  "LSTM, experts, LSTM": { num_experts: 4, moe_decoder_after: [1] },
  "hierarchical experts after both layers": { ...groups, moe_decoder_after: [1, 2] },
  "strictly balanced experts": { num_experts: 4, moe_decoder_after: [1], gating: "strictly_balanced" },
  "softmax over all experts": { num_experts: 4, moe_decoder_after: [2], gating: "dense" },
  "one expert (MoE-1-Wide)": { num_experts: 1, num_experts_per_tok: 1, moe_decoder_after: [1] },
  "one expert of three layers (MoE-1-Deep)": {
    ...{ num_experts: 1, num_experts_per_tok: 1, moe_decoder_after: [1, 2], expert_layers: 3 },
  },
  "the same without a sigmoid": {
    ...{ num_experts: 1, num_experts_per_tok: 1, moe_decoder_after: [1], expert_layers: 2, moe_output: "identity" },
  },
  "embeddings of another width": { embedding_size: 5 },
  "three projected LSTM layers, tied softmax, label smoothing": {
    ...{ decoder_layers: 3, lstm_cell_size: 9, tie_softmax: true, label_smoothing: 0.2 },
  },
};

const languageModel: LanguageModelSettings = { ...stack, embedding_size: 6, label_smoothing: 0, expert_layers: 1 };

export const translationWirings: [name: string, settings: TranslationSettings][] = Object.entries(ofTranslation).map(
  ([name, changes]) => [name, { ...translation, ...changes }],
);

export const languageModelWirings: [name: string, settings: LanguageModelSettings][] = Object.entries(
  ofLanguageModels,
).map(([name, changes]) => [name, { ...languageModel, ...changes }]);

/** The rest of a configuration file. */
export function fileOf(task: "translation" | "language_model", settings: StackSettings): ConfigInput {
  const corpus = task === "translation" ? { path_src: "a", path_tgt: "b" } : { path_src: "a" };
  return { ...settings, task, save_model: "model", train_steps: 1, data: { corpus } };
}

const linksOf = (...links: [source: number, target: number][]) => ({
  sources: Int32Array.from(links, ([source]) => source),
  targets: Int32Array.from(links, ([, target]) => target),
});

/** Of different lengths on both sides, in no order; one target is empty. Only guided attention looks at links, which not every piece has. */
export const pairs = [
  { source: Int32Array.of(4, 9, 5, 3), target: Int32Array.of(5, 10), links: linksOf([2, 0]) },
  {
    ...{ source: Int32Array.of(7, 6, 8, 6, 10, 3), target: Int32Array.of(6, 4, 7, 9) },
    links: linksOf([0, 0], [1, 0], [4, 0], [1, 2], [5, 3]),
  },
  { source: Int32Array.of(8, 3), target: new Int32Array(0) },
  { source: Int32Array.of(10, 4, 3), target: Int32Array.of(8, 8, 5) },
];
