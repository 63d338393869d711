// LSTM, forward: one product of all inputs, then step by step the recurrent product and the gates, block by block of
// hidden units, each thread its own blocks. Threads meet once per step.
#include "lstm/lstm.h"
#include "lstm/lstm_kernels.h"
#include "lstm/sequence.h"

namespace nmt {

namespace {

// Gate sums of all rows from the inputs: x · input weights + bias.
struct InputProduct : LstmPlan {
  const float* x;
  const LstmWeights& weights;
  float* gates;

  InputProduct(const LstmPlan& plan, const float* x, const LstmWeights& weights, float* gates)
      : LstmPlan(plan), x(x), weights(weights), gates(gates) {}

  RowPanels row_panels() const { return RowPanels(rows, tile.rows); }
  int elements() const { return LstmPlan::elements(inputs); }
  int column_panels() const { return 4 * blocks.count(); }
  bool left_across() const { return false; }
  bool right_across() const { return true; }

  int depth(int from, int to) const { return least(to * kernels.depth, inputs) - from * kernels.depth; }

  void pack_left(int row, int count, int from, int to, float* panel) const {
    const size_t first = static_cast<size_t>(row) * inputs + from * kernels.depth;
    kernels.pack_lines(x + first, inputs, count, count, depth(from, to), panel);
  }
  RightSource right_source(int j, int from, int to) const {
    const size_t step = 4 * static_cast<size_t>(hidden);
    return {weights.input + from * kernels.depth * step + blocks.column(j), step, depth(from, to)};
  }
  void pack_right(int j, int from, int to, float* panel) const {
    const RightSource source = right_source(j, from, to);
    kernels.pack_columns(source.data, source.step, blocks.present(j / 4), tile.columns, source.k, panel);
  }
  TilePlace place(int row, int j) const {
    float* out = gates_of(gates, j / 4, row) + j % 4 * blocks.units;
    return {out, static_cast<size_t>(blocks.width()), blocks.present(j / 4), weights.bias + blocks.column(j), 0};
  }
};

// The calling thread's memory for a call of lstm_forward.
struct ForwardScratch {
  Scratch inputs;     // all panels of x
  Scratch recurrent;  // all panels of the recurrent weights
  Scratch hidden[2];  // panels of hidden states, those of this step and of the next
};

ForwardScratch& forward_scratch() {
  thread_local ForwardScratch scratch;
  return scratch;
}

class Forward {
 public:
  Forward(const LstmPlan& plan, const float* x, const LstmWeights& weights, const LstmRecord& record)
      : plan_(plan),
        input_product_(plan, x, weights, record.gates),
        weights_(weights),
        record_(record),
        hidden_elements_(plan.elements(plan.hidden)),
        panel_(static_cast<size_t>(hidden_elements_) * plan.tile.columns) {
    ForwardScratch& scratch = forward_scratch();
    inputs_ = scratch.inputs.reserve(static_cast<size_t>(plan.rows) * input_product_.elements());
    recurrent_ = scratch.recurrent.reserve(4 * plan.blocks.count() * panel_);
    int most_rows = 0;
    for (const Step& step : plan.steps) most_rows = step.rows > most_rows ? step.rows : most_rows;
    for (int i = 0; i < 2; i++) {
      hidden_[i] = scratch.hidden[i].reserve(static_cast<size_t>(most_rows) * hidden_elements_);
    }
  }

  void run(Team& team, int thread, int threads) const {
    const Range mine = split(plan_.blocks.count(), thread, threads);
    pack_all_rows(input_product_, inputs_, thread, threads);
    pack_recurrent(mine);
    pack_states(0, mine);
    team.barrier();
    multiply_columns(input_product_, inputs_, {4 * mine.begin, 4 * mine.end});
    for (size_t s = 0; s < plan_.steps.size(); s++) {
      for (int block = mine.begin; block < mine.end; block++) advance(s, block);
      if (s + 1 == plan_.steps.size()) break;
      pack_states(s + 1, mine);
      team.barrier();
    }
  }

 private:
  void pack_recurrent(Range mine) const {
    const size_t step = 4 * static_cast<size_t>(plan_.hidden);
    for (int panel = 4 * mine.begin; panel < 4 * mine.end; panel++) {
      plan_.kernels.pack_columns(weights_.recurrent + plan_.blocks.column(panel), step, plan_.blocks.present(panel / 4),
                                 plan_.tile.columns, plan_.hidden, recurrent_ + panel * panel_);
    }
  }

  // This thread's part of the states that step s goes on from: its own hidden units, of every row.
  void pack_states(size_t s, Range mine) const {
    const int first = plan_.blocks.first(mine.begin), end = least(plan_.blocks.first(mine.end), plan_.hidden);
    if (first >= end) return;
    for (const Segment& segment : plan_.steps[s].segments) {
      if (segment.hidden == nullptr || segment.rows == 0) continue;
      const RowPanels panels(segment.rows, plan_.tile.rows);
      float* packed = hidden_[s % 2] + static_cast<size_t>(segment.first) * hidden_elements_;
      for (int i = 0; i < panels.count(); i++) {
        const Range rows = panels[i];
        float* panel = packed + static_cast<size_t>(rows.begin) * hidden_elements_;
        plan_.kernels.pack_lines(segment.hidden + static_cast<size_t>(rows.begin) * plan_.hidden + first, plan_.hidden,
                                 rows.size(), rows.size(), end - first,
                                 panel + static_cast<size_t>(first / plan_.kernels.depth) * rows.size());
      }
    }
  }

  // Step s of a block of hidden units: recurrent products added to the gate sums, then the gates.
  void advance(size_t s, int block) const {
    const Step& step = plan_.steps[s];
    for (const Segment& segment : step.segments) {
      if (segment.rows == 0) continue;
      const int row = step.row + segment.first;
      float* gates = plan_.gates_of(record_.gates, block, row);
      if (segment.hidden != nullptr) {
        add_recurrent(segment, hidden_[s % 2] + static_cast<size_t>(segment.first) * hidden_elements_, block, gates);
      }
      const size_t state = static_cast<size_t>(row) * plan_.hidden + plan_.blocks.first(block);
      const float* cell_before = segment.cell == nullptr ? nullptr : segment.cell + plan_.blocks.first(block);
      kernels_.gates({segment.rows, plan_.blocks.present(block), gates, static_cast<size_t>(plan_.blocks.width()),
                      static_cast<size_t>(plan_.blocks.units), cell_before, record_.cells + state,
                      record_.output + state, static_cast<size_t>(plan_.hidden)});
    }
  }

  void add_recurrent(const Segment& segment, const float* hidden, int block, float* gates) const {
    const RowPanels panels(segment.rows, plan_.tile.rows);
    const size_t row_step = plan_.blocks.width();
    for (int gate = 0; gate < 4; gate++) {
      const float* right = recurrent_ + (4 * block + gate) * panel_;
      for (int i = 0; i < panels.count(); i++) {
        const Range rows = panels[i];
        const float* left = hidden + static_cast<size_t>(rows.begin) * hidden_elements_;
        float* out = gates + rows.begin * row_step + gate * plan_.blocks.units;
        MicroTile tile{hidden_elements_, plan_.blocks.present(block), left, right, out, row_step, out, row_step};
        tile.ahead = ahead_of(right + panel_, hidden_elements_, plan_.tile.columns, i, panels.count());
        plan_.kernels.product[rows.size()](tile);
      }
    }
  }

  const LstmPlan& plan_;
  const LstmKernels& kernels_ = lstm_kernels();
  InputProduct input_product_;
  const LstmWeights& weights_;
  const LstmRecord& record_;
  int hidden_elements_;
  size_t panel_;  // floats of a panel of recurrent weights
  float* inputs_;
  float* recurrent_;
  float* hidden_[2];
};

}  // namespace

int lstm_gate_width(int hidden) {
  const UnitBlocks blocks{gemm_kernels().columns, hidden};
  return blocks.count() * blocks.width();
}

void lstm_forward(Team& team, Precision precision, const LstmShape& shape, const float* x, const LstmWeights& weights,
                  const LstmInitialState& initial, const LstmRecord& record) {
  const LstmPlan plan(precision, shape, initial, record);
  if (plan.rows == 0) return;
  const Forward forward(plan, x, weights, record);
  team.run([&](int thread, int threads) { forward.run(team, thread, threads); });
}

void lstm_step(Team& team, Precision precision, int rows, int inputs, int hidden, const float* x,
               const float* hidden_before, const float* cell_before, const LstmWeights& weights, float* hidden_after,
               float* cell_after) {
  thread_local Scratch scratch;
  const int width = 4 * hidden;
  float* gates = scratch.reserve(static_cast<size_t>(rows) * width);
  gemm_bias(team, precision, false, false, rows, width, inputs, x, inputs, weights.input, width, weights.bias, gates,
            width);
  gemm(team, precision, false, false, rows, width, hidden, hidden_before, hidden, weights.recurrent, width, gates,
       width, true);
  const LstmKernels& kernels = lstm_kernels();
  team.run([&](int thread, int threads) {
    const Range mine = split(rows, thread, threads);
    const size_t state = static_cast<size_t>(mine.begin) * hidden;
    kernels.gates({mine.size(), hidden, gates + static_cast<size_t>(mine.begin) * width, static_cast<size_t>(width),
                   static_cast<size_t>(hidden), cell_before + state, cell_after + state, hidden_after + state,
                   static_cast<size_t>(hidden)});
  });
}

}  // namespace nmt
