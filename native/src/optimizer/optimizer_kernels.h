// Adam's updates and sums of squares over ranges of tensors.
#pragma once

#include <cstddef>

#include "isa/family.h"

namespace nmt {

struct AdamRates {
  float learning_rate;  // with the first moment's bias correction
  float beta1, beta2, epsilon;
  float second_correction;  // 1 / (1 - beta2^step)
  float gradient_scale;
};

struct OptimizerKernels {
  // Updates value, first and second [n] in place.
  void (*adam)(float* value, const float* gradient, float* first, float* second, size_t n, const AdamRates& rates);
  // For up to 16 rows of a gradient [][step]: row_sums[i] += Σ of a row's squares, column_sums[j] += Σ of a column's.
  void (*add_squares)(const float* gradient, size_t step, int rows, int columns, float* row_sums, float* column_sums);
  // value[j] -= scale · scales[j] · gradient[j]
  void (*subtract_scaled)(float* value, const float* gradient, float scale, const float* scales, int n);
  // Σ x², for n up to a few ten thousand.
  float (*sum_of_squares)(const float* x, size_t n);
};

NMT_DECLARE_KERNELS(OptimizerKernels, optimizer)

}  // namespace nmt
