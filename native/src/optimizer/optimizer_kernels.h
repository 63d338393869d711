// Adam's update and sums of squares over ranges of tensors.
#pragma once

#include <cstddef>

#include "isa/family.h"

namespace nmt {

struct AdamRates {
  float learning_rate;      // with the first moment's bias correction
  float beta1, beta2, epsilon;
  float second_correction;  // 1 / (1 - beta2^step)
  float gradient_scale;
};

struct OptimizerKernels {
  // Updates value, first and second [n] in place.
  void (*adam)(float* value, const float* gradient, float* first, float* second, size_t n, const AdamRates& rates);
  // Σ x², for n up to a few ten thousand.
  float (*sum_of_squares)(const float* x, size_t n);
};

NMT_DECLARE_KERNELS(OptimizerKernels, optimizer)

}  // namespace nmt
