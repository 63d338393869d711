// Label-smoothed cross-entropy of rows of logits, and their gradients in place.
#pragma once

#include <cstddef>
#include <cstdint>

#include "isa/family.h"

namespace nmt {

struct CrossEntropyRows {
  float* logits;  // [rows, stride] without bias; becomes the gradients where they are wanted
  size_t stride;
  const float* bias;       // [vocabulary]
  const int32_t* targets;  // [rows]
  int vocabulary;
  float smoothing;
};

// Of one row, in nats.
struct RowLoss {
  double smoothed;
  double nll;
};

struct CrossEntropyKernels {
  void (*losses)(const CrossEntropyRows&, int row, int rows, RowLoss* losses);
  // As `losses`; logits become softmax - smoothed target, and their sum over these rows is written to column_sums.
  void (*gradients)(const CrossEntropyRows&, int row, int rows, RowLoss* losses, float* column_sums);
  // out[begin … end) += the sum of `count` rows of `width` floats, in order.
  void (*add_rows)(const float* rows, int count, size_t width, int begin, int end, float* out);
};

NMT_DECLARE_KERNELS(CrossEntropyKernels, cross_entropy)

}  // namespace nmt
