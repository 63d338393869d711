// LSTM layers over packed sequences, forward and backward, and one step for inference.
//
// Rows are time-major, longest sentence first: step t has batch_sizes[t] rows, one per sentence that is alive. Public
// weights have columns in blocks i, f, g, o of `hidden` each. `gates` is this code's own: blocks of hidden units, each
// a matrix [rows][4 · units of a block].
#pragma once

#include <cstddef>
#include <cstdint>

#include "gemm/gemm.h"
#include "threads/team.h"

namespace nmt {

struct LstmShape {
  int inputs;
  int hidden;
  const int32_t* batch_sizes;  // [steps], never increasing
  int steps;
  bool reverse;  // each sentence from its last row to its first
};

struct LstmWeights {
  const float* input;      // [inputs][4 · hidden]
  const float* recurrent;  // [hidden][4 · hidden]
  const float* bias;       // [4 · hidden]
};

// [batch_sizes[0]][hidden]; null for zeros.
struct LstmInitialState {
  const float* hidden;
  const float* cell;
};

// What the backward pass needs of the forward pass. It leaves gradients in `gates`, so it can run once.
struct LstmRecord {
  float* output;  // [rows][hidden]
  float* gates;   // [rows][lstm_gate_width(hidden)]
  float* cells;   // [rows][hidden]
};

struct LstmGradients {
  float* x;      // [rows][inputs]; null if not wanted
  float* input;  // as the weights
  float* recurrent;
  float* bias;
  float* initial_hidden;  // [batch_sizes[0]][hidden]; null if not wanted, as initial_cell
  float* initial_cell;
};

// Floats of `gates` for one row.
int lstm_gate_width(int hidden);

void lstm_forward(Team& team, Precision precision, const LstmShape& shape, const float* x, const LstmWeights& weights,
                  const LstmInitialState& initial, const LstmRecord& record);

void lstm_backward(Team& team, Precision precision, const LstmShape& shape, const float* x, const LstmWeights& weights,
                   const LstmInitialState& initial, const LstmRecord& record, const float* d_output,
                   const LstmGradients& gradients);

// One step of `rows` sentences: x [rows][inputs], states [rows][hidden].
void lstm_step(Team& team, Precision precision, int rows, int inputs, int hidden, const float* x,
               const float* hidden_before, const float* cell_before, const LstmWeights& weights, float* hidden_after,
               float* cell_after);

}  // namespace nmt
