// The layers of a model that is only run, on rows of activations [rows][width]. A row's result depends on that row alone, to the bit.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "inference/expert_memory.h"
#include "inference/linear.h"

namespace nmt {

// What layers are made from: tensors by name, and the arithmetic of their products.
struct Parts {
  Tensors& tensors;
  Arithmetic arithmetic;
  std::vector<const Linear*>& every_step;  // gets the layers that `linear` makes, in order: all but experts', of which a text needs few
  ExpertMemory& expert_memory;

  // `name` [inputs][outputs], or with `lines` [outputs][inputs].
  std::unique_ptr<Linear> linear(const std::string& name, int inputs, int outputs, const float* bias, bool lines = false) const;
};

// Rows of a table; with 8-bit products also 8-bit rows, which are made of others as they are read.
class Embedding {
 public:
  Embedding(const Parts& parts, const std::string& name, int pieces, int width);

  int width() const { return width_; }
  // out[rows][width]. Throws std::out_of_range for an id outside the vocabulary.
  void look_up(const int32_t* ids, int rows, float* out) const;

 private:
  Arithmetic arithmetic_;
  int pieces_, width_;
  const Tensor& table_;
  const Tensor* scales_;
};

class Lstm {
 public:
  // Names begin with `name`. `hidden` other than `units` makes projections of the cells' outputs.
  Lstm(const Parts& parts, const std::string& name, int inputs, int units, int hidden);

  int units() const { return units_; }
  int hidden() const { return hidden_; }

  // sums[rows][4 · units] = x W + b
  void inputs(Run& run, const float* x, size_t x_step, int rows, float* sums) const;
  // One step: what `inputs` gave, and states hidden [rows][hidden] and cell [rows][units], which are replaced.
  void step(Run& run, float* sums, int rows, float* hidden, float* cell) const;

 private:
  int units_, hidden_;
  std::unique_ptr<Linear> input_, recurrent_, projection_;
};

// The positions of sentences in time-major order, longest sentence first: at step t the first `sizes[t]` sentences have one.
struct StepLayout {
  std::vector<int> sizes;
  std::vector<int> starts;  // [steps + 1] first row of each step

  explicit StepLayout(const std::vector<int>& lengths_longest_first);
  int rows() const { return starts.back(); }
  int steps() const { return static_cast<int>(sizes.size()); }
};

// x [rows][x_step] → out [rows][out_step] from zero states, one direction; with `residual` it is added to what `out` has, which may be x itself.
void lstm_sequence(Run& run, const Lstm& lstm, const StepLayout& layout, bool reverse, const float* x, size_t x_step,
                   float* out, size_t out_step, bool residual = false);

enum class AttentionScore { multiplicative, additive, normed_additive };

class Attention {
 public:
  Attention(const Parts& parts, const std::string& name, AttentionScore score, int width);

  // keys[positions][width] of encoder outputs.
  void keys(Run& run, const float* encoded, int positions, float* out) const;
  // queries[rows][width] of decoder states.
  void queries(Run& run, const float* states, int rows, float* out) const;
  // V, or null where scores are dot products.
  const float* energy() const { return score_ == AttentionScore::multiplicative ? nullptr : vector_.data(); }

 private:
  AttentionScore score_;
  int width_;
  std::vector<float> vector_;
  std::unique_ptr<Linear> key_, query_;
};

}  // namespace nmt
