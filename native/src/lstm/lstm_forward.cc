// LSTM, forward: one product of all inputs, then step by step the recurrent product and the gates, block by block of
// units, each thread its own blocks; then the projection, if there is one. The threads of a direction pass a barrier
// once per step, twice with a projection; those of the other direction go their own way.
#include <deque>

#include "gemm/packed.h"
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

  RowPanels row_panels() const { return RowPanels(rows, kernels); }
  int elements() const { return LstmPlan::elements(inputs); }
  int column_panels() const { return 4 * blocks.count(); }
  bool left_across() const { return false; }
  bool right_across() const { return true; }

  int depth(int from, int to) const { return least(to * kernels.depth, inputs) - from * kernels.depth; }

  void pack_left(int row, int count, int from, int to, float* panel) const {
    const size_t first = static_cast<size_t>(row) * inputs + from * kernels.depth;
    kernels.pack_left_lines(x + first, inputs, count, count, depth(from, to), panel);
  }
  RightSource right_source(int j, int from, int to) const {
    const size_t step = 4 * static_cast<size_t>(units);
    return {weights.input + from * kernels.depth * step + blocks.column(j), step, depth(from, to)};
  }
  void pack_right(int j, int from, int to, float* panel) const {
    const RightSource source = right_source(j, from, to);
    kernels.pack_right_columns(source.data, source.step, blocks.present(j / 4), tile.columns, source.k, panel);
  }
  TilePlace place(int row, int j) const {
    float* out = gates_of(gates, j / 4, row) + j % 4 * blocks.size;
    return {out, static_cast<size_t>(blocks.width()), blocks.present(j / 4), weights.bias + blocks.column(j), 0};
  }
};

// The calling thread's memory for a direction of a call of lstm_forward.
struct ForwardScratch {
  Scratch recurrent;     // all panels of the recurrent weights
  Scratch hidden[2];     // panels of hidden states, those of this step and of the next
  Scratch projection;    // all panels of the projection
  Scratch cell_outputs;  // [sentences][units] of this step: what is projected
  Scratch projected;     // their panels
};

Scratch& input_panels() {
  thread_local Scratch scratch;
  return scratch;
}

ForwardScratch& forward_scratch(int direction) {
  thread_local ForwardScratch scratch[kMostDirections];
  return scratch[direction];
}

// One direction.
class Forward {
 public:
  Forward(ThreadGroup& group, const LstmPlan& plan, const LstmShape& shape, const float* x, const LstmDirection& direction,
          const LstmRecord& record, ForwardScratch& scratch)
      : input_product(plan, x, direction.weights, record.gates),
        plan_(plan),
        weights_(direction.weights),
        record_(record),
        steps_(lstm_steps(plan, shape, direction, record)),
        hidden_elements_(plan.elements(plan.hidden)),
        unit_elements_(plan.elements(plan.units)),
        recurrent_panel_(static_cast<size_t>(hidden_elements_) * plan.tile.columns),
        projection_panel_(static_cast<size_t>(unit_elements_) * plan.tile.columns),
        barrier_(group) {
    recurrent_ = scratch.recurrent.reserve(4 * plan.blocks.count() * recurrent_panel_);
    for (int i = 0; i < 2; i++) {
      hidden_[i] = scratch.hidden[i].reserve(static_cast<size_t>(plan.sentences) * hidden_elements_);
    }
    if (!projected()) return;
    projection_ = scratch.projection.reserve(plan.state_panels() * projection_panel_);
    cell_outputs_ = scratch.cell_outputs.reserve(static_cast<size_t>(plan.sentences) * plan.units);
    projected_ = scratch.projected.reserve(static_cast<size_t>(plan.sentences) * unit_elements_);
  }

  // What a thread packs before the first barrier.
  void prepare(Member member) const {
    const Range blocks = blocks_of(member), panels = state_panels_of(member);
    const size_t step = 4 * static_cast<size_t>(plan_.units);
    // A few rows of all panels at a time, as they lie in memory.
    const int stretch = kPackStretch * plan_.kernels.depth;
    for (int from = 0; from < plan_.hidden; from += stretch) {
      const int rows = least(stretch, plan_.hidden - from);
      for (int gate = 0; gate < 4; gate++) {
        for (int block = blocks.begin; block < blocks.end; block++) {
          const int panel = 4 * block + gate;
          const size_t above = static_cast<size_t>(from / plan_.kernels.depth) * plan_.tile.columns;
          plan_.kernels.pack_right_columns(weights_.recurrent + from * step + plan_.blocks.column(panel), step,
                                           plan_.blocks.present(block), plan_.tile.columns, rows,
                                           recurrent_ + panel * recurrent_panel_ + above);
        }
      }
    }
    for (int j = panels.begin; projected() && j < panels.end; j++) {
      plan_.kernels.pack_right_columns(weights_.projection + j * plan_.tile.columns, plan_.hidden,
                                       plan_.state_columns(j), plan_.tile.columns, plan_.units,
                                       projection_ + j * projection_panel_);
    }
    pack_states(0, panels);
  }

  // Given all panels of the inputs.
  void run(Member member, const float* inputs) {
    const Range blocks = blocks_of(member), panels = state_panels_of(member);
    multiply_columns(input_product, inputs, {4 * blocks.begin, 4 * blocks.end});
    for (size_t s = 0; s < steps_.size(); s++) {
      for (int block = blocks.begin; block < blocks.end; block++) advance(s, block);
      if (projected()) {
        pack_cell_outputs(steps_[s].rows, blocks);
        barrier_.wait(member.threads);
        for (int j = panels.begin; j < panels.end; j++) project(steps_[s], j);
      }
      if (s + 1 == steps_.size()) break;
      pack_states(s + 1, panels);
      barrier_.wait(member.threads);
    }
  }

  const InputProduct input_product;

 private:
  bool projected() const { return weights_.projection != nullptr; }
  Range blocks_of(Member member) const { return member.share(plan_.blocks.count()); }
  // Without a projection these are the columns of the thread's own units.
  Range state_panels_of(Member member) const { return member.share(plan_.state_panels()); }

  // Columns [first, end) of rows from `row`, of a matrix, into its panels of rows.
  void pack(const float* matrix, size_t step, int row, int rows, int first, int end, int elements,
            float* packed) const {
    if (first >= end) return;
    const RowPanels panels(rows, plan_.kernels);
    for (int i = 0; i < panels.count(); i++) {
      const Range part = panels[i];
      float* panel = packed + static_cast<size_t>(row + part.begin) * elements;
      plan_.kernels.pack_left_lines(matrix + part.begin * step + first, step, part.size(), part.size(), end - first,
                                    panel + static_cast<size_t>(first / plan_.kernels.depth) * part.size());
    }
  }

  // Some panels' columns of the states that step s goes on from, of every row.
  void pack_states(size_t s, Range panels) const {
    const int first = panels.begin * plan_.tile.columns, end = least(panels.end * plan_.tile.columns, plan_.hidden);
    for (const Segment& segment : steps_[s].segments) {
      if (segment.hidden == nullptr || segment.rows == 0) continue;
      pack(segment.hidden, segment.hidden_step, segment.first, segment.rows, first, end, hidden_elements_,
           hidden_[s % 2]);
    }
  }

  void pack_cell_outputs(int rows, Range blocks) const {
    pack(cell_outputs_, plan_.units, 0, rows, plan_.blocks.first(blocks.begin),
         least(plan_.blocks.first(blocks.end), plan_.units), unit_elements_, projected_);
  }

  // Step s of a block of units: recurrent products added to the gate sums, then the gates.
  void advance(size_t s, int block) const {
    const Step& step = steps_[s];
    const size_t units = plan_.units, first_unit = plan_.blocks.first(block);
    for (const Segment& segment : step.segments) {
      if (segment.rows == 0) continue;
      const int row = step.row + segment.first;
      float* gates = plan_.gates_of(record_.gates, block, row);
      if (segment.hidden != nullptr) {
        add_recurrent(segment, hidden_[s % 2] + static_cast<size_t>(segment.first) * hidden_elements_, block, gates);
      }
      LstmGates job{};
      job.rows = segment.rows;
      job.units = plan_.blocks.present(block);
      job.gates = gates;
      job.row_step = plan_.blocks.width();
      job.gate_step = plan_.blocks.size;
      job.cell_before = segment.cell == nullptr ? nullptr : segment.cell + first_unit;
      job.cell = record_.cells + row * units + first_unit;
      job.cell_step = units;
      job.cell_output_step = projected() ? units : plan_.output_step();
      job.cell_output =
          (projected() ? cell_outputs_ + segment.first * units : record_.output + row * plan_.output_step()) +
          first_unit;
      kernels_.gates(job);
    }
  }

  void add_recurrent(const Segment& segment, const float* hidden, int block, float* gates) const {
    for (int gate = 0; gate < 4; gate++) {
      const float* right = recurrent_ + (4 * block + gate) * recurrent_panel_;
      float* out = gates + gate * plan_.blocks.size;
      multiply(segment.rows, hidden, hidden_elements_, right, plan_.blocks.present(block), out, plan_.blocks.width(),
               true);
    }
  }

  // A panel of a step's states from its cell outputs.
  void project(const Step& step, int j) const {
    float* out = record_.output + step.row * plan_.output_step() + j * plan_.tile.columns;
    multiply(step.rows, projected_, unit_elements_, projection_ + j * projection_panel_, plan_.state_columns(j), out,
             plan_.output_step(), false);
  }

  // out[rows][columns] = or += panels of rows · a panel of columns, after which comes the next one to be used.
  void multiply(int rows, const float* left, int elements, const float* right, int columns, float* out, size_t step,
                bool accumulate) const {
    const RowPanels panels(rows, plan_.kernels);
    const float* next = right + static_cast<size_t>(elements) * plan_.tile.columns;
    for (int i = 0; i < panels.count(); i++) {
      const Range part = panels[i];
      float* place = out + part.begin * step;
      MicroTile tile{elements,
                     columns,
                     left + static_cast<size_t>(part.begin) * elements,
                     right,
                     accumulate ? place : kZeros,
                     accumulate ? step : 0,
                     place,
                     step};
      tile.prefetch = prefetch_of(plan_.kernels, next, elements, plan_.tile.columns, i, panels.count());
      plan_.kernels.product[part.size()](tile);
    }
  }

  const LstmPlan& plan_;
  const LstmKernels& kernels_ = lstm_kernels();
  const LstmWeights& weights_;
  const LstmRecord record_;
  const std::vector<Step> steps_;
  int hidden_elements_;
  int unit_elements_;
  size_t recurrent_panel_;   // floats of a panel of recurrent weights
  size_t projection_panel_;  // and of the projection
  float* recurrent_;
  float* hidden_[2];
  float* projection_ = nullptr;
  float* cell_outputs_ = nullptr;
  float* projected_ = nullptr;
  Barrier barrier_;
};

}  // namespace

int lstm_gate_width(int units) {
  const UnitBlocks blocks{gemm_kernels().columns, units};
  return blocks.count() * blocks.width();
}

void lstm_forward(ThreadGroup& group, Precision precision, const LstmShape& shape, const float* x,
                  const LstmDirection* directions, const LstmRecord& record) {
  const LstmPlan plan(precision, shape);
  if (plan.rows == 0) return;
  std::deque<Forward> forward;
  for (int d = 0; d < plan.directions; d++) {
    forward.emplace_back(group, plan, shape, x, directions[d], plan.record_of(record, d), forward_scratch(d));
  }
  const InputProduct& inputs = forward.front().input_product;
  float* panels = input_panels().reserve(static_cast<size_t>(plan.rows) * inputs.elements());
  group.run([&](Member all) {
    pack_all_rows(inputs, panels, all);
    for_each_direction(plan.directions, all, [&](int d, Member member) { forward[d].prepare(member); });
    group.barrier();
    for_each_direction(plan.directions, all, [&](int d, Member member) { forward[d].run(member, panels); });
  });
}

void lstm_step(ThreadGroup& group, Precision precision, int rows, int inputs, int units, int hidden, const float* x,
               const float* hidden_before, const float* cell_before, const LstmWeights& packed, float* hidden_after,
               float* cell_after) {
  thread_local Scratch gate_scratch, output_scratch;
  const int width = 4 * units;
  float* gates = gate_scratch.reserve(static_cast<size_t>(rows) * width);
  gemm_packed_bias(group, precision, false, rows, width, inputs, x, inputs, packed.input, packed.bias, gates, width);
  gemm_packed(group, precision, false, rows, width, hidden, hidden_before, hidden, packed.recurrent, gates, width, true);
  const bool projected = packed.projection != nullptr;
  float* outputs = projected ? output_scratch.reserve(static_cast<size_t>(rows) * units) : hidden_after;
  const LstmKernels& kernels = lstm_kernels();
  group.run([&](Member member) {
    const Range mine = member.share(rows);
    const size_t step = units, state = mine.begin * step;
    kernels.gates({mine.size(), units, gates + 4 * state, 4 * step, step, cell_before + state, cell_after + state, step,
                   outputs + state, step});
  });
  if (projected) {
    gemm_packed(group, precision, false, rows, hidden, units, outputs, units, packed.projection, hidden_after, hidden,
                false);
  }
}

}  // namespace nmt
