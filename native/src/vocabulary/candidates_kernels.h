// Some rows by one line of weights: a softmax over few pieces of the vocabulary, other ones for each row.
#pragma once

#include <cstddef>
#include <cstdint>

#include "isa/family.h"

namespace nmt {

// out[i] = Σ_k x[rows[i]][k] · line[k]. A row's bits depend on that row and the line alone.
struct LineProduct {
  const float* x;
  size_t step;          // floats from row to row
  const int32_t* rows;  // [count]
  int count;
  const float* line;  // [width]
  int width;
  float* out;  // [count]
};

struct CandidatesKernels {
  void (*product)(const LineProduct&);
  // y = x as bf16 numbers, to the nearest.
  void (*round_bf16)(const float* x, int count, float* y);
};

NMT_DECLARE_KERNELS(CandidatesKernels, candidates)

}  // namespace nmt
