// lstmGateWidth, lstmForward, lstmBackward, lstmStep.
#include "binding/registry.h"
#include "lstm/lstm.h"

namespace nmt {

namespace {

LstmWeights read_weights(Call& call, int inputs, int hidden) {
  const size_t columns = 4 * static_cast<size_t>(hidden);
  const auto input = call.floats("inputWeights", inputs * columns);
  const auto recurrent = call.floats("recurrentWeights", hidden * columns);
  const auto bias = call.floats("bias", columns);
  return {input.data, recurrent.data, bias.data};
}

// The arguments that forward and backward begin with.
struct Sequence {
  LstmShape shape;
  size_t rows = 0;
  size_t sentences = 0;
  const float* x;
  LstmWeights weights;
  LstmInitialState initial;
  LstmRecord record;

  explicit Sequence(Call& call) {
    const int inputs = call.size("inputs"), hidden = call.size("hidden");
    const auto sizes = call.ints("batchSizes");
    const bool reverse = call.boolean("reverse");
    shape = {inputs, hidden, sizes.data, static_cast<int>(sizes.length), reverse};
    for (size_t t = 0; t < sizes.length; t++) {
      call.require(sizes[t] > 0 && (t == 0 || sizes[t] <= sizes[t - 1]),
                   "batchSizes must be positive and never increase");
      rows += sizes[t];
    }
    call.require(inputs > 0 && hidden > 0, "inputs and hidden must be positive");
    sentences = sizes.length == 0 ? 0 : sizes[0];
    x = call.floats("x", rows * inputs).data;
    weights = read_weights(call, inputs, hidden);
    const float* initial_hidden = call.optional_floats("initialHidden", sentences * hidden).data;
    initial = {initial_hidden, call.optional_floats("initialCell", sentences * hidden).data};
    record.output = call.floats("output", rows * hidden).data;
    record.gates = call.floats("gates", rows * lstm_gate_width(hidden)).data;
    record.cells = call.floats("cells", rows * hidden).data;
  }
};

napi_value forward(Call& call) {
  const Sequence s(call);
  lstm_forward(team(), precision(), s.shape, s.x, s.weights, s.initial, s.record);
  return call.nothing();
}

napi_value backward(Call& call) {
  const Sequence s(call);
  const size_t inputs = s.shape.inputs, hidden = s.shape.hidden;
  const auto d_output = call.floats("dOutput", s.rows * hidden);
  LstmGradients gradients;
  gradients.x = call.optional_floats("dX", s.rows * inputs).data;
  gradients.input = call.floats("dInputWeights", inputs * 4 * hidden).data;
  gradients.recurrent = call.floats("dRecurrentWeights", hidden * 4 * hidden).data;
  gradients.bias = call.floats("dBias", 4 * hidden).data;
  gradients.initial_hidden = call.optional_floats("dInitialHidden", s.sentences * hidden).data;
  gradients.initial_cell = call.optional_floats("dInitialCell", s.sentences * hidden).data;
  lstm_backward(team(), precision(), s.shape, s.x, s.weights, s.initial, s.record, d_output.data, gradients);
  return call.nothing();
}

napi_value step(Call& call) {
  const int rows = call.size("rows"), inputs = call.size("inputs"), hidden = call.size("hidden");
  const size_t states = static_cast<size_t>(rows) * hidden;
  const auto x = call.floats("x", static_cast<size_t>(rows) * inputs);
  const auto hidden_before = call.floats("hiddenBefore", states), cell_before = call.floats("cellBefore", states);
  const LstmWeights weights = read_weights(call, inputs, hidden);
  const auto hidden_after = call.floats("hiddenAfter", states), cell_after = call.floats("cellAfter", states);
  lstm_step(team(), precision(), rows, inputs, hidden, x.data, hidden_before.data, cell_before.data, weights,
            hidden_after.data, cell_after.data);
  return call.nothing();
}

}  // namespace

void register_lstm(Registry& registry) {
  registry.add("lstmGateWidth", [](Call& call) { return call.number_result(lstm_gate_width(call.size("hidden"))); });
  registry.add("lstmForward", forward);
  registry.add("lstmBackward", backward);
  registry.add("lstmStep", step);
}

}  // namespace nmt
