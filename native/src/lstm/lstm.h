// LSTM layers over packed sequences, in one direction or in both at once, forward and backward, and one step for
// inference. With a projection (Sak et al. 2014) a layer's states are r = (o ∘ tanh(c)) · projection.
//
// Rows are time-major, longest sentence first: step t has batch_sizes[t] rows, one per sentence that is alive. Public
// weights have columns in blocks i, f, g, o of `units` each. `gates` is this code's own: blocks of units, each a matrix
// [rows][4 · units of a block].
#pragma once

#include <cstddef>
#include <cstdint>

#include "gemm/gemm.h"
#include "threads/thread_group.h"

namespace nmt {

constexpr int kMostDirections = 2;

struct LstmShape {
  int inputs;
  int units;   // of a direction
  int hidden;  // numbers of a direction's state: `units`, unless they are projected
  int directions;
  const int32_t* batch_sizes;  // [steps], never increasing
  int steps;
};

struct LstmWeights {
  const float* input;       // [inputs][4 · units]
  const float* recurrent;   // [hidden][4 · units]
  const float* bias;        // [4 · units]
  const float* projection;  // [units][hidden]; null for none, and then hidden = units
};

// Null for zeros.
struct LstmInitialState {
  const float* hidden;  // [batch_sizes[0]][hidden]
  const float* cell;    // [batch_sizes[0]][units]
};

struct LstmDirection {
  bool reverse;  // each sentence from its last row to its first
  LstmWeights weights;
  LstmInitialState initial;
};

// What the backward pass needs of the forward pass. It leaves gradients in `gates`, so it can run once.
struct LstmRecord {
  float* output;  // [rows][directions · hidden]
  float* gates;   // [directions][rows · lstm_gate_width(units)]
  float* cells;   // [directions][rows][units]
};

// Gradients of what belongs to a direction, of the same shapes.
struct LstmGradients {
  float* input;  // null, as those of the other weights, if none of the direction's weights' is wanted
  float* recurrent;
  float* bias;
  float* projection;      // null if there is none
  float* initial_hidden;  // null if not wanted, as initial_cell
  float* initial_cell;
};

// Floats of `gates` for one row of a direction.
int lstm_gate_width(int units);

// `directions` and `gradients` have shape.directions elements.
void lstm_forward(ThreadGroup& group, Precision precision, const LstmShape& shape, const float* x,
                  const LstmDirection* directions, const LstmRecord& record);

// d_output as the output; d_x [rows][inputs], of all directions together, or null if it isn't wanted.
void lstm_backward(ThreadGroup& group, Precision precision, const LstmShape& shape, const float* x,
                   const LstmDirection* directions, const LstmRecord& record, const float* d_output, float* d_x,
                   const LstmGradients* gradients);

// One step of `rows` sentences: x [rows][inputs], hidden states [rows][hidden], cells [rows][units]. The matrices among
// the weights are packed (gemm/packed.h): many steps read them.
void lstm_step(ThreadGroup& group, Precision precision, int rows, int inputs, int units, int hidden, const float* x,
               const float* hidden_before, const float* cell_before, const LstmWeights& packed, float* hidden_after,
               float* cell_after);

}  // namespace nmt
