#include "inference/model.h"

#include <algorithm>
#include <cstring>
#include <numeric>
#include <sstream>
#include <stdexcept>

#include "inference/inference_kernels.h"

namespace nmt {

Plan::Plan(const std::string& text) {
  std::istringstream lines(text);
  std::string name;
  for (int value; lines >> name >> value;) values_[name] = value;
}

int Plan::number(const std::string& name) const {
  const auto found = values_.find(name);
  if (found == values_.end()) throw std::runtime_error("the plan of a model lacks " + name);
  return found->second;
}

Model::Model(const std::string& path, const std::string& plan, const std::string& tensors, Arithmetic arithmetic,
             const Adapter& adapter, size_t expert_memory)
    : file_(path), tensors_(file_, tensors), expert_memory_(expert_memory) {
  tensors_.adapt(adapter.list, adapter.values, adapter.count);
  read(Plan(plan), Parts{tensors_, arithmetic, every_step_, expert_memory_});
  tensors_.require_all_taken();
}

void Model::read(const Plan& plan, const Parts& parts) {
  vocabulary_ = plan.number("vocabulary");
  hidden_ = plan.number("hidden");
  const int width = plan.number("embedding"), cells = plan.number("cell"), layers = plan.number("decoder_layers");
  const bool translates = plan.has("encoder_layers");
  const std::string prefix = translates ? "decoder." : "";
  if (translates) {
    const bool shared = plan.number("share_embeddings") != 0;
    const std::string source_table = shared ? "embedding" : "encoder.embedding";
    const std::string bottom = "encoder.lstm1.";
    encoder_.reset(new Encoder{Embedding(parts, source_table, vocabulary_, width),
                               Lstm(parts, bottom + "forward", width, cells / 2, hidden_ / 2),
                               Lstm(parts, bottom + "backward", width, cells / 2, hidden_ / 2),
                               {},
                               experts(plan, parts, "encoder.moe", plan.number("encoder_layers"))});
    for (int i = 2; i <= plan.number("encoder_layers"); i++) {
      encoder_->upper.push_back(std::make_unique<Lstm>(parts, "encoder.lstm" + std::to_string(i), hidden_, cells, hidden_));
    }
    const auto score = static_cast<AttentionScore>(plan.number("attention"));
    attention_ = std::make_unique<Attention>(parts, "decoder.attention", score, hidden_);
    if (plan.number("bridge") != 0) {
      const int states = layers * (hidden_ + cells);
      bridge_ = parts.linear("decoder.bridge.weights", hidden_, states, parts.tensors.floats("decoder.bridge.bias", {states}));
    }
  }
  const std::string table = translates && plan.number("share_embeddings") == 0 ? "decoder.embedding" : "embedding";
  embedding_ = std::make_unique<Embedding>(parts, table, vocabulary_, width);
  for (int i = 1; i <= layers; i++) {
    const int inputs = i == 1 ? width : translates ? 2 * hidden_ : hidden_;
    lstms_.push_back(std::make_unique<Lstm>(parts, prefix + "lstm" + std::to_string(i), inputs, cells, hidden_));
  }
  experts_ = experts(plan, parts, prefix + "moe", layers);
  for (int i = 1; i <= layers; i++) {
    const std::string deep = "expert" + std::to_string(i);
    if (!plan.has(deep + ".layers")) continue;
    deep_experts_[i] = std::make_unique<DeepExpert>(parts, deep, hidden_, plan.number(deep + ".hidden"),
                                                    plan.number(deep + ".layers"), plan.number(deep + ".squashed") != 0);
  }
  const float* bias = parts.tensors.floats(prefix + "output.bias", {vocabulary_});
  const std::string weights = plan.number("tie_softmax") != 0 ? table : prefix + "output.weights";
  output_ = parts.linear(weights, hidden_, vocabulary_, bias, true);
}

std::map<int, std::unique_ptr<Experts>> Model::experts(const Plan& plan, const Parts& parts, const std::string& prefix,
                                                       int layers) const {
  std::map<int, std::unique_ptr<Experts>> found;
  for (int i = 1; i <= layers; i++) {
    const std::string name = prefix + std::to_string(i);
    if (!plan.has(name + ".experts")) continue;
    const auto number = [&](const char* key) { return plan.number(name + "." + key); };
    const ExpertsShape shape{static_cast<Gating>(number("gating")), hidden_, number("experts"), number("used"), number("groups"),
                             number("groups_used"), number("hidden"), number("gated") != 0, number("squashed") != 0,
                             number("shared_hidden")};
    found[i] = std::make_unique<Experts>(parts, name, shape);
  }
  return found;
}

std::vector<int> Model::encoder_experts() const {
  std::vector<int> counts;
  if (encoder_ == nullptr) return counts;
  for (const auto& layer : encoder_->experts) counts.push_back(layer.second->experts());
  return counts;
}

std::vector<int> Model::decoder_experts() const {
  std::vector<int> counts;
  for (const auto& layer : experts_) counts.push_back(layer.second->experts());
  return counts;
}

std::vector<uint64_t> Model::expert_load() const {
  std::vector<uint64_t> counts;
  const auto add = [&](const Experts& layer) {
    const std::vector<uint64_t> own = layer.load();
    counts.insert(counts.end(), own.begin(), own.end());
  };
  if (encoder_ != nullptr) {
    for (const auto& layer : encoder_->experts) add(*layer.second);
  }
  for (const auto& layer : experts_) add(*layer.second);
  return counts;
}

EncodedSources Model::encode(Run& run, const Sentences& sources, float* gates) const {
  const size_t width = static_cast<size_t>(hidden_), embedded_width = static_cast<size_t>(encoder_->embedding.width());
  std::vector<int> order(static_cast<size_t>(sources.count()));
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](int a, int b) { return sources.length(a) > sources.length(b); });
  std::vector<int> lengths;
  for (const int s : order) lengths.push_back(sources.length(s));
  const StepLayout layout(lengths);
  const int rows = layout.rows();

  // Row `starts[t] + rank` is position t of the sentence of that rank.
  const auto each_position = [&](auto&& task) {
    for (size_t t = 0; t < layout.sizes.size(); t++) {
      for (int rank = 0; rank < layout.sizes[t]; rank++) {
        const size_t sentence = static_cast<size_t>(order[static_cast<size_t>(rank)]);
        task(static_cast<size_t>(layout.starts[t] + rank), static_cast<size_t>(sources.starts[sentence]) + t);
      }
    }
  };
  std::vector<int32_t> ids(static_cast<size_t>(rows));
  each_position([&](size_t row, size_t position) { ids[row] = sources.ids[position]; });
  float* embedded = run.floats(Piece::layer_input, static_cast<size_t>(rows) * embedded_width);
  encoder_->embedding.look_up(ids.data(), rows, embedded);

  AlignedArray<float> states(static_cast<size_t>(rows) * width);
  float* y = states.data();
  lstm_sequence(run, encoder_->forward, layout, false, embedded, embedded_width, y, width);
  lstm_sequence(run, encoder_->backward, layout, true, embedded, embedded_width, y + width / 2, width);
  const auto apply_experts = [&](int layer) {
    const auto found = encoder_->experts.find(layer);
    if (found == encoder_->experts.end()) return;
    if (gates == nullptr) return found->second->apply(run, y, rows);
    const size_t experts = static_cast<size_t>(found->second->experts());
    std::vector<float> by_row(static_cast<size_t>(rows) * experts);
    found->second->apply(run, y, rows, by_row.data());
    each_position([&](size_t row, size_t position) {
      std::memcpy(gates + position * experts, by_row.data() + row * experts, experts * sizeof(float));
    });
    gates += by_row.size();
  };
  apply_experts(1);
  for (size_t i = 0; i < encoder_->upper.size(); i++) {
    lstm_sequence(run, *encoder_->upper[i], layout, false, y, width, y, width, true);
    apply_experts(static_cast<int>(i) + 2);
  }

  EncodedSources encoded;
  encoded.starts = sources.starts;
  encoded.keys = AlignedArray<float>(static_cast<size_t>(rows) * width);
  encoded.values = AlignedArray<float>(static_cast<size_t>(rows) * width);
  each_position([&](size_t row, size_t position) {
    std::memcpy(encoded.values.data() + position * width, y + row * width, width * sizeof(float));
  });
  attention_->keys(run, encoded.values.data(), rows, encoded.keys.data());
  if (bridge_ != nullptr) {
    const size_t count = static_cast<size_t>(sources.count()), states_width = static_cast<size_t>(bridge_->outputs());
    float* means = run.floats(Piece::layer_input, count * width);
    std::fill_n(means, count * width, 0.0f);
    for (size_t s = 0; s < count; s++) {
      const int from = sources.starts[s], to = sources.starts[s + 1];
      const float share = 1.0f / static_cast<float>(to - from);
      for (int p = from; p < to; p++) {
        inference_kernels().add_scaled(means + s * width, encoded.values.data() + static_cast<size_t>(p) * width, share, width);
      }
    }
    encoded.first_states = AlignedArray<float>(count * states_width);
    bridge_->apply(run, means, width, sources.count(), encoded.first_states.data(), states_width);
    inference_kernels().tanh_all(encoded.first_states.data(), count * states_width);
  }
  return encoded;
}

void Model::step(Run& run, const StepRows& rows, float* out) const {
  const InferenceKernels& kernels = inference_kernels();
  const size_t count = static_cast<size_t>(rows.count), width = static_cast<size_t>(hidden_);
  const size_t embedded_width = static_cast<size_t>(embedding_->width());
  float* input = run.floats(Piece::layer_input, count * std::max(embedded_width, 2 * width));
  const auto run_lstm = [&](size_t layer, size_t input_width) {
    const Lstm& lstm = *lstms_[layer];
    float* sums = run.floats(Piece::gates, count * 4 * static_cast<size_t>(lstm.units()));
    lstm.inputs(run, input, input_width, rows.count, sums);
    lstm.step(run, sums, rows.count, rows.hidden[layer], rows.cell[layer]);
    return rows.hidden[layer];
  };
  size_t experts_passed = 0;
  const auto after = [&](size_t layer) {
    const auto experts = experts_.find(static_cast<int>(layer));
    if (experts != experts_.end()) {
      experts->second->apply(run, out, rows.count, rows.gates == nullptr ? nullptr : rows.gates[experts_passed++]);
    }
    const auto deep = deep_experts_.find(static_cast<int>(layer));
    if (deep != deep_experts_.end()) deep->second->apply(run, out, rows.count);
  };
  embedding_->look_up(rows.pieces, rows.count, input);
  const float* bottom = run_lstm(0, embedded_width);
  if (rows.sources == nullptr) {
    // A language model: every layer's output is added to its input where both have the same width.
    std::memcpy(out, bottom, count * width * sizeof(float));
    if (embedded_width == width) kernels.add(out, input, count * width);
    after(1);
    for (size_t layer = 1; layer < lstms_.size(); layer++) {
      std::memcpy(input, out, count * width * sizeof(float));
      kernels.add(out, run_lstm(layer, width), count * width);
      after(layer + 1);
    }
    return;
  }
  float* queries = run.floats(Piece::queries, 2 * count * width);
  float* contexts = queries + count * width;
  attention_->queries(run, bottom, rows.count, queries);
  const EncodedSources& sources = *rows.sources;
  std::vector<float> own_weights;
  size_t at = 0;
  for (size_t r = 0; r < count; r++) {
    const size_t sentence = static_cast<size_t>(rows.sentence[r]);
    const size_t first = static_cast<size_t>(sources.starts[sentence]);
    const size_t positions = static_cast<size_t>(sources.starts[sentence + 1]) - first;
    if (rows.weights == nullptr) own_weights.resize(std::max(own_weights.size(), positions));
    float* weights = rows.weights == nullptr ? own_weights.data() : rows.weights + at;
    kernels.attend({static_cast<int>(positions), hidden_, queries + r * width, sources.keys.data() + first * width,
                    sources.values.data() + first * width, attention_->energy(), weights, contexts + r * width});
    at += positions;
  }
  std::memcpy(out, bottom, count * width * sizeof(float));
  after(1);
  for (size_t layer = 1; layer < lstms_.size(); layer++) {
    for (size_t r = 0; r < count; r++) {
      std::memcpy(input + r * 2 * width, out + r * width, width * sizeof(float));
      std::memcpy(input + r * 2 * width + width, contexts + r * width, width * sizeof(float));
    }
    kernels.add(out, run_lstm(layer, 2 * width), count * width);
    after(layer + 1);
  }
}

}  // namespace nmt
