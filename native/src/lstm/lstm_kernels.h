// The gates of an LSTM, forward and backward, for some rows and units. Gates are i, f, g, o.
#pragma once

#include <cstddef>

#include "isa/family.h"

namespace nmt {

// c = f ∘ c' + i ∘ g;  m = o ∘ tanh(c), which are the hidden states unless they are projections of it
struct LstmGates {
  int rows;
  int units;
  float* gates;  // [rows][row_step], gate k's units from k · gate_step: sums, replaced by their activations
  size_t row_step;
  size_t gate_step;
  const float* cell_before;  // [rows][cell_step], or null for zeros; may be `cell`
  float* cell;               // [rows][cell_step]
  size_t cell_step;
  float* cell_output;  // [rows][cell_output_step]: m
  size_t cell_output_step;
};

struct LstmGateGradients {
  int rows;
  int units;
  float* gates;  // [rows][row_step]: activations, replaced by gradients of the sums; 0 from `units` to gate_step
  size_t row_step;
  size_t gate_step;          // a multiple of the vector
  const float* cell_before;  // [rows][cell_step], or null for zeros
  const float* cell;         // [rows][cell_step]
  float* d_cell;             // [rows][cell_step]: from the step after, replaced by that for the step before
  float* cell_output;        // [rows][cell_step]: where to write m once more, or null
  size_t cell_step;
  const float* d_cell_output;  // [rows][d_cell_output_step]
  size_t d_cell_output_step;
  const float* d_hidden;  // [rows][cell_step]: another part of that, from the step after, or null
};

struct LstmKernels {
  void (*gates)(const LstmGates&);
  void (*gate_gradients)(const LstmGateGradients&);
  // sums[c] += Σ over rows of matrix [rows][columns], columns a multiple of four vectors.
  void (*add_rows)(const float* matrix, int rows, int columns, float* sums);
  // out[rows][columns] = a[rows][a_step] + b[rows][b_step], out_step as b_step.
  void (*add)(const float* a, size_t a_step, const float* b, size_t b_step, int rows, int columns, float* out);
};

NMT_DECLARE_KERNELS(LstmKernels, lstm)

}  // namespace nmt
