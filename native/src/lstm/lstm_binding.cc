// lstmGateWidth, lstmForward, lstmBackward, lstmStep.
#include "binding/registry.h"
#include "gemm/packed.h"
#include "lstm/lstm.h"

namespace nmt {

namespace {

using Arrays = std::vector<Array<float>>;

// A direction's weights are arrays of a list: input, recurrent, bias, projection (which may be absent).
constexpr int kWeights = 4, kStates = 2;

constexpr char kNeedsProjection[] = "without a projection hidden states have as many numbers as there are units";

struct Sizes {
  size_t inputs, units, hidden;
};

const Array<float>& array_of(Call& call, const Arrays& arrays, int i, size_t length, const char* name) {
  call.require_length(arrays[i], length, name);
  return arrays[i];
}

LstmWeights weights_of(Call& call, const Arrays& arrays, int direction, const Sizes& n) {
  const int at = direction * kWeights;
  const float* projection = nullptr;
  if (arrays[at + 3]) projection = array_of(call, arrays, at + 3, n.units * n.hidden, "projection").data;
  call.require(projection != nullptr || n.units == n.hidden, kNeedsProjection);
  return {array_of(call, arrays, at, n.inputs * 4 * n.units, "inputWeights").data,
          array_of(call, arrays, at + 1, n.hidden * 4 * n.units, "recurrentWeights").data,
          array_of(call, arrays, at + 2, 4 * n.units, "bias").data, projection};
}

// Of one direction, matrices packed.
LstmWeights packed_weights_of(Call& call, const Arrays& arrays, const Sizes& n) {
  const auto packed = [&](int i, size_t columns, size_t rows) -> const float* {
    const Array<float>& array = arrays[i];
    call.require(array && is_packed(array.data, array.length, precision(), columns, rows), kNotPacked);
    return array.data;
  };
  const float* projection = arrays[3] ? packed(3, n.hidden, n.units) : nullptr;
  call.require(projection != nullptr || n.units == n.hidden, kNeedsProjection);
  return {packed(0, 4 * n.units, n.inputs), packed(1, 4 * n.units, n.hidden),
          array_of(call, arrays, 2, 4 * n.units, "bias").data, projection};
}

Arrays read_arrays(Call& call, const char* name, size_t count) {
  Arrays arrays = call.optional_float_arrays(name);
  call.require(arrays.size() == count, std::string(name) + " must have " + std::to_string(count) + " elements");
  return arrays;
}

float* state_of(Call& call, const Arrays& arrays, int i, size_t length, const char* name) {
  return arrays[i] ? array_of(call, arrays, i, length, name).data : nullptr;
}

// The arguments that forward and backward begin with.
struct Sequence {
  LstmShape shape;
  Sizes n;
  size_t rows = 0;
  size_t sentences = 0;
  const float* x;
  LstmDirection directions[kMostDirections];
  LstmRecord record;

  explicit Sequence(Call& call) {
    const int inputs = call.size("inputs"), units = call.size("units"), hidden = call.size("hidden");
    const auto sizes = call.ints("batchSizes");
    const std::string reading = call.text("reading");
    call.require(reading == "forward" || reading == "reverse" || reading == "both",
                 "reading must be forward, reverse or both");
    shape = {inputs, units, hidden, reading == "both" ? 2 : 1, sizes.data, static_cast<int>(sizes.length)};
    n = {static_cast<size_t>(inputs), static_cast<size_t>(units), static_cast<size_t>(hidden)};
    for (size_t t = 0; t < sizes.length; t++) {
      call.require(sizes[t] > 0 && (t == 0 || sizes[t] <= sizes[t - 1]),
                   "batchSizes must be positive and never increase");
      rows += sizes[t];
    }
    call.require(inputs > 0 && units > 0 && hidden > 0, "inputs, units and hidden must be positive");
    sentences = sizes.length == 0 ? 0 : sizes[0];
    x = call.floats("x", rows * n.inputs).data;
    const Arrays weights = read_arrays(call, "weights", shape.directions * kWeights);
    const Arrays states = read_arrays(call, "initialStates", shape.directions * kStates);
    for (int d = 0; d < shape.directions; d++) {
      directions[d] = {reading == "reverse" || d == 1,
                       weights_of(call, weights, d, n),
                       {state_of(call, states, d * kStates, sentences * n.hidden, "initialHidden"),
                        state_of(call, states, d * kStates + 1, sentences * n.units, "initialCell")}};
    }
    const size_t all = shape.directions * rows;
    record.output = call.floats("output", all * n.hidden).data;
    record.gates = call.floats("gates", all * lstm_gate_width(units)).data;
    record.cells = call.floats("cells", all * n.units).data;
  }
};

napi_value forward(Call& call) {
  const Sequence s(call);
  lstm_forward(thread_group(), precision(), s.shape, s.x, s.directions, s.record);
  return call.nothing();
}

napi_value backward(Call& call) {
  const Sequence s(call);
  const auto d_output = call.floats("dOutput", s.shape.directions * s.rows * s.n.hidden);
  const auto d_x = call.optional_floats("dX", s.rows * s.n.inputs);
  const Arrays weights = read_arrays(call, "dWeights", s.shape.directions * kWeights);
  const Arrays states = read_arrays(call, "dInitialStates", s.shape.directions * kStates);
  LstmGradients gradients[kMostDirections];
  for (int d = 0; d < s.shape.directions; d++) {
    const Array<float>* own = &weights[d * kWeights];
    if (own[0] || own[1] || own[2] || own[3]) {
      weights_of(call, weights, d, s.n);  // checks lengths
      call.require((own[3].data != nullptr) == (s.directions[d].weights.projection != nullptr),
                   "dWeights must have a projection where weights have one");
    }
    gradients[d] = {own[0].data,
                    own[1].data,
                    own[2].data,
                    own[3].data,
                    state_of(call, states, d * kStates, s.sentences * s.n.hidden, "dInitialHidden"),
                    state_of(call, states, d * kStates + 1, s.sentences * s.n.units, "dInitialCell")};
  }
  lstm_backward(thread_group(), precision(), s.shape, s.x, s.directions, s.record, d_output.data, d_x.data, gradients);
  return call.nothing();
}

napi_value step(Call& call) {
  const int rows = call.size("rows"), inputs = call.size("inputs"), units = call.size("units"),
            hidden = call.size("hidden");
  const size_t count = rows;
  const Sizes n{static_cast<size_t>(inputs), static_cast<size_t>(units), static_cast<size_t>(hidden)};
  const auto x = call.floats("x", count * n.inputs);
  const auto hidden_before = call.floats("hiddenBefore", count * n.hidden);
  const auto cell_before = call.floats("cellBefore", count * n.units);
  const LstmWeights weights = packed_weights_of(call, read_arrays(call, "packedWeights", kWeights), n);
  const auto hidden_after = call.floats("hiddenAfter", count * n.hidden);
  const auto cell_after = call.floats("cellAfter", count * n.units);
  lstm_step(thread_group(), precision(), rows, inputs, units, hidden, x.data, hidden_before.data, cell_before.data, weights,
            hidden_after.data, cell_after.data);
  return call.nothing();
}

}  // namespace

void register_lstm(Registry& registry) {
  registry.add("lstmGateWidth", {"units"},
               [](Call& call) { return call.number_result(lstm_gate_width(call.size("units"))); });
  registry.add("lstmForward", {"inputs", "units", "hidden", "batchSizes", "reading", "x", "weights", "initialStates",
                               "output", "gates", "cells"}, forward);
  registry.add("lstmBackward", {"inputs", "units", "hidden", "batchSizes", "reading", "x", "weights", "initialStates",
                                "output", "gates", "cells", "dOutput", "dX", "dWeights", "dInitialStates"}, backward);
  registry.add("lstmStep", {"rows", "inputs", "units", "hidden", "x", "hiddenBefore", "cellBefore", "packedWeights",
                            "hiddenAfter", "cellAfter"}, step);
}

}  // namespace nmt
