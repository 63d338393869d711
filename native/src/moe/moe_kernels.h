// Row by row work of a mixture-of-experts layer: the sums and products around the experts.
#pragma once

#include <cstddef>
#include <cstdint>

#include "isa/family.h"

namespace nmt {

struct MoeKernels {
  // out [width] = Σ gates[j] · y[rows[j]] over k rows of y [][width]; without gates, their sum.
  void (*combine)(const float* y, const int32_t* rows, const float* gates, int k, size_t width, float* out);
  // d_y[rows[j]] = gates[j] · d_out, d_gates[j] = y[rows[j]] · d_out.
  void (*combine_gradient)(const float* d_out, const float* y, const int32_t* rows, const float* gates, int k,
                           size_t width, float* d_y, float* d_gates);

  // x = max(x, 0)
  void (*relu)(float* x, size_t n);
  // d[i] = 0 where y[i], the output of relu, is 0.
  void (*relu_gradient)(const float* y, float* d, size_t n);
};

NMT_DECLARE_KERNELS(MoeKernels, moe)

}  // namespace nmt
