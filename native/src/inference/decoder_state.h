// Hypotheses under way: LSTM states by row, sources by sentence.
#pragma once

#include <memory>
#include <vector>

#include "inference/model.h"

namespace nmt {

class DecoderState {
 public:
  // One row for each sentence, states at their start. `sources` is null for a language model, which has `sentences` rows.
  DecoderState(std::shared_ptr<const Model> model, std::shared_ptr<const EncodedSources> sources, int sentences);

  const Model& model() const { return *model_; }
  int rows() const { return static_cast<int>(sentence_.size()); }
  // [rows] each row's sentence
  const int* sentences() const { return sentence_.data(); }
  // Positions that the attention of all rows has.
  size_t attention_positions() const;

  // Keeps these rows in this order. Throws std::out_of_range.
  void select(const int32_t* rows, int count);
  // Feeds each row's previous piece; returns what the softmax reads, [rows][hidden], until the next step. `weights` and `gates` as in StepRows.
  const float* step(Run& run, const int32_t* previous, float* weights, float* const* gates = nullptr);

 private:
  // A matrix of states with room to move rows into.
  struct States {
    size_t width;
    std::vector<float> values, moved;
    void select(const int32_t* rows, int count);
  };

  std::shared_ptr<const Model> model_;
  std::shared_ptr<const EncodedSources> sources_;
  std::vector<int> sentence_;
  std::vector<States> hidden_, cell_;
  std::vector<float> output_;
};

// Scores of given targets: log P of each target's pieces and of `end` after it, given its source; sentence by sentence.
void force_score(Run& run, std::shared_ptr<const Model> model, std::shared_ptr<const EncodedSources> sources,
                 const Sentences& targets, int32_t begin, int32_t end, float* log_probabilities);

// Floats of `expert_gates`.
size_t expert_gates_size(const Model& model, const Sentences& sources, const Sentences& targets);

// What the experts of each layer take of given pairs, the encoder's layers first: [layers with experts][positions][experts], as of
// Experts::apply. Positions are sentence by sentence: pieces of a source; `begin` and the pieces of a target.
void expert_gates(Run& run, std::shared_ptr<const Model> model, const Sentences& sources, const Sentences& targets, int32_t begin,
                  float* gates);

}  // namespace nmt
