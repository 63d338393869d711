// LSTM, backward: step by step the gates' gradients and their product with the recurrent weights, block by block of
// units, each thread its own blocks (with a projection, first the state gradients' product with it); then, over all
// rows at once, the gradients of inputs and weights. The threads of a direction pass a barrier once per step,
// twice with a projection; all threads pass one before the large products.
#include <algorithm>
#include <cstring>
#include <deque>

#include "lstm/gradient_products.h"
#include "lstm/lstm.h"
#include "lstm/lstm_kernels.h"

namespace nmt {

namespace {

// The calling thread's memory for a direction of a call of lstm_backward.
struct BackwardScratch {
  Scratch hidden_before;     // [rows][hidden]
  Scratch d_hidden, d_cell;  // [sentences][hidden or units], where the caller wants no gradients of initial states
  Scratch recurrent;         // all panels of the transposed weights
  Scratch step_gates[2];     // panels of a step's gate gradients
  Scratch bias_sums;         // [blocks][4 · units]
  // Of a projection:
  Scratch projection;      // all panels of the transposed matrix
  Scratch d_states;        // [rows][hidden]: gradients of all states
  Scratch step_states;     // panels of a step's
  Scratch d_cell_outputs;  // [sentences][units] of a step
  Scratch cell_outputs;    // [rows][units]
  Scratch output_columns;  // their panels, transposed
};

BackwardScratch& backward_scratch(int direction) {
  thread_local BackwardScratch scratch[kMostDirections];
  return scratch[direction];
}

// Of all directions.
struct SharedScratch {
  Scratch input;        // all panels of the transposed input weights
  Scratch weight_rows;  // all panels of [states of the first direction | inputs | states of the second], transposed
};

SharedScratch& shared_scratch() {
  thread_local SharedScratch scratch;
  return scratch;
}

// One direction.
class Backward {
 public:
  // `weight_rows` are this direction's own panels of inputs and states, `states_first` their order.
  Backward(ThreadGroup& group, const LstmPlan& plan, const LstmShape& shape, const LstmDirection& direction, const LstmRecord& record,
           const float* d_output, const LstmGradients& gradients, bool states_first, const float* weight_rows,
           BackwardScratch& scratch)
      : plan_(plan),
        weights_(direction.weights),
        record_(record),
        steps_(lstm_steps(plan, shape, direction, record)),
        d_output_(d_output),
        gradients_(gradients),
        unit_panel_(static_cast<size_t>(plan.elements(plan.hidden)) * plan.tile.columns),
        state_panel_(static_cast<size_t>(plan.gate_elements()) * plan.tile.columns),
        d_gates_(record.gates),
        hidden_before_(scratch.hidden_before.reserve(static_cast<size_t>(plan.rows) * plan.hidden)),
        d_hidden_(state_gradient(gradients.initial_hidden, plan.hidden, scratch.d_hidden)),
        d_cell_(state_gradient(gradients.initial_cell, plan.units, scratch.d_cell)),
        recurrent_(scratch.recurrent.reserve(plan.state_panels() * state_panel_)),
        bias_sums_(scratch.bias_sums.reserve(static_cast<size_t>(plan.blocks.count()) * plan.blocks.width())),
        weight_rows_(weight_rows),
        weight_gradient_(plan, states_first, rows_with_states(plan, shape, direction), d_gates_, gradients.input,
                         gradients.recurrent),
        barrier_(group) {
    for (int i = 0; i < 2; i++) {
      step_gates_[i] = scratch.step_gates[i].reserve(static_cast<size_t>(plan.sentences) * plan.gate_elements());
    }
    if (!projected()) return;
    projection_ = scratch.projection.reserve(plan.blocks.count() * unit_panel_);
    d_states_ = scratch.d_states.reserve(static_cast<size_t>(plan.rows) * plan.hidden);
    step_states_ = scratch.step_states.reserve(static_cast<size_t>(plan.sentences) * plan.elements(plan.hidden));
    d_cell_outputs_ = scratch.d_cell_outputs.reserve(static_cast<size_t>(plan.sentences) * plan.units);
    cell_outputs_ = scratch.cell_outputs.reserve(static_cast<size_t>(plan.rows) * plan.units);
    output_columns_ = scratch.output_columns.reserve(static_cast<size_t>(plan.units) * plan.elements(plan.rows));
  }

  // Zero gradients of states and sums of the bias's, packed weights, and the states every row went on from.
  void prepare(Member member) const {
    const Range blocks = blocks_of(member), panels = state_panels_of(member);
    for (int j = panels.begin; j < panels.end; j++)
      pack_transposed(plan_, weights_.recurrent, plan_.hidden, j, recurrent_ + j * state_panel_);
    for (int block = blocks.begin; block < blocks.end; block++) {
      std::memset(bias_sums(block), 0, plan_.blocks.width() * sizeof(float));
      if (!projected()) continue;
      plan_.kernels.pack_right_lines(
          weights_.projection + static_cast<size_t>(plan_.blocks.first(block)) * plan_.hidden, plan_.hidden,
          plan_.blocks.present(block), plan_.tile.columns, plan_.hidden, projection_ + block * unit_panel_);
    }
    const Range sentences = member.share(plan_.sentences);
    clear_rows(d_hidden_, plan_.hidden, sentences);
    clear_rows(d_cell_, plan_.units, sentences);
    const Range steps = member.share(static_cast<int>(steps_.size()));
    for (int s = steps.begin; s < steps.end; s++) {
      for (const Segment& segment : steps_[s].segments) copy_states(segment, steps_[s].row + segment.first);
    }
  }

  void run_steps(Member member) {
    const Range blocks = blocks_of(member), panels = state_panels_of(member);
    for (size_t s = steps_.size(); s-- > 0;) {
      if (projected()) {
        add_state_gradients(steps_[s], panels);
        barrier_.wait(member.threads);
        for (int block = blocks.begin; block < blocks.end; block++) differentiate_projection(steps_[s], block);
      }
      for (int block = blocks.begin; block < blocks.end; block++) differentiate_gates(steps_[s], block);
      const int wanted = rows_wanted(steps_[s]);
      if (wanted == 0) continue;
      pack_gates(s, wanted, blocks);
      barrier_.wait(member.threads);
      for (int j = panels.begin; j < panels.end; j++) differentiate_states(s, wanted, j);
    }
    if (!weights_wanted()) return;
    for (int block = blocks.begin; block < blocks.end; block++) write_bias_gradient(block);
  }

  // Panels of the states before, for the weights' gradients, and of the cell outputs, once all steps are done.
  void pack_columns(Member member, float* states) {
    if (!weights_wanted()) return;
    pack_all_rows(TransposedLeft{plan_, hidden_before_, plan_.hidden, plan_.rows}, states, member);
    if (!projected()) return;
    barrier_.wait(member.threads);
    pack_all_rows(TransposedLeft{plan_, cell_outputs_, plan_.units, plan_.rows}, output_columns_, member);
  }

  void differentiate_weights(Member member) const {
    if (!weights_wanted()) return;
    const Range blocks = blocks_of(member);
    multiply_deep(weight_gradient_, weight_rows_, {4 * blocks.begin, 4 * blocks.end});
    if (!projected()) return;
    multiply_deep(ProjectionGradient(plan_, d_states_, gradients_.projection), output_columns_, state_panels_of(member));
  }

  bool weights_wanted() const { return gradients_.input != nullptr; }

 private:
  bool projected() const { return weights_.projection != nullptr; }
  Range blocks_of(Member member) const { return member.share(plan_.blocks.count()); }
  // Without a projection these are the columns of the thread's own units.
  Range state_panels_of(Member member) const { return member.share(plan_.state_panels()); }

  float* state_gradient(float* wanted, int width, Scratch& scratch) const {
    return wanted != nullptr ? wanted : scratch.reserve(static_cast<size_t>(plan_.sentences) * width);
  }

  static void clear_rows(float* matrix, size_t width, Range rows) {
    std::memset(matrix + rows.begin * width, 0, rows.size() * width * sizeof(float));
  }

  void copy_states(const Segment& segment, int row) const {
    const size_t width = plan_.hidden;
    float* out = hidden_before_ + row * width;
    if (segment.hidden == nullptr) return clear_rows(out, width, {0, segment.rows});
    for (int r = 0; r < segment.rows; r++)
      std::memcpy(out + r * width, segment.hidden + r * segment.hidden_step, width * sizeof(float));
  }

  float* bias_sums(int block) const { return bias_sums_ + static_cast<size_t>(block) * plan_.blocks.width(); }

  // Gradients of the step's states, some panels' columns, and these packed.
  void add_state_gradients(const Step& step, Range panels) const {
    const int first = panels.begin * plan_.tile.columns, end = least(panels.end * plan_.tile.columns, plan_.hidden);
    if (first >= end) return;
    const size_t hidden = plan_.hidden;
    float* out = d_states_ + step.row * hidden + first;
    kernels_.add(d_output_ + step.row * plan_.output_step() + first, plan_.output_step(), d_hidden_ + first, hidden,
                 step.rows, end - first, out);
    const RowPanels rows(step.rows, plan_.kernels);
    for (int i = 0; i < rows.count(); i++) {
      const Range part = rows[i];
      float* panel = step_states_ + static_cast<size_t>(part.begin) * plan_.elements(plan_.hidden);
      plan_.kernels.pack_left_lines(out + part.begin * hidden, hidden, part.size(), part.size(), end - first,
                                    panel + static_cast<size_t>(first / plan_.kernels.depth) * part.size());
    }
  }

  // Gradients of a block's cell outputs.
  void differentiate_projection(const Step& step, int block) const {
    multiply(step.rows, step_states_, plan_.elements(plan_.hidden), projection_ + block * unit_panel_,
             plan_.blocks.present(block), d_cell_outputs_ + plan_.blocks.first(block), plan_.units);
  }

  // Gate gradients of a step's rows for a block of units, and their sums. Sentences whose last step this is still have
  // zero gradients of their states.
  void differentiate_gates(const Step& step, int block) const {
    const size_t first_unit = plan_.blocks.first(block), units = plan_.units;
    for (const Segment& segment : step.segments) {
      if (segment.rows == 0) continue;
      const int row = step.row + segment.first;
      const size_t at = row * units + first_unit, sentence = segment.first * units + first_unit;
      LstmGateGradients job{};
      job.rows = segment.rows;
      job.units = plan_.blocks.present(block);
      job.gates = plan_.gates_of(d_gates_, block, row);
      job.row_step = plan_.blocks.width();
      job.gate_step = plan_.blocks.size;
      job.cell_before = segment.cell == nullptr ? nullptr : segment.cell + first_unit;
      job.cell = record_.cells + at;
      job.d_cell = d_cell_ + sentence;
      job.cell_output = projected() ? cell_outputs_ + at : nullptr;
      job.cell_step = units;
      job.d_cell_output = projected() ? d_cell_outputs_ + sentence : d_output_ + row * plan_.output_step() + first_unit;
      job.d_cell_output_step = projected() ? units : plan_.output_step();
      job.d_hidden = projected() ? nullptr : d_hidden_ + sentence;
      kernels_.gate_gradients(job);
    }
    kernels_.add_rows(plan_.gates_of(d_gates_, block, step.row), step.rows, plan_.blocks.width(), bias_sums(block));
  }

  // Rows of a step whose states before it have gradients that are needed.
  int rows_wanted(const Step& step) const { return gradients_.initial_hidden != nullptr ? step.rows : step.carried; }

  // This thread's part of the step's gate gradients: its own units, of the rows wanted.
  void pack_gates(size_t s, int wanted, Range blocks) const {
    const int elements = plan_.gate_elements(), each = plan_.block_elements();
    const RowPanels panels(wanted, plan_.kernels);
    for (int i = 0; i < panels.count(); i++) {
      const Range rows = panels[i];
      float* panel = step_gates_[s % 2] + static_cast<size_t>(rows.begin) * elements;
      for (int block = blocks.begin; block < blocks.end; block++) {
        plan_.kernels.pack_left_lines(plan_.gates_of(d_gates_, block, steps_[s].row + rows.begin), plan_.blocks.width(),
                                      rows.size(), rows.size(), plan_.blocks.width(),
                                      panel + static_cast<size_t>(block) * each * rows.size());
      }
    }
  }

  // A panel of the gradients of the hidden states before a step.
  void differentiate_states(size_t s, int wanted, int j) const {
    multiply(wanted, step_gates_[s % 2], plan_.gate_elements(), recurrent_ + j * state_panel_, plan_.state_columns(j),
             d_hidden_ + j * plan_.tile.columns, plan_.hidden);
  }

  // out[rows][columns] = panels of rows · a panel of columns, after which comes the next one to be used.
  void multiply(int rows, const float* left, int elements, const float* right, int columns, float* out,
                size_t step) const {
    const RowPanels panels(rows, plan_.kernels);
    const float* next = right + static_cast<size_t>(elements) * plan_.tile.columns;
    for (int i = 0; i < panels.count(); i++) {
      const Range part = panels[i];
      MicroTile tile{elements,
                     columns,
                     left + static_cast<size_t>(part.begin) * elements,
                     right,
                     kZeros,
                     0,
                     out + part.begin * step,
                     step};
      tile.prefetch = prefetch_of(plan_.kernels, next, elements, plan_.tile.columns, i, panels.count());
      plan_.kernels.product[part.size()](tile);
    }
  }

  // From the blocks' order to that of the public bias.
  void write_bias_gradient(int block) const {
    const float* sums = bias_sums(block);
    for (int gate = 0; gate < 4; gate++) {
      std::memcpy(gradients_.bias + plan_.blocks.column(4 * block + gate), sums + gate * plan_.blocks.size,
                  plan_.blocks.present(block) * sizeof(float));
    }
  }

  const LstmPlan& plan_;
  const LstmKernels& kernels_ = lstm_kernels();
  const LstmWeights& weights_;
  const LstmRecord record_;
  const std::vector<Step> steps_;
  const float* d_output_;
  const LstmGradients& gradients_;
  size_t unit_panel_;   // floats of a panel of the transposed projection
  size_t state_panel_;  // and of transposed recurrent weights
  float* d_gates_;      // take the place of the gates
  float* hidden_before_;
  float* d_hidden_;  // of the states before the step at hand: [sentences][hidden]
  float* d_cell_;
  float* recurrent_;
  float* bias_sums_;
  const float* weight_rows_;
  WeightGradient weight_gradient_;
  float* step_gates_[2];
  float* projection_ = nullptr;
  float* d_states_ = nullptr;
  float* step_states_ = nullptr;
  float* d_cell_outputs_ = nullptr;
  float* cell_outputs_ = nullptr;
  float* output_columns_ = nullptr;
  Barrier barrier_;
};

}  // namespace

void lstm_backward(ThreadGroup& group, Precision precision, const LstmShape& shape, const float* x,
                   const LstmDirection* directions, const LstmRecord& record, const float* d_output, float* d_x,
                   const LstmGradients* gradients) {
  const LstmPlan plan(precision, shape);
  const TransposedLeft x_columns{plan, x, plan.inputs, plan.rows};
  SharedScratch& scratch = shared_scratch();
  const size_t row_elements = plan.elements(plan.rows), states = plan.hidden * row_elements;
  float* weight_rows = scratch.weight_rows.reserve(plan.directions * states + plan.inputs * row_elements);
  float* x_panels = weight_rows + states;
  std::deque<Backward> backward;
  for (int d = 0; d < plan.directions; d++) {
    backward.emplace_back(group, plan, shape, directions[d], plan.record_of(record, d),
                          d_output + static_cast<size_t>(d) * plan.hidden, gradients[d], d == 0,
                          d == 0 ? weight_rows : x_panels, backward_scratch(d));
  }
  const InputGradient input_gradient(plan, record.gates, d_x);
  const size_t input_panel = static_cast<size_t>(input_gradient.elements()) * plan.tile.columns;
  float* input = d_x == nullptr ? nullptr : scratch.input.reserve(input_gradient.column_panels() * input_panel);
  const bool any_weights = std::any_of(backward.begin(), backward.end(), [](const Backward& b) { return b.weights_wanted(); });
  group.run([&](Member all) {
    const auto each = [&](auto&& task) { for_each_direction(plan.directions, all, task); };
    each([&](int d, Member member) { backward[d].prepare(member); });
    const Range panels = d_x == nullptr ? Range{0, 0} : all.share(input_gradient.column_panels());
    for (int j = panels.begin; j < panels.end; j++) {
      for (int d = 0; d < plan.directions; d++) {
        pack_transposed(plan, directions[d].weights.input, plan.inputs, j,
                        input + j * input_panel + d * (input_panel / plan.directions));
      }
    }
    if (any_weights) pack_all_rows(x_columns, x_panels, all);
    group.barrier();
    each([&](int d, Member member) {
      backward[d].run_steps(member);
      backward[d].pack_columns(member, d == 0 ? weight_rows : x_panels + plan.inputs * row_elements);
    });
    group.barrier();
    if (d_x != nullptr) multiply_rows(input_gradient, input, all.share(plan.rows, plan.kernels.row_grain));
    each([&](int d, Member member) { backward[d].differentiate_weights(member); });
  });
}

}  // namespace nmt
