// LSTM, backward: step by step the gates' gradients and their product with the recurrent weights, block by block of
// hidden units, each thread its own blocks; then, over all rows at once, the gradients of inputs and weights.
#include <cstring>

#include "lstm/lstm.h"
#include "lstm/lstm_kernels.h"
#include "lstm/sequence.h"

namespace nmt {

namespace {

// Packs panel j of transposed weights: right side [all gates][rows of the weights], of which the panel has rows
// [j · columns, …). Gates lie as in the blocks of hidden units; units that aren't there have weight 0.
void pack_transposed(const LstmPlan& plan, const float* weights, int weight_rows, int j, float* panel) {
  const int width = plan.tile.columns, first = j * width, lines = least(width, weight_rows - first);
  const size_t step = 4 * static_cast<size_t>(plan.hidden);
  const int run = plan.blocks.units / plan.kernels.depth;
  for (int source = 0; source < 4 * plan.blocks.count(); source++) {
    float* out = panel + static_cast<size_t>(source) * run * width;
    const int present = plan.blocks.present(source / 4);
    if (present < plan.blocks.units) std::memset(out, 0, static_cast<size_t>(run) * width * sizeof(float));
    plan.kernels.pack_lines(weights + first * step + plan.blocks.column(source), step, lines, width, present, out);
  }
}

// Gradients of all rows' inputs: gate gradients · transposed input weights.
struct InputGradient : LstmPlan {
  const float* d_gates;
  const float* weights;
  float* d_x;

  InputGradient(const LstmPlan& plan, const float* d_gates, const float* weights, float* d_x)
      : LstmPlan(plan), d_gates(d_gates), weights(weights), d_x(d_x) {}

  int elements() const { return gate_elements(); }
  int column_panels() const { return ceil_div(inputs, tile.columns); }

  void pack_left(int row, int count, int from, int to, float* panel) const {
    for (int at = from; at < to;) {
      const int block = at / block_elements(), begin = at % block_elements();
      const int end = least(block_elements(), begin + to - at);
      const float* source = gates_of(d_gates, block, row) + begin * kernels.depth;
      kernels.pack_lines(source, blocks.width(), count, count, (end - begin) * kernels.depth,
                         panel + static_cast<size_t>(at - from) * count);
      at += end - begin;
    }
  }
  TilePlace place(int row, int j) const {
    float* out = d_x + static_cast<size_t>(row) * inputs + j * tile.columns;
    return {out, static_cast<size_t>(inputs), least(tile.columns, inputs - j * tile.columns), kZeros, 0};
  }
};

// Gradients of both weights: transposed [inputs | states before] · gate gradients.
struct WeightGradient : LstmPlan {
  const float* x;
  const float* hidden_before;  // [rows][hidden]
  const float* d_gates;
  const LstmGradients& gradients;

  WeightGradient(const LstmPlan& plan, const float* x, const float* hidden_before, const float* d_gates,
                 const LstmGradients& gradients)
      : LstmPlan(plan), x(x), hidden_before(hidden_before), d_gates(d_gates), gradients(gradients) {}

  RowPanels row_panels() const { return RowPanels(inputs, tile.rows, hidden); }
  int elements() const { return LstmPlan::elements(rows); }
  bool left_across() const { return true; }
  bool right_across() const { return true; }

  int depth(int from, int to) const { return least(to * kernels.depth, rows) - from * kernels.depth; }

  void pack_left(int row, int count, int from, int to, float* panel) const {
    const bool of_x = row < inputs;
    const size_t width = of_x ? inputs : hidden;
    const float* source = of_x ? x + row : hidden_before + (row - inputs);
    kernels.pack_columns(source + from * kernels.depth * width, width, count, count, depth(from, to), panel);
  }
  RightSource right_source(int j, int from, int to) const {
    const float* data = gates_of(d_gates, j / 4, from * kernels.depth) + j % 4 * blocks.units;
    return {data, static_cast<size_t>(blocks.width()), depth(from, to)};
  }
  void pack_right(int j, int from, int to, float* panel) const {
    const RightSource source = right_source(j, from, to);
    kernels.pack_columns(source.data, source.step, tile.columns, tile.columns, source.k, panel);
  }
  TilePlace place(int row, int j) const {
    const size_t step = 4 * static_cast<size_t>(hidden);
    float* out = row < inputs ? gradients.input + row * step : gradients.recurrent + (row - inputs) * step;
    return {out + blocks.column(j), step, blocks.present(j / 4), kZeros, 0};
  }
};

// The calling thread's memory for a call of lstm_backward.
struct BackwardScratch {
  Scratch hidden_before;     // [rows][hidden]
  Scratch d_hidden, d_cell;  // [sentences][hidden], where the caller wants no gradients of initial states
  Scratch input, recurrent;  // all panels of the transposed weights
  Scratch step_gates[2];     // panels of a step's gate gradients
  Scratch bias_sums;         // [blocks][4 · units]
  Scratch weight_rows;       // all panels of [inputs | states before], transposed
};

BackwardScratch& backward_scratch() {
  thread_local BackwardScratch scratch;
  return scratch;
}

class Backward {
 public:
  Backward(const LstmPlan& plan, const float* x, const LstmWeights& weights, const LstmRecord& record,
           const float* d_output, const LstmGradients& gradients)
      : plan_(plan),
        weights_(weights),
        record_(record),
        d_output_(d_output),
        gradients_(gradients),
        scratch_(backward_scratch()),
        sentences_(most_rows(plan)),
        panel_(static_cast<size_t>(plan.gate_elements()) * plan.tile.columns),
        d_gates_(record.gates),
        hidden_before_(scratch_.hidden_before.reserve(static_cast<size_t>(plan.rows) * plan.hidden)),
        d_hidden_(state_gradient(gradients.initial_hidden, scratch_.d_hidden)),
        d_cell_(state_gradient(gradients.initial_cell, scratch_.d_cell)),
        recurrent_(scratch_.recurrent.reserve(plan.blocks.count() * panel_)),
        bias_sums_(scratch_.bias_sums.reserve(static_cast<size_t>(plan.blocks.count()) * plan.blocks.width())),
        input_gradient_(plan, d_gates_, weights.input, gradients.x),
        weight_gradient_(plan, x, hidden_before_, d_gates_, gradients) {
    for (int i = 0; i < 2; i++) {
      step_gates_[i] = scratch_.step_gates[i].reserve(static_cast<size_t>(sentences_) * plan.gate_elements());
    }
    input_ = scratch_.input.reserve(input_gradient_.column_panels() * panel_);
    const size_t row_count = static_cast<size_t>(plan.inputs) + plan.hidden;
    weight_rows_ = scratch_.weight_rows.reserve(row_count * weight_gradient_.elements());
  }

  void run(Team& team, int thread, int threads) const {
    const Range mine = split(plan_.blocks.count(), thread, threads);
    prepare(mine, thread, threads);
    team.barrier();
    for (size_t s = plan_.steps.size(); s-- > 0;) {
      for (int block = mine.begin; block < mine.end; block++) differentiate_gates(s, block);
      const int wanted = rows_wanted(s);
      if (wanted > 0) {
        pack_gates(s, wanted, mine);
        team.barrier();
        for (int block = mine.begin; block < mine.end; block++) differentiate_states(s, wanted, block);
      }
    }
    for (int block = mine.begin; block < mine.end; block++) write_bias_gradient(block);
    pack_all_rows(weight_gradient_, weight_rows_, thread, threads);
    team.barrier();
    if (gradients_.x != nullptr) multiply_rows(input_gradient_, input_, split(plan_.rows, thread, threads));
    multiply_columns(weight_gradient_, weight_rows_, {4 * mine.begin, 4 * mine.end});
  }

 private:
  static int most_rows(const LstmPlan& plan) {
    int most = 0;
    for (const Step& step : plan.steps) most = step.rows > most ? step.rows : most;
    return most;
  }

  float* state_gradient(float* wanted, Scratch& scratch) const {
    return wanted != nullptr ? wanted : scratch.reserve(static_cast<size_t>(sentences_) * plan_.hidden);
  }

  // Zero gradients of states and sums of the bias's, packed weights, and the states every row went on from.
  void prepare(Range mine, int thread, int threads) const {
    for (int block = mine.begin; block < mine.end; block++) {
      pack_transposed(plan_, weights_.recurrent, plan_.hidden, block, recurrent_ + block * panel_);
      std::memset(bias_sums(block), 0, plan_.blocks.width() * sizeof(float));
    }
    if (gradients_.x != nullptr) {
      const Range panels = split(input_gradient_.column_panels(), thread, threads);
      for (int j = panels.begin; j < panels.end; j++)
        pack_transposed(plan_, weights_.input, plan_.inputs, j, input_ + j * panel_);
    }
    const size_t row = plan_.hidden * sizeof(float);
    const Range sentences = split(sentences_, thread, threads);
    std::memset(d_hidden_ + static_cast<size_t>(sentences.begin) * plan_.hidden, 0, sentences.size() * row);
    std::memset(d_cell_ + static_cast<size_t>(sentences.begin) * plan_.hidden, 0, sentences.size() * row);
    const Range steps = split(static_cast<int>(plan_.steps.size()), thread, threads);
    for (int s = steps.begin; s < steps.end; s++) {
      for (const Segment& segment : plan_.steps[s].segments) {
        float* out = hidden_before_ + static_cast<size_t>(plan_.steps[s].row + segment.first) * plan_.hidden;
        if (segment.hidden == nullptr) std::memset(out, 0, segment.rows * row);
        else std::memcpy(out, segment.hidden, segment.rows * row);
      }
    }
  }

  float* bias_sums(int block) const { return bias_sums_ + static_cast<size_t>(block) * plan_.blocks.width(); }

  // Gate gradients of a step's rows for a block of hidden units, and their sums. Sentences whose last step this is still
  // have zero gradients of their states.
  void differentiate_gates(size_t s, int block) const {
    const Step& step = plan_.steps[s];
    const size_t first_unit = plan_.blocks.first(block);
    for (const Segment& segment : step.segments) {
      if (segment.rows == 0) continue;
      const int row = step.row + segment.first;
      const size_t at = static_cast<size_t>(row) * plan_.hidden + first_unit;
      const size_t sentence = static_cast<size_t>(segment.first) * plan_.hidden + first_unit;
      kernels_.gate_gradients({segment.rows, plan_.blocks.present(block), plan_.gates_of(d_gates_, block, row),
                               static_cast<size_t>(plan_.blocks.width()), static_cast<size_t>(plan_.blocks.units),
                               segment.cell == nullptr ? nullptr : segment.cell + first_unit, record_.cells + at,
                               d_output_ + at, d_hidden_ + sentence, d_cell_ + sentence,
                               static_cast<size_t>(plan_.hidden)});
    }
    kernels_.add_rows(plan_.gates_of(d_gates_, block, step.row), step.rows, plan_.blocks.width(), bias_sums(block));
  }

  // Rows of a step whose states before it have gradients that are needed.
  int rows_wanted(size_t s) const {
    const Step& step = plan_.steps[s];
    return gradients_.initial_hidden != nullptr ? step.rows : step.carried;
  }

  // This thread's part of the step's gate gradients: its own hidden units, of the rows wanted.
  void pack_gates(size_t s, int wanted, Range mine) const {
    const int elements = plan_.gate_elements(), from = mine.begin * plan_.block_elements();
    const RowPanels panels(wanted, plan_.tile.rows);
    for (int i = 0; i < panels.count(); i++) {
      const Range rows = panels[i];
      float* panel = step_gates_[s % 2] + static_cast<size_t>(rows.begin) * elements;
      input_gradient_.pack_left(plan_.steps[s].row + rows.begin, rows.size(), from, mine.end * plan_.block_elements(),
                                panel + static_cast<size_t>(from) * rows.size());
    }
  }

  // Gradients of the hidden states before a step, for a block of hidden units.
  void differentiate_states(size_t s, int wanted, int block) const {
    const int elements = plan_.gate_elements();
    const RowPanels panels(wanted, plan_.tile.rows);
    const size_t row_step = plan_.hidden;
    for (int i = 0; i < panels.count(); i++) {
      const Range rows = panels[i];
      const float* left = step_gates_[s % 2] + static_cast<size_t>(rows.begin) * elements;
      const float* right = recurrent_ + block * panel_;
      float* out = d_hidden_ + rows.begin * row_step + plan_.blocks.first(block);
      MicroTile tile{elements, plan_.blocks.present(block), left, right, kZeros, 0, out, row_step};
      tile.ahead = ahead_of(right + panel_, elements, plan_.tile.columns, i, panels.count());
      plan_.kernels.product[rows.size()](tile);
    }
  }

  // From the blocks' order to that of the public bias.
  void write_bias_gradient(int block) const {
    const float* sums = bias_sums(block);
    for (int gate = 0; gate < 4; gate++) {
      std::memcpy(gradients_.bias + plan_.blocks.column(4 * block + gate), sums + gate * plan_.blocks.units,
                  plan_.blocks.present(block) * sizeof(float));
    }
  }

  const LstmPlan& plan_;
  const LstmKernels& kernels_ = lstm_kernels();
  const LstmWeights& weights_;
  const LstmRecord& record_;
  const float* d_output_;
  const LstmGradients& gradients_;
  BackwardScratch& scratch_;
  int sentences_;
  size_t panel_;    // floats of a panel of transposed weights
  float* d_gates_;  // take the place of the gates
  float* hidden_before_;
  float* d_hidden_;  // of the states before the step at hand: [sentences][hidden]
  float* d_cell_;
  float* recurrent_;
  float* bias_sums_;
  InputGradient input_gradient_;
  WeightGradient weight_gradient_;
  float* input_;
  float* weight_rows_;
  float* step_gates_[2];
};

}  // namespace

void lstm_backward(Team& team, Precision precision, const LstmShape& shape, const float* x, const LstmWeights& weights,
                   const LstmInitialState& initial, const LstmRecord& record, const float* d_output,
                   const LstmGradients& gradients) {
  const LstmPlan plan(precision, shape, initial, record);
  const Backward backward(plan, x, weights, record, d_output, gradients);
  team.run([&](int thread, int threads) { backward.run(team, thread, threads); });
}

}  // namespace nmt
