// The gates of an LSTM, forward and backward, for some rows and hidden units. Gates are i, f, g, o.
#pragma once

#include <cstddef>

#include "isa/family.h"

namespace nmt {

// c = f ∘ c' + i ∘ g;  h = o ∘ tanh(c)
struct LstmGates {
  int rows;
  int units;
  float* gates;  // [rows][row_step], gate k's units from k · gate_step: sums, replaced by their activations
  size_t row_step;
  size_t gate_step;
  const float* cell_before;  // [rows][state_step], or null for zeros; may be `cell`
  float* cell;               // [rows][state_step]
  float* hidden;             // [rows][state_step]
  size_t state_step;
};

struct LstmGateGradients {
  int rows;
  int units;
  float* gates;  // [rows][row_step]: activations, replaced by gradients of the sums; 0 from `units` to gate_step
  size_t row_step;
  size_t gate_step;          // a multiple of the vector
  const float* cell_before;  // [rows][state_step], or null for zeros
  const float* cell;         // [rows][state_step]
  const float* d_output;     // [rows][state_step]
  const float* d_hidden;     // [rows][state_step]: from the step after
  float* d_cell;             // [rows][state_step]: from the step after, replaced by that for the step before
  size_t state_step;
};

struct LstmKernels {
  void (*gates)(const LstmGates&);
  void (*gate_gradients)(const LstmGateGradients&);
  // sums[c] += Σ over rows of matrix [rows][columns], columns a multiple of four vectors.
  void (*add_rows)(const float* matrix, int rows, int columns, float* sums);
};

NMT_DECLARE_KERNELS(LstmKernels, lstm)

}  // namespace nmt
