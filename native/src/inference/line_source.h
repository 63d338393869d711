// A layer's outputs one at a time: some rows of activations by the line of weights that an output has.
#pragma once

#include <vector>

#include "inference/linear.h"

namespace nmt {

class LineSource {
 public:
  // What one thread works with.
  struct Space {
    std::vector<float> line, sums;
    std::vector<int32_t> whole;
  };

  // `hidden` [rows][inputs]; rows are rounded or quantised once, in memory of `run`.
  LineSource(Run& run, const Linear& layer, const float* hidden, int rows);

  // Asks for the line of an output.
  void prefetch(int32_t output) const;

  // *places[i] = the layer's `output` of row rows[i].
  void multiply(int32_t output, const int32_t* rows, int count, float* const* places, Space& space) const;

 private:
  const Linear& layer_;
  const float* hidden_;
  QuantizedRows quantized_{};
  const Linear::ByteLines* bytes_ = nullptr;
};

}  // namespace nmt
