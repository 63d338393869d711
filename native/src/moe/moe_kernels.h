// Row by row work of a mixture-of-experts layer: gates, load, and the sums and products around the experts.
#pragma once

#include <cstddef>
#include <cstdint>

#include "isa/family.h"

namespace nmt {

// One position's gate logits, each [width], and what load needs of them.
struct LoadRow {
  const float* clean;
  const float* noise_scale;
  const float* noisy;
  int width;
  int k;
  int32_t* best;     // [k + 1], scratch
  float* threshold;  // [width], scratch
};

struct MoeKernels {
  // row [width] → gates [k] = softmax over the k largest, and their columns, best first; ties to the lower column.
  void (*top_k_gates)(const float* row, int width, int k, float* gates, int32_t* columns);

  // load [width] += the probability that each expert is among the k best when its own noise is drawn again.
  void (*load)(const LoadRow& row, float* load);
  // Gradients [width] of the row's three inputs.
  void (*load_gradient)(const LoadRow& row, const float* d_load, float* d_clean, float* d_noise_scale, float* d_noisy);

  // out [width] = Σ gates[j] · y[rows[j]] over k rows of y [][width]; without gates, their sum.
  void (*combine)(const float* y, const int32_t* rows, const float* gates, int k, size_t width, float* out);
  // d_y[rows[j]] = gates[j] · d_out, d_gates[j] = y[rows[j]] · d_out.
  void (*combine_gradient)(const float* d_out, const float* y, const int32_t* rows, const float* gates, int k,
                           size_t width, float* d_y, float* d_gates);

  // x = max(x, 0)
  void (*relu)(float* x, size_t n);
  // d[i] = 0 where y[i], the output of relu, is 0.
  void (*relu_gradient)(const float* y, float* d, size_t n);
  // out [columns] = (out, if `accumulate`) + Σ over the rows of x [rows][step].
  void (*sum_rows)(const float* x, size_t rows, size_t step, size_t columns, float* out, bool accumulate);
};

NMT_DECLARE_KERNELS(MoeKernels, moe)

}  // namespace nmt
