// Top-k gating of one position, and with noise its part of the experts' load (Shazeer et al. 2017, §2.1 and appendix A).
#pragma once

#include <cstdint>

#include "isa/family.h"

namespace nmt {

// Each [width].
struct GateRow {
  const float* clean;
  const float* noise_input;  // the noise scale is softplus of it, plus the floor
  const float* noise;
  float noise_floor;
  int width;
  int k;
};

// Memory of one thread.
struct GateScratch {
  float* scale;      // [width]
  float* noisy;      // [width]
  float* threshold;  // [width]
  int32_t* best;     // [k + 1]
};

struct GatingKernels {
  // row [width] → gates [k] = softmax over the k largest, and their columns, best first; ties to the lower column.
  void (*top_k_gates)(const float* row, int width, int k, float* gates, int32_t* columns);

  // gates [k], experts [k]: the k largest noisy logits. load [width] += the probability that each expert is among the k best
  // when its own noise is drawn again; 1 for all where k = width.
  void (*noisy_gates)(const GateRow& row, const GateScratch& scratch, float* gates, int32_t* experts, float* load);

  // Gradients [width] of clean logits and noise inputs, from those of gates [k] and of load [width].
  void (*noisy_gates_gradient)(const GateRow& row, const GateScratch& scratch, const float* gates, const float* d_gates,
                               const float* d_load, float* d_clean, float* d_noise_input);
};

NMT_DECLARE_KERNELS(GatingKernels, gating)

}  // namespace nmt
