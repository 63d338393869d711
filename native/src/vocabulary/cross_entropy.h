// Output projection and label-smoothed cross-entropy, in chunks of rows so that the batch's logits never exist at once.
#pragma once

#include <cstdint>

#include "gemm/gemm.h"

namespace nmt {

struct CrossEntropy {
  const float* hidden;     // [positions, width]
  const float* weights;    // [vocabulary, width]
  const float* bias;       // [vocabulary]
  const int32_t* targets;  // [positions]
  int positions;
  int width;
  int vocabulary;
  float smoothing;  // ε: the target is 1 - ε on the gold piece plus ε / vocabulary on every piece
};

// Gradients of the smoothed loss, of the operands of the same names.
struct CrossEntropyGradients {
  float* hidden;
  float* weights;  // null if not wanted
  float* bias;
  double* weights_squares;  // Σ of the squares of the weights' gradient, cheap to know while it is in the caches
};

// Of one position, in nats.
struct RowLoss {
  double smoothed;
  double nll;
};

struct LossSums {
  double smoothed;
  double nll;
};

// Sums over positions, in nats; writes the gradients unless they are null. Same bits whatever the number of threads.
LossSums cross_entropy(ThreadGroup& group, Precision precision, const CrossEntropy&, const CrossEntropyGradients* gradients);

}  // namespace nmt
