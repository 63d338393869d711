// vocabularyCrossEntropy(…), vocabularyTopK(…), vocabularyLogProbability(…).
#include "binding/registry.h"
#include "gemm/gemm.h"
#include "gemm/packed.h"
#include "memory/sizes.h"
#include "threads/thread_group.h"
#include "vocabulary/best_pieces.h"
#include "vocabulary/cross_entropy.h"

namespace nmt {

namespace {

// The leading arguments of all three functions. Weights are a matrix [vocabulary, width] as it is, or packed.
Projection read_projection(Call& call, bool packed) {
  const auto hidden = call.floats("hidden"), weights = call.floats(packed ? "packedWeights" : "weights");
  const auto bias = call.floats("bias");
  const int rows = call.size("rows"), width = call.size("width"), vocabulary = call.size("vocabulary");
  call.require(width > 0 && vocabulary > 0, "width and vocabulary must be positive");
  call.require_length(hidden, area(rows, width), "hidden");
  if (packed) {
    call.require(is_packed(weights.data, weights.length, Precision::f32, vocabulary, width), kNotPacked);
  } else {
    call.require_length(weights, area(vocabulary, width), "weights");
  }
  call.require_length(bias, static_cast<size_t>(vocabulary), "bias");
  return {hidden.data, weights.data, bias.data, rows, width, vocabulary};
}

const int32_t* read_targets(Call& call, const Projection& p) {
  const auto targets = call.ints("targets", static_cast<size_t>(p.rows));
  for (int i = 0; i < p.rows; i++) {
    call.require(targets[i] >= 0 && targets[i] < p.vocabulary, "a target is outside the vocabulary");
  }
  return targets.data;
}

napi_value vocabulary_cross_entropy(Call& call) {
  const Projection p = read_projection(call, false);
  const int32_t* targets = read_targets(call, p);
  const float smoothing = static_cast<float>(call.number("labelSmoothing"));
  const auto sums = call.floats("sums", 2);
  const auto of_hidden = call.optional_floats("hiddenGradient", area(p.rows, p.width));
  const auto of_weights = call.optional_floats("weightsGradient", area(p.vocabulary, p.width));
  const auto of_bias = call.optional_floats("biasGradient", static_cast<size_t>(p.vocabulary));
  const auto weights_squares = call.optional_floats("weightsSquares", 1);
  const bool wanted = static_cast<bool>(of_hidden);
  call.require(wanted == static_cast<bool>(of_bias) && (wanted || !of_weights),
               "the gradients of hidden rows and bias, and with them that of weights, are wanted or none is");
  double squares = 0;
  const CrossEntropyGradients gradients = {of_hidden.data, of_weights.data, of_bias.data, &squares};
  const LossSums loss = cross_entropy(thread_group(), precision(),
                                      {p.hidden, p.weights, p.bias, targets, p.rows, p.width, p.vocabulary, smoothing},
                                      wanted ? &gradients : nullptr);
  sums[0] = static_cast<float>(loss.smoothed);
  sums[1] = static_cast<float>(loss.nll);
  if (weights_squares) weights_squares[0] = static_cast<float>(squares);
  return call.nothing();
}

napi_value vocabulary_top_k(Call& call) {
  const Projection p = read_projection(call, true);
  const int k = call.size("k");
  call.require(k >= 1 && k <= p.vocabulary, "k must be from 1 to the vocabulary's size");
  const auto ids = call.ints("ids", area(p.rows, k));
  const auto scores = call.floats("logProbabilities", area(p.rows, k));
  best_pieces(thread_group(), p, k, ids.data, scores.data);
  return call.nothing();
}

napi_value vocabulary_log_probability(Call& call) {
  const Projection p = read_projection(call, true);
  const int32_t* targets = read_targets(call, p);
  log_probabilities(thread_group(), p, targets, call.floats("logProbabilities", static_cast<size_t>(p.rows)).data);
  return call.nothing();
}

}  // namespace

void register_vocabulary(Registry& registry) {
  registry.add("vocabularyCrossEntropy", {"hidden", "weights", "bias", "rows", "width", "vocabulary", "targets",
                                          "labelSmoothing", "sums", "hiddenGradient", "weightsGradient", "biasGradient",
                                          "weightsSquares"}, vocabulary_cross_entropy);
  registry.add("vocabularyTopK", {"hidden", "packedWeights", "bias", "rows", "width", "vocabulary", "k", "ids",
                                  "logProbabilities"}, vocabulary_top_k);
  registry.add("vocabularyLogProbability", {"hidden", "packedWeights", "bias", "rows", "width", "vocabulary", "targets",
                                            "logProbabilities"}, vocabulary_log_probability);
}

}  // namespace nmt
