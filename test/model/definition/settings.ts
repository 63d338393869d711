/** The keys of a configuration file that shape a model, as the definition reads them: none is left to a default. */

export interface StackSettings {
  hidden_size: number;
  lstm_cell_size: number;
  embedding_size: number;
  decoder_layers: number;
  tie_softmax: boolean;
  dropout: number;
  num_experts: number;
  num_experts_per_tok: number;
  moe_decoder_after: number[];
  num_experts_by_layer: number[];
  num_experts_per_tok_by_layer: number[];
  expert_hidden_size: number;
  expert_hidden_size_by_layer: number[];
  gating: "noisy_top_k" | "hierarchical" | "strictly_balanced" | "dense";
  num_expert_groups: number;
  num_expert_groups_per_tok: number;
  expert_activation: "relu" | "glu";
  shared_expert_hidden_size: number;
  moe_output: "sigmoid" | "identity";
  importance_loss_weight: number;
  load_loss_weight: number;
  router_z_loss_weight: number;
  moe_dropout: number;
  label_smoothing: number;
}

export interface TranslationSettings extends StackSettings {
  encoder_layers: number;
  attention: "multiplicative" | "additive" | "normed_additive";
  decoder_start: "zero" | "bridge";
  share_embeddings: boolean;
  moe_encoder_after: number[];
  guided_alignment: "none" | "auto";
  guided_alignment_weight: number;
  guided_alignment_cost: "ce" | "mse";
}

export interface LanguageModelSettings extends StackSettings {
  expert_layers: number;
}
