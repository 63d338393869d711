#include "inference/experts.h"

#include <algorithm>
#include <cstring>

#include "inference/inference_kernels.h"

namespace nmt {

namespace {

// The columns of the k largest of `count` values, best first, ties to the lower column, and their softmax.
void best_gates(const float* values, int count, int k, std::vector<int>& columns, std::vector<float>& gates) {
  columns.clear();
  const auto before = [&](int a, int b) { return values[a] != values[b] ? values[a] > values[b] : a < b; };
  for (int c = 0; c < count; c++) {
    if (static_cast<int>(columns.size()) == k && !before(c, columns.back())) continue;
    columns.insert(std::upper_bound(columns.begin(), columns.end(), c, before), c);
    if (static_cast<int>(columns.size()) > k) columns.pop_back();
  }
  gates.resize(columns.size());
  for (size_t i = 0; i < columns.size(); i++) gates[i] = values[columns[i]];
  inference_kernels().softmax(gates.data(), static_cast<int>(gates.size()));
}

}  // namespace

ExpertNetworks::ExpertNetworks(const Parts& parts, const std::string& name, int experts, int width, int hidden, bool gated,
                               ExpertMemory& memory)
    : memory_(memory) {
  // The matrices [experts][inputs][outputs] of all experts; `own` is set to those of one after another.
  struct Matrices {
    Linear::Source own;
    size_t size = 0, lines = 0;
    void next() {
      own.first += size;
      own.first_scale += lines;
    }
  };
  const auto matrices = [&](const char* part, int inputs, int outputs) {
    Matrices all;
    all.own.weights = &parts.tensors.take(name + "." + part, {experts, inputs, outputs}, true);
    all.own.scales = parts.tensors.scales_of(*all.own.weights);
    all.size = area(inputs, outputs);
    all.lines = static_cast<size_t>(outputs);
    return all;
  };
  Matrices inner = matrices("inner", width, hidden), outer = matrices("outer", hidden, width);
  Matrices open = gated ? matrices("inner_gate", width, hidden) : Matrices();
  for (int e = 0; e < experts; e++) {
    slots_.emplace_back(ExpertSource{parts.arithmetic, width, hidden, inner.own, outer.own, open.own});
    for (Matrices* each : {&inner, &outer, &open}) each->next();
  }
}

void ExpertNetworks::run(Run& run, int expert, const float* x, int rows, float* out) const {
  memory_.take(slots_[static_cast<size_t>(expert)])->run(run, x, rows, out);
}

void ExpertNetworks::packed_first(std::vector<int>& experts) const {
  if (!memory_.bounded()) return;
  std::vector<ExpertMemory::Slot*> slots;
  for (const int e : experts) slots.push_back(&slots_[static_cast<size_t>(e)]);
  const std::vector<bool> packed = memory_.packed(slots);
  std::vector<int> sorted;
  for (const bool wanted : {true, false}) {
    for (size_t i = 0; i < experts.size(); i++) {
      if (packed[i] == wanted) sorted.push_back(experts[i]);
    }
  }
  experts.swap(sorted);
}

Experts::Experts(const Parts& parts, const std::string& name, const ExpertsShape& shape)
    : shape_(shape),
      networks_(parts, name + ".experts", shape.experts, shape.hidden, shape.expert_hidden, shape.gated, parts.expert_memory),
      served_(new std::atomic<uint64_t>[static_cast<size_t>(shape.experts) + 1]()) {
  const std::string gate = name + ".gate";
  const auto take = [&](const char* part, std::vector<int> axes) { return parts.tensors.floats(gate + part, axes); };
  const int hidden = shape.hidden, experts = shape.experts;
  if (shape.gating == Gating::hierarchical) {
    const int groups = shape.groups, each = experts / groups;
    primary_ = take(".primary_weights", {hidden, groups});
    weights_ = take(".weights", {groups, hidden, each});
    // Noise is for training alone.
    take(".primary_noise_weights", {hidden, groups});
    take(".noise_weights", {groups, hidden, each});
  } else {
    weights_ = take(".weights", {hidden, experts});
    if (shape.gating == Gating::noisy_top_k) take(".noise_weights", {hidden, experts});
    if (shape.gating == Gating::strictly_balanced) thresholds_ = take(".thresholds", {experts});
  }
  if (shape.shared_hidden > 0) {
    shared_ = std::make_unique<ExpertNetworks>(parts, name + ".shared_expert", 1, hidden, shape.shared_hidden, shape.gated, always_);
  }
}

std::vector<uint64_t> Experts::load() const {
  std::vector<uint64_t> counts(static_cast<size_t>(shape_.experts) + 1);
  for (size_t e = 0; e < counts.size(); e++) counts[e] = served_[e].load(std::memory_order_relaxed);
  return counts;
}

Experts::Choices Experts::choose(Run& run, const float* x, int rows) const {
  Choices choices;
  choices.starts.push_back(0);
  if (shape_.gating == Gating::hierarchical) {
    choose_in_groups(run, x, rows, choices);
    return choices;
  }
  const InferenceKernels& kernels = inference_kernels();
  const int experts = shape_.experts;
  float* logits = run.floats(Piece::expert_gates, area(rows, experts));
  kernels.product(x, rows, shape_.hidden, weights_, experts, logits);
  std::vector<int> columns;
  std::vector<float> gates;
  for (int r = 0; r < rows; r++) {
    float* own = logits + area(r, experts);
    if (shape_.gating == Gating::noisy_top_k) {
      best_gates(own, experts, shape_.used, columns, gates);
    } else {
      kernels.softmax(own, experts);
      columns.clear();
      gates.clear();
      float total = 0;
      for (int e = 0; e < experts; e++) {
        if (thresholds_ != nullptr && !(own[e] > thresholds_[e])) continue;
        columns.push_back(e);
        gates.push_back(own[e]);
        total += own[e];
      }
      if (thresholds_ != nullptr) {
        for (float& gate : gates) gate /= total;
      }
    }
    choices.experts.insert(choices.experts.end(), columns.begin(), columns.end());
    choices.gates.insert(choices.gates.end(), gates.begin(), gates.end());
    choices.starts.push_back(static_cast<int>(choices.experts.size()));
  }
  return choices;
}

void Experts::choose_in_groups(Run& run, const float* x, int rows, Choices& choices) const {
  const InferenceKernels& kernels = inference_kernels();
  const int groups = shape_.groups, each = shape_.experts / groups, hidden = shape_.hidden;
  float* primary = run.floats(Piece::expert_gates, area(rows, groups) + static_cast<size_t>(each));
  float* secondary = primary + area(rows, groups);
  kernels.product(x, rows, hidden, primary_, groups, primary);
  std::vector<int> chosen, columns;
  std::vector<float> group_gates, gates;
  for (int r = 0; r < rows; r++) {
    best_gates(primary + area(r, groups), groups, shape_.groups_used, chosen, group_gates);
    for (size_t g = 0; g < chosen.size(); g++) {
      kernels.product(x + area(r, hidden), 1, hidden, weights_ + area(chosen[g], hidden) * static_cast<size_t>(each), each, secondary);
      best_gates(secondary, each, shape_.used, columns, gates);
      for (size_t i = 0; i < columns.size(); i++) {
        choices.experts.push_back(chosen[g] * each + columns[i]);
        choices.gates.push_back(gates[i] * group_gates[g]);
      }
    }
    choices.starts.push_back(static_cast<int>(choices.experts.size()));
  }
}

void Experts::mix(Run& run, const float* x, int rows, const Choices& choices, float* out) const {
  const InferenceKernels& kernels = inference_kernels();
  const size_t width = static_cast<size_t>(shape_.hidden), slots = choices.experts.size();
  // Slots sorted by expert: those of expert e are [offsets[e], offsets[e + 1]).
  struct Slot {
    int row;
    float gate;
  };
  std::vector<int> offsets(static_cast<size_t>(shape_.experts) + 1);
  std::vector<Slot> sorted(slots);
  for (const int e : choices.experts) offsets[static_cast<size_t>(e) + 1]++;
  for (size_t e = 0; e + 1 < offsets.size(); e++) offsets[e + 1] += offsets[e];
  std::vector<int> next(offsets.begin(), offsets.end() - 1);
  for (int r = 0; r < rows; r++) {
    for (size_t s = static_cast<size_t>(choices.starts[static_cast<size_t>(r)]); s < static_cast<size_t>(choices.starts[static_cast<size_t>(r) + 1]); s++) {
      sorted[static_cast<size_t>(next[static_cast<size_t>(choices.experts[s])]++)] = {r, choices.gates[s]};
    }
  }
  std::vector<int> used;
  for (int e = 0; e < shape_.experts; e++) {
    if (offsets[static_cast<size_t>(e)] < offsets[static_cast<size_t>(e) + 1]) used.push_back(e);
  }
  networks_.packed_first(used);
  float* results = run.floats(Piece::expert_output, slots * width);  // [slots][hidden]
  for (const int e : used) {
    const int first = offsets[static_cast<size_t>(e)], count = offsets[static_cast<size_t>(e) + 1] - first;
    float* gathered = run.floats(Piece::expert_input, static_cast<size_t>(count) * width);
    for (int s = 0; s < count; s++) {
      const int row = sorted[static_cast<size_t>(first + s)].row;
      std::memcpy(gathered + area(s, shape_.hidden), x + area(row, shape_.hidden), width * sizeof(float));
    }
    networks_.run(run, e, gathered, count, results + area(first, shape_.hidden));
    served_[static_cast<size_t>(e)].fetch_add(static_cast<uint64_t>(count), std::memory_order_relaxed);
  }
  // Each row's sum is in the order of experts, whatever they were run in.
  std::fill_n(out, static_cast<size_t>(rows) * width, 0.0f);
  for (size_t s = 0; s < slots; s++) kernels.add_scaled(out + area(sorted[s].row, shape_.hidden), results + s * width, sorted[s].gate, width);
  served_[static_cast<size_t>(shape_.experts)].fetch_add(static_cast<uint64_t>(rows), std::memory_order_relaxed);
}

void Experts::apply(Run& run, float* x, int rows, float* gates) const {
  if (rows == 0) return;
  const InferenceKernels& kernels = inference_kernels();
  const size_t width = static_cast<size_t>(shape_.hidden), count = static_cast<size_t>(rows) * width;
  const Choices choices = choose(run, x, rows);
  if (gates != nullptr) {
    std::fill_n(gates, area(rows, shape_.experts), 0.0f);
    for (int r = 0; r < rows; r++) {
      for (int s = choices.starts[static_cast<size_t>(r)]; s < choices.starts[static_cast<size_t>(r) + 1]; s++) {
        const size_t slot = static_cast<size_t>(s);
        gates[area(r, shape_.experts) + static_cast<size_t>(choices.experts[slot])] = choices.gates[slot];
      }
    }
  }
  float* sum = run.floats(Piece::shared_output, shared_ == nullptr ? count : 2 * count);
  mix(run, x, rows, choices, sum);
  if (shared_ != nullptr) {
    shared_->run(run, 0, x, rows, sum + count);
    kernels.add(sum, sum + count, count);
  }
  if (shape_.squashed) kernels.sigmoid_all(sum, count);
  for (int r = 0; r < rows; r++) {
    // A position that no expert took adds nothing, not even the sigmoid of 0.
    const bool taken = choices.starts[static_cast<size_t>(r) + 1] > choices.starts[static_cast<size_t>(r)] || shared_ != nullptr;
    if (taken) kernels.add(x + static_cast<size_t>(r) * width, sum + static_cast<size_t>(r) * width, width);
  }
}

DeepExpert::DeepExpert(const Parts& parts, const std::string& name, int width, int hidden, int layers, bool squashed)
    : width_(width), hidden_(hidden), squashed_(squashed) {
  for (int i = 0; i < layers; i++) {
    inner_.push_back(parts.linear(name + ".inner" + std::to_string(i + 1), i == 0 ? width : hidden, hidden, nullptr));
  }
  outer_ = parts.linear(name + ".outer", hidden, width, nullptr);
}

void DeepExpert::apply(Run& run, float* x, int rows) const {
  const InferenceKernels& kernels = inference_kernels();
  const size_t width = static_cast<size_t>(width_), hidden = static_cast<size_t>(hidden_);
  const size_t count = static_cast<size_t>(rows) * hidden;
  float* from = run.floats(Piece::expert_hidden, count);
  float* to = run.floats(Piece::expert_open, count);
  for (size_t i = 0; i < inner_.size(); i++) {
    inner_[i]->apply(run, i == 0 ? x : from, i == 0 ? width : hidden, rows, to, hidden);
    kernels.relu_all(to, count);
    std::swap(from, to);
  }
  float* output = run.floats(Piece::shared_output, static_cast<size_t>(rows) * width);
  outer_->apply(run, from, hidden, rows, output, width);
  if (squashed_) kernels.sigmoid_all(output, static_cast<size_t>(rows) * width);
  kernels.add(x, output, static_cast<size_t>(rows) * width);
}

}  // namespace nmt
