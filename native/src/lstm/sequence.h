// The steps of a packed sequence in the order an LSTM takes them, how its units are cut into blocks, and which threads
// work on which direction.
#pragma once

#include <vector>

#include "gemm/blocked.h"
#include "lstm/lstm.h"

namespace nmt {

// Rows of a step that go on from the same matrix of states.
struct Segment {
  int first;  // row of the step
  int rows;
  const float* hidden;  // [rows][hidden_step]: states before; null for zeros
  size_t hidden_step;
  const float* cell;  // [rows][units]; null for zeros
};

struct Step {
  int row;  // of the layer's rows: the step's first
  int rows;
  int carried;  // the first rows go on from the step before; the others begin here
  Segment segments[2];
};

// A block has as many units as a micro-tile has columns, so that each gate of a block is one panel of columns; panel
// 4 · block + gate. In `gates`, block b of row r is at (b · rows + r) · 4 · size; the blocks of the second direction
// follow those of the first.
struct UnitBlocks {
  int size;  // units of a block
  int units;

  int count() const { return ceil_div(units, size); }
  int width() const { return 4 * size; }
  int first(int block) const { return block * size; }
  int present(int block) const { return least(size, units - first(block)); }
  // Where panel `panel` begins in the public weights' columns.
  int column(int panel) const { return panel % 4 * units + first(panel / 4); }
};

// Arithmetic and sizes of one call.
struct LstmPlan {
  const GemmKernels& tile;
  const ElementKernels& kernels;
  UnitBlocks blocks;  // of a direction
  int inputs;
  int units;
  int hidden;
  int directions;
  int rows = 0;
  int sentences;

  LstmPlan(Precision precision, const LstmShape& shape)
      : tile(gemm_kernels()),
        kernels(precision == Precision::bf16 ? tile.bf16 : tile.f32),
        blocks{tile.columns, shape.units},
        inputs(shape.inputs),
        units(shape.units),
        hidden(shape.hidden),
        directions(shape.directions),
        sentences(shape.steps == 0 ? 0 : shape.batch_sizes[0]) {
    for (int t = 0; t < shape.steps; t++) rows += shape.batch_sizes[t];
  }

  // Elements along k of a product over inputs, states, units, rows; and over a direction's gates, blocks padded.
  int elements(int k) const { return kernels.elements(k); }
  int gate_elements() const { return blocks.count() * block_elements(); }
  int block_elements() const { return blocks.width() / kernels.depth; }

  // Panels of columns of a direction's states.
  int state_panels() const { return ceil_div(hidden, tile.columns); }
  int state_columns(int panel) const { return least(tile.columns, hidden - panel * tile.columns); }

  size_t output_step() const { return static_cast<size_t>(directions) * hidden; }
  size_t block_gates() const { return static_cast<size_t>(rows) * blocks.width(); }
  float* gates_of(float* gates, int block, int row) const {
    return gates + block * block_gates() + static_cast<size_t>(row) * blocks.width();
  }
  const float* gates_of(const float* gates, int block, int row) const {
    return gates + block * block_gates() + static_cast<size_t>(row) * blocks.width();
  }

  // A direction's own part of a record.
  LstmRecord record_of(const LstmRecord& all, int direction) const {
    return {all.output + static_cast<size_t>(direction) * hidden,
            all.gates + direction * (blocks.count() * block_gates()),
            all.cells + static_cast<size_t>(direction) * rows * units};
  }
};

// `record` is the direction's own.
inline std::vector<Step> lstm_steps(const LstmPlan& plan, const LstmShape& shape, const LstmDirection& direction,
                                    const LstmRecord& record) {
  std::vector<int> starts(shape.steps + 1, 0);
  for (int t = 0; t < shape.steps; t++) starts[t + 1] = starts[t] + shape.batch_sizes[t];
  std::vector<Step> steps(shape.steps);
  const size_t hidden = plan.hidden, units = plan.units, output_step = plan.output_step();
  for (int s = 0; s < shape.steps; s++) {
    const int t = direction.reverse ? shape.steps - 1 - s : s;
    Step& step = steps[s];
    step.row = starts[t];
    step.rows = shape.batch_sizes[t];
    step.carried = s == 0 ? 0 : least(step.rows, steps[s - 1].rows);
    const int before = s == 0 ? 0 : steps[s - 1].row;
    const LstmInitialState& initial = direction.initial;
    const auto of = [&](const float* states, size_t width) {
      return states == nullptr ? nullptr : states + step.carried * width;
    };
    step.segments[0] = {0, step.carried, record.output + before * output_step, output_step,
                        record.cells + before * units};
    step.segments[1] = {step.carried, step.rows - step.carried, of(initial.hidden, hidden), hidden,
                        of(initial.cell, units)};
  }
  return steps;
}

// The rows of a layer outside of which states before are zeros.
inline Range rows_with_states(const LstmPlan& plan, const LstmShape& shape, const LstmDirection& direction) {
  if (direction.initial.hidden != nullptr || shape.steps == 0) return {0, plan.rows};
  // All sentences begin in the first rows, or the longest ones end in the last.
  return direction.reverse ? Range{0, plan.rows - shape.batch_sizes[shape.steps - 1]}
                           : Range{plan.sentences, plan.rows};
}

// A matrix [k][columns] whose transpose is the left side of a product: panels of its columns.
struct TransposedLeft {
  const LstmPlan& plan;
  const float* data;
  int columns;
  int k;

  RowPanels row_panels() const { return RowPanels(columns, plan.kernels); }
  int elements() const { return plan.elements(k); }
  bool left_across() const { return true; }
  void pack_left(int row, int count, int from, int to, float* panel) const {
    const int depth = plan.kernels.depth;
    const float* source = data + static_cast<size_t>(from) * depth * columns + row;
    plan.kernels.pack_left_columns(source, columns, count, count, least(to * depth, k) - from * depth, panel);
  }
};

// Calls task(direction, member) for each direction the thread works on, `member` being its place among the threads of that
// direction: half of the threads take each; a single thread takes one after the other.
template <class Task>
void for_each_direction(int directions, Member all, Task&& task) {
  for (int direction = 0; direction < directions; direction++) {
    const Range group = all.threads < directions ? Range{0, all.threads} : split(all.threads, direction, directions);
    if (all.thread >= group.begin && all.thread < group.end) task(direction, Member{all.thread - group.begin, group.size()});
  }
}

}  // namespace nmt
