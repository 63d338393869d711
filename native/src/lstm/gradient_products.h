// The large products of an LSTM's backward pass: gradients of inputs and weights, over all rows at once.
#pragma once

#include <cstring>

#include "lstm/sequence.h"

namespace nmt {

// Packs panel j of transposed weights: right side [all gates][rows of the weights], of which the panel has rows
// [j · columns, …). Gates lie as in the blocks of units; units that aren't there have weight 0.
inline void pack_transposed(const LstmPlan& plan, const float* weights, int weight_rows, int j, float* panel) {
  const int width = plan.tile.columns, first = j * width, lines = least(width, weight_rows - first);
  const size_t step = 4 * static_cast<size_t>(plan.units);
  const int run = plan.blocks.size / plan.kernels.depth;
  for (int source = 0; source < 4 * plan.blocks.count(); source++) {
    float* out = panel + static_cast<size_t>(source) * run * width;
    const int present = plan.blocks.present(source / 4);
    if (present < plan.blocks.size) std::memset(out, 0, static_cast<size_t>(run) * width * sizeof(float));
    plan.kernels.pack_right_lines(weights + first * step + plan.blocks.column(source), step, lines, width, present,
                                  out);
  }
}

// Gradients of all rows' inputs: gate gradients of all directions · their transposed input weights.
struct InputGradient : LstmPlan {
  const float* d_gates;  // of all directions
  float* d_x;

  InputGradient(const LstmPlan& plan, const float* d_gates, float* d_x) : LstmPlan(plan), d_gates(d_gates), d_x(d_x) {}

  int elements() const { return directions * gate_elements(); }
  int column_panels() const { return ceil_div(inputs, tile.columns); }

  void pack_left(int row, int count, int from, int to, float* panel) const {
    for (int at = from; at < to;) {
      const int block = at / block_elements(), begin = at % block_elements();
      const int end = least(block_elements(), begin + to - at);
      const float* source = gates_of(d_gates, block, row) + begin * kernels.depth;
      kernels.pack_left_lines(source, blocks.width(), count, count, (end - begin) * kernels.depth,
                              panel + static_cast<size_t>(at - from) * count);
      at += end - begin;
    }
  }
  TilePlace place(int row, int j) const {
    float* out = d_x + static_cast<size_t>(row) * inputs + j * tile.columns;
    return {out, static_cast<size_t>(inputs), least(tile.columns, inputs - j * tile.columns), kZeros, 0};
  }
};

// Along k, panels of columns of a block of units, which stay in the second cache together.
// With two k to an element there are half as many of them, and twice the panels.
constexpr int kDeepElements = 2048;
constexpr int kDeepPanels = 4;
static_assert(kDeepElements / 2 % kMostGroup == 0);

// multiply_columns for products that are deep in k and whose right side is stored [k][columns]: few panels of columns,
// but all of k at once, so that results are written once instead of added to again and again. A panel of rows is
// multiplied with all of these while it is in the cache. Of panel i of rows, p.present(i) tells which elements aren't zeros.
template <class Product>
void multiply_deep(const Product& p, const float* left, Range columns) {
  const int elements = p.elements(), width = p.tile.columns;
  const RowPanels panels = p.row_panels();
  const int deep = kDeepElements / p.kernels.depth, together = kDeepPanels * p.kernels.depth;
  const size_t block = static_cast<size_t>(width) * least(elements, deep);
  float* right = block_scratch().reserve(together * block);
  const auto left_panel = [&](int i) { return left + static_cast<size_t>(panels[i].begin) * elements; };
  for (int j0 = columns.begin; j0 < columns.end; j0 += together) {
    const int j1 = least(j0 + together, columns.end);
    for (int from = 0; from == 0 || from < elements; from += deep) {
      const int to = least(from + deep, elements);
      for (int i = 0; i < panels.count(); i++) {
        const int rows = panels[i].size(), next = i + 1 < panels.count() ? i + 1 : 0;
        const Range present = p.present(i);
        const int begin = from > present.begin ? from : least(present.begin, to), end = least(to, present.end);
        for (int j = j0; j < j1; j++) {
          float* panel = right + (j - j0) * block;
          if (i == 0) {
            multiply_source(p, panels[i], j, from, to, left_panel(i) + static_cast<size_t>(from) * rows,
                            panels.count() > 1 ? panel : nullptr);
            continue;
          }
          MicroTile tile =
              micro_tile(p, panels[i].begin, j, from, to, left_panel(i) + static_cast<size_t>(begin) * rows,
                         panel + static_cast<size_t>(begin - from) * width);
          tile.elements = end > begin ? end - begin : 0;
          tile.prefetch = prefetch_of(p.kernels, left_panel(next) + static_cast<size_t>(from) * panels[next].size(),
                                to - from, panels[next].size(), j - j0, j1 - j0);
          p.kernels.product[rows](tile);
        }
      }
    }
  }
}

// Gradients of a direction's input and recurrent weights: transposed [inputs | states before] · gate gradients. The left
// side's panels are those of the inputs and of the states, in either order.
struct WeightGradient : LstmPlan {
  bool states_first;
  Range rows_with_states;  // the others have zeros before them
  const float* d_gates;    // of the direction
  float* d_input;
  float* d_recurrent;

  WeightGradient(const LstmPlan& plan, bool states_first, Range rows_with_states, const float* d_gates, float* d_input,
                 float* d_recurrent)
      : LstmPlan(plan),
        states_first(states_first),
        rows_with_states(rows_with_states),
        d_gates(d_gates),
        d_input(d_input),
        d_recurrent(d_recurrent) {}

  RowPanels row_panels() const {
    return states_first ? RowPanels(hidden, kernels, inputs) : RowPanels(inputs, kernels, hidden);
  }
  int elements() const { return LstmPlan::elements(rows); }
  Range present(int panel) const {
    const bool of_states = (row_panels()[panel].begin < (states_first ? hidden : inputs)) == states_first;
    if (!of_states) return {0, elements()};
    return {rows_with_states.begin / kernels.grain() * kernels.group, LstmPlan::elements(rows_with_states.end)};
  }

  RightSource right_source(int j, int from, int to) const {
    const float* data = gates_of(d_gates, j / 4, from * kernels.depth) + j % 4 * blocks.size;
    return {data, static_cast<size_t>(blocks.width()), least(to * kernels.depth, rows) - from * kernels.depth};
  }
  TilePlace place(int row, int j) const {
    const int first_count = states_first ? hidden : inputs;
    const bool in_first = row < first_count;
    float* matrix = in_first == states_first ? d_recurrent : d_input;
    const size_t step = 4 * static_cast<size_t>(units), line = in_first ? row : row - first_count;
    return {matrix + line * step + blocks.column(j), step, blocks.present(j / 4), kZeros, 0};
  }
};

// Gradient of a direction's projection: transposed cell outputs · state gradients.
struct ProjectionGradient : LstmPlan {
  const float* d_states;  // [rows][hidden]
  float* d_projection;

  ProjectionGradient(const LstmPlan& plan, const float* d_states, float* d_projection)
      : LstmPlan(plan), d_states(d_states), d_projection(d_projection) {}

  RowPanels row_panels() const { return RowPanels(units, kernels); }
  int elements() const { return LstmPlan::elements(rows); }
  Range present(int) const { return {0, elements()}; }

  RightSource right_source(int j, int from, int to) const {
    const int first = from * kernels.depth;
    return {d_states + static_cast<size_t>(first) * hidden + j * tile.columns, static_cast<size_t>(hidden),
            least(to * kernels.depth, rows) - first};
  }
  TilePlace place(int row, int j) const {
    const size_t step = hidden;
    return {d_projection + row * step + j * tile.columns, step, state_columns(j), kZeros, 0};
  }
};

}  // namespace nmt
