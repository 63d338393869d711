// attentionForward(…), attentionBackward(…): groups spread over the threads, the heaviest first.
#include "attention/attention_kernels.h"

#include <algorithm>
#include <numeric>
#include <string>
#include <vector>

#include "binding/registry.h"
#include "memory/aligned.h"
#include "threads/thread_group.h"

namespace nmt {

namespace {

// The leading arguments of both functions.
struct Operands {
  Attention attention;
  std::vector<size_t> weight_offsets;
  int groups;
  size_t query_count;
  size_t key_count;
  AttentionGuide guide;  // attention.guide points here where there is one
};

RowGroups read_groups(Call& call, const char* rows_name, const char* offsets_name, size_t& groups) {
  const Array<int32_t> rows = call.ints(rows_name);
  const Array<int32_t> offsets = call.ints(offsets_name, 1);
  groups = offsets.length - 1;
  call.require(offsets[0] == 0, std::string(offsets_name) + " must start at 0");
  for (size_t g = 0; g < groups; g++) {
    call.require(offsets[g] <= offsets[g + 1], std::string(offsets_name) + " must not decrease");
  }
  call.require_length(rows, static_cast<size_t>(offsets[groups]), rows_name);
  return {rows.data, offsets.data};
}

void require_rows(const Call& call, const RowGroups& groups, int count, size_t rows, const char* name) {
  for (int32_t i = 0; i < groups.offsets[count]; i++) {
    call.require(groups.rows[i] >= 0 && static_cast<size_t>(groups.rows[i]) < rows,
                 std::string(name) + " names a row that does not exist");
  }
}

Operands read_operands(Call& call) {
  const Array<float> queries = call.floats("queries");
  const Array<float> keys = call.floats("keys");
  const Array<float> values = call.floats("values");
  const Array<float> energy = call.optional_floats("energy");
  size_t groups, key_groups;
  const RowGroups query_rows = read_groups(call, "queryRows", "queryOffsets", groups);
  const RowGroups key_rows = read_groups(call, "keyRows", "keyOffsets", key_groups);
  const int hidden = call.size("hidden");
  const int value_width = call.size("valueWidth");
  call.require(hidden > 0 && value_width > 0, "widths must be positive");
  call.require(groups == key_groups, "queries and keys must have the same groups");
  if (energy) call.require_length(energy, static_cast<size_t>(hidden), "energy");

  Operands operands;
  operands.groups = static_cast<int>(groups);
  operands.query_count = queries.length / static_cast<size_t>(hidden);
  operands.key_count = keys.length / static_cast<size_t>(hidden);
  call.require_length(values, operands.key_count * static_cast<size_t>(value_width), "values");
  require_rows(call, query_rows, operands.groups, operands.query_count, "queryRows");
  require_rows(call, key_rows, operands.groups, operands.key_count, "keyRows");
  operands.weight_offsets.resize(groups + 1);
  for (int g = 0; g < operands.groups; g++) {
    const size_t weights = static_cast<size_t>(query_rows.size(g)) * static_cast<size_t>(key_rows.size(g));
    operands.weight_offsets[static_cast<size_t>(g) + 1] = operands.weight_offsets[static_cast<size_t>(g)] + weights;
  }
  operands.attention = {queries.data, keys.data, values.data, energy.data, query_rows,
                        key_rows,     nullptr,   hidden,      value_width, nullptr};
  return operands;
}

// The guide, whose arguments are left out where there is none.
void read_guide(Call& call, Operands& operands) {
  const Array<int32_t> offsets = call.optional_ints("guideOffsets");
  const Array<int32_t> keys = call.optional_ints("guideKeys");
  const std::string cost = call.text("guideCost");
  if (!offsets) return;
  Attention& a = operands.attention;
  const size_t queries = static_cast<size_t>(a.query_rows.offsets[operands.groups]);
  call.require_length(offsets, queries + 1, "guideOffsets");
  call.require(offsets[0] == 0 && static_cast<size_t>(offsets[queries]) <= keys.length,
               "guideOffsets must lead from 0 into guideKeys");
  for (size_t q = 0; q < queries; q++) call.require(offsets[q] <= offsets[q + 1], "guideOffsets must not decrease");
  for (int g = 0; g < operands.groups; g++) {
    const int32_t first = offsets[static_cast<size_t>(a.query_rows.offsets[g])];
    const int32_t last = offsets[static_cast<size_t>(a.query_rows.offsets[g + 1])];
    for (int32_t k = first; k < last; k++) {
      call.require(keys[static_cast<size_t>(k)] >= 0 && keys[static_cast<size_t>(k)] < a.key_rows.size(g),
                   "guideKeys names a key that its group does not have");
    }
  }
  call.require(cost == "ce" || cost == "mse", "guideCost is neither ce nor mse");
  operands.guide = {offsets.data, keys.data, cost == "ce" ? GuideCost::kCrossEntropy : GuideCost::kSquares};
  a.guide = &operands.guide;
}

// Runs task(group) for every group. Little work stays on the calling thread: waking another can take longer.
template <class Task>
void for_each_group(Operands& operands, Task&& task) {
  constexpr size_t kLittle = 1 << 18;  // multiply-adds
  operands.attention.weight_offsets = operands.weight_offsets.data();
  const std::vector<size_t>& offsets = operands.weight_offsets;
  const Attention& a = operands.attention;
  if (offsets.back() * static_cast<size_t>(a.hidden + a.value_width) < kLittle) {
    for (int g = 0; g < operands.groups; g++) task(g);
    return;
  }
  std::vector<int> order(static_cast<size_t>(operands.groups));
  std::iota(order.begin(), order.end(), 0);
  const auto weights = [&](int g) { return offsets[static_cast<size_t>(g) + 1] - offsets[static_cast<size_t>(g)]; };
  std::stable_sort(order.begin(), order.end(), [&](int x, int y) { return weights(x) > weights(y); });
  thread_group().parallel_dynamic(operands.groups, [&](int i) { task(order[static_cast<size_t>(i)]); });
}

napi_value attention_forward(Call& call) {
  Operands operands = read_operands(call);
  const Attention& a = operands.attention;
  const Array<float> context = call.floats("context", operands.query_count * static_cast<size_t>(a.value_width));
  const Array<float> weights = call.floats("weights", operands.weight_offsets.back());
  read_guide(call, operands);
  const AttentionKernels& kernels = attention_kernels();
  std::vector<double> costs(static_cast<size_t>(operands.groups));
  for_each_group(operands, [&](int group) {
    costs[static_cast<size_t>(group)] = kernels.forward(a, group, context.data, weights.data);
  });
  return call.number_result(std::accumulate(costs.begin(), costs.end(), 0.0));
}

napi_value attention_backward(Call& call) {
  Operands operands = read_operands(call);
  const Attention& a = operands.attention;
  const size_t hidden = static_cast<size_t>(a.hidden), value_width = static_cast<size_t>(a.value_width);
  const Array<float> weights = call.floats("weights", operands.weight_offsets.back());
  const Array<float> upstream = call.floats("contextGradient", operands.query_count * value_width);
  const Array<float> of_queries = call.floats("queryGradient", operands.query_count * hidden);
  const Array<float> of_keys = call.floats("keyGradient", operands.key_count * hidden);
  const Array<float> of_values = call.floats("valueGradient", operands.key_count * value_width);
  const Array<float> of_energy = call.optional_floats("energyGradient", a.energy == nullptr ? 0 : hidden);
  read_guide(call, operands);
  const float scale = static_cast<float>(call.number("guideScale"));
  static thread_local Scratch shares;
  float* share = a.energy == nullptr ? nullptr : shares.reserve(static_cast<size_t>(operands.groups) * hidden);
  const AttentionGradients gradients = {of_queries.data, of_keys.data, of_values.data, share};
  const AttentionKernels& kernels = attention_kernels();
  for_each_group(operands, [&](int group) { kernels.backward(a, group, weights.data, upstream.data, scale, gradients); });
  if (a.energy != nullptr) {
    std::fill_n(of_energy.data, hidden, 0.0f);
    for (int g = 0; g < operands.groups; g++) {
      for (size_t i = 0; i < hidden; i++) of_energy[i] += share[static_cast<size_t>(g) * hidden + i];
    }
  }
  return call.nothing();
}

}  // namespace

void register_attention(Registry& registry) {
  registry.add("attentionForward", {"queries", "keys", "values", "energy", "queryRows", "queryOffsets", "keyRows",
                                    "keyOffsets", "hidden", "valueWidth", "context", "weights", "guideOffsets", "guideKeys",
                                    "guideCost"}, attention_forward);
  registry.add("attentionBackward", {"queries", "keys", "values", "energy", "queryRows", "queryOffsets", "keyRows",
                                     "keyOffsets", "hidden", "valueWidth", "weights", "contextGradient",
                                     "queryGradient", "keyGradient", "valueGradient", "energyGradient", "guideOffsets",
                                     "guideKeys", "guideCost", "guideScale"},
               attention_backward);
}

}  // namespace nmt
