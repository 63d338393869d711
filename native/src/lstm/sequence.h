// The steps of a packed sequence in the order an LSTM takes them, and how its hidden units are cut into blocks.
#pragma once

#include <vector>

#include "gemm/blocked.h"
#include "lstm/lstm.h"

namespace nmt {

// Rows of a step that go on from the same matrix of states.
struct Segment {
  int first;  // row of the step
  int rows;
  const float* hidden;  // [rows][hidden]: states before; null for zeros
  const float* cell;
};

struct Step {
  int row;  // of the layer's rows: the step's first
  int rows;
  int carried;  // the first rows go on from the step before; the others begin here
  Segment segments[2];
};

inline std::vector<Step> lstm_steps(const LstmShape& shape, const LstmInitialState& initial, const LstmRecord& record) {
  std::vector<int> starts(shape.steps + 1, 0);
  for (int t = 0; t < shape.steps; t++) starts[t + 1] = starts[t] + shape.batch_sizes[t];
  std::vector<Step> steps(shape.steps);
  const size_t width = shape.hidden;
  for (int s = 0; s < shape.steps; s++) {
    const int t = shape.reverse ? shape.steps - 1 - s : s;
    Step& step = steps[s];
    step.row = starts[t];
    step.rows = shape.batch_sizes[t];
    step.carried = s == 0 ? 0 : least(step.rows, steps[s - 1].rows);
    const int before = s == 0 ? 0 : steps[s - 1].row;
    const auto of = [&](const float* states, int row) { return states == nullptr ? nullptr : states + row * width; };
    step.segments[0] = {0, step.carried, record.output + before * width, record.cells + before * width};
    step.segments[1] = {step.carried, step.rows - step.carried, of(initial.hidden, step.carried),
                        of(initial.cell, step.carried)};
  }
  return steps;
}

inline int sequence_rows(const std::vector<Step>& steps) {
  int rows = 0;
  for (const Step& step : steps) rows += step.rows;
  return rows;
}

// A block has as many hidden units as a micro-tile has columns, so that each gate of a block is one panel of columns;
// panel 4 · block + gate. In `gates`, block b of row r is at (b · rows + r) · 4 · units.
struct UnitBlocks {
  int units;  // of a block
  int hidden;

  int count() const { return ceil_div(hidden, units); }
  int width() const { return 4 * units; }
  int first(int block) const { return block * units; }
  int present(int block) const { return least(units, hidden - first(block)); }
  // Where panel `panel` begins in the public weights' columns.
  int column(int panel) const { return panel % 4 * hidden + first(panel / 4); }
};

// Arithmetic and blocks of one call.
struct LstmPlan {
  const GemmKernels& tile;
  const ElementKernels& kernels;
  UnitBlocks blocks;
  int inputs;
  int hidden;
  int rows;
  std::vector<Step> steps;

  LstmPlan(Precision precision, const LstmShape& shape, const LstmInitialState& initial, const LstmRecord& record)
      : tile(gemm_kernels()),
        kernels(precision == Precision::bf16 ? tile.bf16 : tile.f32),
        blocks{tile.columns, shape.hidden},
        inputs(shape.inputs),
        hidden(shape.hidden),
        steps(lstm_steps(shape, initial, record)) {
    rows = sequence_rows(steps);
  }

  // Elements along k of a product over inputs, hidden units, rows; and over all gates, blocks padded.
  int elements(int k) const { return ceil_div(k, kernels.depth); }
  int gate_elements() const { return blocks.count() * block_elements(); }
  int block_elements() const { return blocks.width() / kernels.depth; }

  float* gates_of(float* gates, int block, int row) const {
    return gates + (static_cast<size_t>(block) * rows + row) * blocks.width();
  }
  const float* gates_of(const float* gates, int block, int row) const {
    return gates + (static_cast<size_t>(block) * rows + row) * blocks.width();
  }
};

}  // namespace nmt
