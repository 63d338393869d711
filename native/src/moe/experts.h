// The experts' networks relu(x W1 + b1) W2 + b2, each on its own rows.
#pragma once

#include <cstdint>

#include "gemm/gemm.h"

namespace nmt {

struct Experts {
  int count, width, hidden;
  const int32_t* offsets;  // [count + 1]: expert e takes rows offsets[e] … offsets[e + 1]
  const float* x;          // [rows][width]
  const float* w1;         // [count][width][hidden]
  const float* w2;         // [count][hidden][width]
  const float* b1;         // [count][hidden] or null
  const float* b2;         // [count][width] or null; not read by the backward pass
};

struct ExpertGradients {
  float* x;
  float* w1;
  float* w2;
  float* b1;  // or null
  float* b2;  // or null
};

// out [rows][width]
void experts_forward(Team& team, Precision precision, const Experts& experts, float* out);

// From d_out [rows][width]. Hidden activations are computed again.
void experts_backward(Team& team, Precision precision, const Experts& experts, const float* d_out,
                      const ExpertGradients& gradients);

}  // namespace nmt
