// topKGates and noisyGates, each with its gradient. Rows of noisyGates may lie in groups, each with a load of its own.
#include <cstring>
#include <vector>

#include "binding/registry.h"
#include "elementwise/elementwise_kernels.h"
#include "gating/gating_kernels.h"
#include "threads/share.h"

namespace nmt {

namespace {

// The dimensions that end the arguments of topKGates and its gradient.
struct TopK {
  int positions, width, k;

  explicit TopK(Call& call) : positions(call.size("positions")), width(call.size("width")), k(call.size("k")) {
    call.require(k >= 1 && k <= width, "k must be from 1 to the number of experts");
  }
  size_t logits() const { return static_cast<size_t>(positions) * width; }
  size_t chosen() const { return static_cast<size_t>(positions) * k; }
};

napi_value top_k_gates(Call& call) {
  const auto logits = call.floats("logits"), gates = call.floats("gates");
  const auto experts = call.ints("experts");
  const TopK g(call);
  call.require_length(logits, g.logits(), "logits");
  call.require_length(gates, g.chosen(), "gates");
  call.require_length(experts, g.chosen(), "experts");
  const auto kernel = gating_kernels().top_k_gates;
  const size_t width = g.width;
  share(thread_group(), g.positions, width, 1, [&](size_t begin, size_t end) {
    for (size_t i = begin; i < end; i++) {
      kernel(logits.data + i * width, g.width, g.k, gates.data + i * g.k, experts.data + i * g.k);
    }
  });
  return call.nothing();
}

// Through the softmax: d logit[expert j] = gate j · (d gate j - Σ d gate · gate).
napi_value top_k_gates_gradient(Call& call) {
  const auto d_gates = call.floats("dGates"), gates = call.floats("gates");
  const auto experts = call.ints("experts");
  const auto d_logits = call.floats("dLogits");
  const TopK g(call);
  call.require_length(d_gates, g.chosen(), "dGates");
  call.require_length(gates, g.chosen(), "gates");
  call.require_length(experts, g.chosen(), "experts");
  call.require_length(d_logits, g.logits(), "dLogits");
  for (size_t i = 0; i < g.chosen(); i++) {
    call.require(experts[i] >= 0 && experts[i] < g.width, "experts has a value out of range");
  }
  const size_t width = g.width;
  share(thread_group(), g.positions, width, 1, [&](size_t begin, size_t end) {
    std::memset(d_logits.data + begin * width, 0, (end - begin) * width * sizeof(float));
    for (size_t i = begin; i < end; i++) {
      const float* gate = gates.data + i * g.k;
      const float* d = d_gates.data + i * g.k;
      float mean = 0;
      for (int j = 0; j < g.k; j++) mean += d[j] * gate[j];
      for (int j = 0; j < g.k; j++) d_logits[i * width + experts[i * g.k + j]] = gate[j] * (d[j] - mean);
    }
  });
  return call.nothing();
}

// Rows of one group, few enough to be summed on one thread.
struct Block {
  size_t begin, end, group;
};

// The arguments that end noisyGates and its gradient: logits and noise [rows, width], offsets [groups + 1], the first row of each group.
struct NoisyGates {
  Array<float> clean, noise_input, noise;
  Array<int32_t> offsets;
  int rows, width, k;
  float noise_floor;

  explicit NoisyGates(Call& call)
      : clean(call.floats("clean")),
        noise_input(call.floats("noiseInput")),
        noise(call.floats("noise")),
        offsets(call.ints("offsets", 2)),
        rows(call.size("rows")),
        width(call.size("width")),
        k(call.size("k")),
        noise_floor(static_cast<float>(call.number("noiseFloor"))) {
    call.require(k >= 1 && k <= width, "k must be from 1 to the number of experts");
    call.require_length(clean, logits(), "clean");
    call.require_length(noise_input, logits(), "noiseInput");
    call.require_length(noise, logits(), "noise");
    call.require(offsets[0] == 0 && offsets[groups()] == rows, "offsets must go from 0 to the number of rows");
    for (size_t group = 0; group < groups(); group++) {
      call.require(offsets[group] <= offsets[group + 1], "offsets must not descend");
    }
  }

  size_t groups() const { return offsets.length - 1; }
  size_t logits() const { return static_cast<size_t>(rows) * width; }
  size_t chosen() const { return static_cast<size_t>(rows) * k; }
  // Gates [rows, k], then load [groups, width].
  size_t outputs() const { return chosen() + groups() * width; }

  GateRow row(size_t i) const {
    const size_t at = i * width;
    return {clean.data + at, noise_input.data + at, noise.data + at, noise_floor, width, k};
  }

  std::vector<Block> blocks() const {
    constexpr size_t kRows = 64;
    std::vector<Block> result;
    for (size_t group = 0; group < groups(); group++) {
      const size_t end = offsets[group + 1];
      for (size_t at = offsets[group]; at < end; at += kRows)
        result.push_back({at, end < at + kRows ? end : at + kRows, group});
    }
    return result;
  }

  // task(block number, scratch) for every block.
  template <class Task>
  void for_each_block(size_t count, Task&& task) const {
    constexpr size_t kWork = 64 * 8;
    share(thread_group(), count, kWork * width, 1, [&](size_t begin, size_t end) {
      std::vector<float> floats(3 * static_cast<size_t>(width));
      std::vector<int32_t> best(k + 1);
      const GateScratch scratch{floats.data(), floats.data() + width, floats.data() + 2 * static_cast<size_t>(width),
                                best.data()};
      for (size_t i = begin; i < end; i++) task(i, scratch);
    });
  }
};

// Load is summed over blocks of rows, then over the blocks, so that it doesn't depend on the number of threads.
napi_value noisy_gates(Call& call) {
  const auto out = call.floats("out");
  const auto experts = call.ints("experts");
  const NoisyGates g(call);
  call.require_length(out, g.outputs(), "out");
  call.require_length(experts, g.chosen(), "experts");
  const size_t width = g.width;
  const std::vector<Block> blocks = g.blocks();
  std::vector<float> sums(blocks.size() * width, 0.0f);
  const auto kernel = gating_kernels().noisy_gates;
  g.for_each_block(blocks.size(), [&](size_t b, const GateScratch& scratch) {
    for (size_t i = blocks[b].begin; i < blocks[b].end; i++) {
      kernel(g.row(i), scratch, out.data + i * g.k, experts.data + i * g.k, sums.data() + b * width);
    }
  });
  const auto sum_rows = elementwise_kernels().sum_rows;
  for (size_t group = 0, first = 0; group < g.groups(); group++) {
    size_t count = 0;
    while (first + count < blocks.size() && blocks[first + count].group == group) count++;
    sum_rows(sums.data() + first * width, count, width, width, out.data + g.chosen() + group * width);
    first += count;
  }
  return call.nothing();
}

// `out` as noisyGates left it; only its gates are read.
napi_value noisy_gates_gradient(Call& call) {
  const auto d_out = call.floats("dOut"), out = call.floats("out");
  const auto d_clean = call.floats("dClean"), d_noise_input = call.floats("dNoiseInput");
  const NoisyGates g(call);
  call.require_length(d_out, g.outputs(), "dOut");
  call.require_length(out, g.chosen(), "out");
  call.require_length(d_clean, g.logits(), "dClean");
  call.require_length(d_noise_input, g.logits(), "dNoiseInput");
  const std::vector<Block> blocks = g.blocks();
  const auto kernel = gating_kernels().noisy_gates_gradient;
  g.for_each_block(blocks.size(), [&](size_t b, const GateScratch& scratch) {
    const float* d_load = d_out.data + g.chosen() + blocks[b].group * g.width;
    for (size_t i = blocks[b].begin; i < blocks[b].end; i++) {
      const size_t at = i * g.width, slot = i * g.k;
      kernel(g.row(i), scratch, out.data + slot, d_out.data + slot, d_load, d_clean.data + at, d_noise_input.data + at);
    }
  });
  return call.nothing();
}

}  // namespace

void register_gating(Registry& registry) {
  registry.add("topKGates", {"logits", "gates", "experts", "positions", "width", "k"}, top_k_gates);
  registry.add("topKGatesGradient", {"dGates", "gates", "experts", "dLogits", "positions", "width", "k"},
               top_k_gates_gradient);
  registry.add("noisyGates", {"out", "experts", "clean", "noiseInput", "noise", "offsets", "rows", "width", "k",
                              "noiseFloor"}, noisy_gates);
  registry.add("noisyGatesGradient", {"dOut", "out", "dClean", "dNoiseInput", "clean", "noiseInput", "noise", "offsets",
                                      "rows", "width", "k", "noiseFloor"}, noisy_gates_gradient);
}

}  // namespace nmt
