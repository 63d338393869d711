// dispatch, combine and expertFfn, each with its gradient.
#include <cstring>

#include "binding/registry.h"
#include "moe/experts.h"
#include "moe/moe_kernels.h"
#include "optimizer/factored_rates.h"
#include "threads/share.h"

namespace nmt {

namespace {

void check_range(Call& call, const Array<int32_t>& values, size_t count, int below, const char* name) {
  for (size_t i = 0; i < count; i++) {
    call.require(values[i] >= 0 && values[i] < below, std::string(name) + " has a value out of range");
  }
}

// The dimensions that end the arguments of functions that move rows between positions and experts.
struct Routing {
  int positions;
  size_t width;
  int k;

  explicit Routing(Call& call) : positions(call.size("positions")), width(call.size("width")), k(call.size("k")) {}
  int slots() const { return positions * k; }
  size_t by_position() const { return positions * width; }
  size_t by_slot() const { return slots() * width; }
};

// x [positions, width] → out [slots, width]: row r is the position of slot slots[r].
napi_value dispatch(Call& call) {
  const auto x = call.floats("x");
  const auto slots = call.ints("slots");
  const auto out = call.floats("out");
  const Routing r(call);
  call.require_length(x, r.by_position(), "x");
  call.require_length(slots, r.slots(), "slots");
  call.require_length(out, r.by_slot(), "out");
  check_range(call, slots, r.slots(), r.slots(), "slots");
  share(thread_group(), r.slots(), r.width, 1, [&](size_t begin, size_t end) {
    for (size_t i = begin; i < end; i++) {
      std::memcpy(out.data + i * r.width, x.data + slots[i] / r.k * r.width, r.width * sizeof(float));
    }
  });
  return call.nothing();
}

napi_value dispatch_gradient(Call& call) {
  const auto dy = call.floats("dy");
  const auto rows = call.ints("rows");
  const auto dx = call.floats("dx");
  const Routing r(call);
  call.require_length(dy, r.by_slot(), "dy");
  call.require_length(rows, r.slots(), "rows");
  call.require_length(dx, r.by_position(), "dx");
  check_range(call, rows, r.slots(), r.slots(), "rows");
  const auto kernel = moe_kernels().combine;
  share(thread_group(), r.positions, r.width * r.k, 1, [&](size_t begin, size_t end) {
    for (size_t i = begin; i < end; i++) {
      kernel(dy.data, rows.data + i * r.k, nullptr, r.k, r.width, dx.data + i * r.width);
    }
  });
  return call.nothing();
}

napi_value combine(Call& call) {
  const auto y = call.floats("y"), gates = call.floats("gates");
  const auto rows = call.ints("rows");
  const auto out = call.floats("out");
  const Routing r(call);
  call.require_length(y, r.by_slot(), "y");
  call.require_length(gates, r.slots(), "gates");
  call.require_length(rows, r.slots(), "rows");
  call.require_length(out, r.by_position(), "out");
  check_range(call, rows, r.slots(), r.slots(), "rows");
  const auto kernel = moe_kernels().combine;
  share(thread_group(), r.positions, r.width * r.k, 1, [&](size_t begin, size_t end) {
    for (size_t i = begin; i < end; i++) {
      kernel(y.data, rows.data + i * r.k, gates.data + i * r.k, r.k, r.width, out.data + i * r.width);
    }
  });
  return call.nothing();
}

napi_value combine_gradient(Call& call) {
  const auto d_out = call.floats("dOut"), y = call.floats("y"), gates = call.floats("gates");
  const auto rows = call.ints("rows");
  const auto d_y = call.floats("dY"), d_gates = call.floats("dGates");
  const Routing r(call);
  call.require_length(d_out, r.by_position(), "dOut");
  call.require_length(y, r.by_slot(), "y");
  call.require_length(gates, r.slots(), "gates");
  call.require_length(rows, r.slots(), "rows");
  call.require_length(d_y, r.by_slot(), "dY");
  call.require_length(d_gates, r.slots(), "dGates");
  check_range(call, rows, r.slots(), r.slots(), "rows");
  const auto kernel = moe_kernels().combine_gradient;
  share(thread_group(), r.positions, r.width * r.k, 1, [&](size_t begin, size_t end) {
    for (size_t i = begin; i < end; i++) {
      const size_t slot = i * r.k;
      kernel(d_out.data + i * r.width, y.data, rows.data + slot, gates.data + slot, r.k, r.width, d_y.data,
             d_gates.data + slot);
    }
  });
  return call.nothing();
}

// Checks the arrays of an expert call against its dimensions, which end the arguments.
struct ExpertShapes {
  size_t rows, x, by_hidden, by_width, weights, activations;

  ExpertShapes(Call& call, Experts& experts, const Array<int32_t>& offsets) {
    experts.count = call.size("experts");
    experts.width = call.size("width");
    experts.hidden = call.size("hidden");
    const size_t count = experts.count;
    call.require_length(offsets, count + 1, "offsets");
    call.require(offsets[0] == 0, "offsets must start at 0");
    for (size_t e = 0; e < count; e++) call.require(offsets[e] <= offsets[e + 1], "offsets must not fall");
    rows = offsets[count];
    x = rows * experts.width;
    by_hidden = count * experts.hidden;
    by_width = count * experts.width;
    weights = count * experts.width * experts.hidden;
    activations = rows * experts.hidden;
  }

  void require_activations(Call& call, const Array<float>& kept) const {
    if (kept) call.require_length(kept, activations, "activations");
  }
};

napi_value expert_ffn(Call& call) {
  const auto x = call.floats("x"), w1 = call.floats("w1"), w2 = call.floats("w2");
  const auto offsets = call.ints("offsets");
  const auto out = call.floats("out");
  const auto activations = call.optional_floats("activations");
  Experts experts{0, 0, 0, offsets.data, x.data, w1.data, w2.data, activations.data};
  const ExpertShapes shapes(call, experts, offsets);
  shapes.require_activations(call, activations);
  call.require_length(x, shapes.x, "x");
  call.require_length(w1, shapes.weights, "w1");
  call.require_length(w2, shapes.weights, "w2");
  call.require_length(out, shapes.x, "out");
  experts_forward(thread_group(), precision(), experts, out.data);
  return call.nothing();
}

napi_value expert_ffn_gradient(Call& call) {
  const auto x = call.floats("x"), w1 = call.floats("w1"), w2 = call.floats("w2");
  const auto offsets = call.ints("offsets");
  const auto dy = call.floats("dy");
  const auto activations = call.optional_floats("activations");
  const auto d_x = call.floats("dX");
  const auto d_w1 = call.optional_floats("dW1"), d_w2 = call.optional_floats("dW2");
  Experts experts{0, 0, 0, offsets.data, x.data, w1.data, w2.data, activations.data};
  const ExpertShapes shapes(call, experts, offsets);
  shapes.require_activations(call, activations);
  call.require_length(x, shapes.x, "x");
  call.require_length(w1, shapes.weights, "w1");
  call.require_length(w2, shapes.weights, "w2");
  call.require_length(dy, shapes.x, "dy");
  call.require_length(d_x, shapes.x, "dX");
  call.require(static_cast<bool>(d_w1) == static_cast<bool>(d_w2), "dW1 and dW2 are both wanted or neither is");
  if (d_w1) {
    call.require_length(d_w1, shapes.weights, "dW1");
    call.require_length(d_w2, shapes.weights, "dW2");
  }
  experts_backward(thread_group(), precision(), experts, dy.data, {d_x.data, d_w1.data, d_w2.data});
  return call.nothing();
}

napi_value expert_ffn_update(Call& call) {
  const auto x = call.floats("x"), w1 = call.floats("w1"), w2 = call.floats("w2");
  const auto offsets = call.ints("offsets");
  const auto dy = call.floats("dy");
  const auto activations = call.optional_floats("activations");
  const auto d_x = call.floats("dX");
  const auto rows1 = call.floats("rows1"), columns1 = call.floats("columns1");
  const auto rows2 = call.floats("rows2"), columns2 = call.floats("columns2");
  Experts experts{0, 0, 0, offsets.data, x.data, w1.data, w2.data, activations.data};
  const ExpertShapes shapes(call, experts, offsets);
  shapes.require_activations(call, activations);
  const FactoredRates rates = read_factored_rates(call);
  call.require_length(x, shapes.x, "x");
  call.require_length(w1, shapes.weights, "w1");
  call.require_length(w2, shapes.weights, "w2");
  call.require_length(dy, shapes.x, "dy");
  call.require_length(d_x, shapes.x, "dX");
  call.require_length(rows1, shapes.by_width, "rows1");
  call.require_length(columns1, shapes.by_hidden, "columns1");
  call.require_length(rows2, shapes.by_hidden, "rows2");
  call.require_length(columns2, shapes.by_width, "columns2");
  const ExpertMoments moments{w1.data, rows1.data, columns1.data, w2.data, rows2.data, columns2.data};
  return call.number_result(experts_update(thread_group(), precision(), experts, dy.data, d_x.data, moments, rates));
}

}  // namespace

void register_moe(Registry& registry) {
  registry.add("dispatch", {"x", "slots", "out", "positions", "width", "k"}, dispatch);
  registry.add("dispatchGradient", {"dy", "rows", "dx", "positions", "width", "k"}, dispatch_gradient);
  registry.add("combine", {"y", "gates", "rows", "out", "positions", "width", "k"}, combine);
  registry.add("combineGradient", {"dOut", "y", "gates", "rows", "dY", "dGates", "positions", "width", "k"},
               combine_gradient);
  registry.add("expertFfn", {"x", "w1", "w2", "offsets", "out", "activations", "experts", "width", "hidden"},
               expert_ffn);
  registry.add("expertFfnGradient", {"x", "w1", "w2", "offsets", "dy", "activations", "dX", "dW1", "dW2", "experts",
                                     "width", "hidden"}, expert_ffn_gradient);
  registry.add("expertFfnUpdate", {"x", "w1", "w2", "offsets", "dy", "activations", "dX", "rows1", "columns1", "rows2",
                                   "columns2", "experts", "width", "hidden", "learningRate", "beta2", "floor",
                                   "secondCorrection", "gradientScale", "longest"}, expert_ffn_update);
}

}  // namespace nmt
