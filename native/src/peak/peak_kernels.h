// Loops that do nothing but multiply-adds or loads, to find the machine's limits.
#pragma once

#include <cstddef>

#include "isa/family.h"

namespace nmt {

struct PeakKernels {
  double flops_per_round;       // of multiply_add
  double bf16_flops_per_round;  // of bf16_dot; 0 where there are no bf16 instructions
  // Both return a value that depends on every round, so that none can be left out.
  float (*multiply_add)(long rounds);
  float (*bf16_dot)(long rounds);
  float (*read)(const float* memory, size_t floats);
};

// What tiles put in the place of the loop in bf16.
struct TilePeak {
  double flops_per_round;
  float (*multiply)(long rounds);
};

NMT_DECLARE_KERNELS_WITH_AMX(PeakKernels, peak)
#if defined(NMT_WITH_AMX)
extern const TilePeak peak_tiles;
#endif

}  // namespace nmt
