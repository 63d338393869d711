// The experts' networks relu(x W1) W2, each on its own rows.
#pragma once

#include <cstdint>

#include "gemm/gemm.h"
#include "optimizer/factored_adam.h"

namespace nmt {

struct Experts {
  int count, width, hidden;
  const int32_t* offsets;  // [count + 1]: expert e takes rows offsets[e] … offsets[e + 1]
  const float* x;          // [rows][width]
  const float* w1;         // [count][width][hidden]
  const float* w2;         // [count][hidden][width]
  // [rows][hidden] or null: relu(x W1), which the forward pass leaves there for the backward pass.
  float* activations = nullptr;
};

struct ExpertGradients {
  float* x;
  float* w1;  // null, as w2, if that of neither is wanted
  float* w2;
};

// out [rows][width]
void experts_forward(ThreadGroup& group, Precision precision, const Experts& experts, float* out);

// From d_out [rows][width]. Hidden activations that weren't kept are computed again.
void experts_backward(ThreadGroup& group, Precision precision, const Experts& experts, const float* d_out,
                      const ExpertGradients& gradients);

// The experts' matrices, to be updated, and their moments.
struct ExpertMoments {
  float* w1;        // [count][width][hidden]
  float* rows1;     // [count][width]
  float* columns1;  // [count][hidden]
  float* w2;        // [count][hidden][width]
  float* rows2;     // [count][hidden]
  float* columns2;  // [count][width]
};

// The backward pass of experts, and a step of factored Adam on their matrices as soon as each one's
// gradient is known. Returns Σ g² over all of them.
double experts_update(ThreadGroup& group, Precision precision, const Experts& experts, const float* d_out, float* d_x,
                      const ExpertMoments& moments, const FactoredRates& rates);

}  // namespace nmt
