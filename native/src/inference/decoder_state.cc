#include "inference/decoder_state.h"

#include <algorithm>
#include <cstring>
#include <numeric>
#include <stdexcept>

#include "inference/softmax.h"

namespace nmt {

void DecoderState::States::select(const int32_t* rows, int count) {
  moved.resize(static_cast<size_t>(count) * width);
  for (size_t r = 0; r < static_cast<size_t>(count); r++) {
    std::memcpy(moved.data() + r * width, values.data() + static_cast<size_t>(rows[r]) * width, width * sizeof(float));
  }
  values.swap(moved);
}

DecoderState::DecoderState(std::shared_ptr<const Model> model, std::shared_ptr<const EncodedSources> sources, int sentences)
    : model_(std::move(model)), sources_(std::move(sources)), sentence_(static_cast<size_t>(sentences)) {
  std::iota(sentence_.begin(), sentence_.end(), 0);
  size_t at = 0, all = 0;
  for (const auto& lstm : model_->lstms()) all += static_cast<size_t>(lstm->hidden() + lstm->units());
  const float* first = sources_ == nullptr ? nullptr : sources_->first_states.data();
  const auto states_of = [&](int width) {
    States states{static_cast<size_t>(width), std::vector<float>(sentence_.size() * static_cast<size_t>(width)), {}};
    for (size_t s = 0; first != nullptr && s < sentence_.size(); s++) {
      std::memcpy(states.values.data() + s * states.width, first + s * all + at, states.width * sizeof(float));
    }
    at += states.width;
    return states;
  };
  for (const auto& lstm : model_->lstms()) {
    hidden_.push_back(states_of(lstm->hidden()));
    cell_.push_back(states_of(lstm->units()));
  }
}

size_t DecoderState::attention_positions() const {
  if (sources_ == nullptr) return 0;
  size_t positions = 0;
  for (const int s : sentence_) {
    positions += static_cast<size_t>(sources_->starts[static_cast<size_t>(s) + 1] - sources_->starts[static_cast<size_t>(s)]);
  }
  return positions;
}

void DecoderState::select(const int32_t* rows, int count) {
  std::vector<int> sentence(static_cast<size_t>(count));
  for (int r = 0; r < count; r++) {
    if (rows[r] < 0 || rows[r] >= this->rows()) throw std::out_of_range("a row to keep is not among the state's");
    sentence[static_cast<size_t>(r)] = sentence_[static_cast<size_t>(rows[r])];
  }
  for (States& states : hidden_) states.select(rows, count);
  for (States& states : cell_) states.select(rows, count);
  sentence_ = std::move(sentence);
}

const float* DecoderState::step(Run& run, const int32_t* previous, float* weights, float* const* gates) {
  output_.resize(static_cast<size_t>(rows()) * static_cast<size_t>(model_->hidden()));
  std::vector<float*> hidden, cell;
  for (States& states : hidden_) hidden.push_back(states.values.data());
  for (States& states : cell_) cell.push_back(states.values.data());
  model_->step(run, {rows(), previous, hidden.data(), cell.data(), sources_.get(), sentence_.data(), weights, gates},
               output_.data());
  return output_.data();
}

void force_score(Run& run, std::shared_ptr<const Model> model, std::shared_ptr<const EncodedSources> sources,
                 const Sentences& targets, int32_t begin, int32_t end, float* log_probabilities) {
  // Longest target first, so that the rows of a step are the first ones.
  std::vector<int32_t> order(static_cast<size_t>(targets.count()));
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](int a, int b) { return targets.length(a) > targets.length(b); });
  DecoderState state(model, std::move(sources), targets.count());
  state.select(order.data(), targets.count());
  std::vector<int32_t> first(order.size()), previous(order.size(), begin), wanted(order.size());
  std::iota(first.begin(), first.end(), 0);
  std::vector<float> scores(order.size());
  int rows = targets.count();
  for (int t = 0; rows > 0; t++) {
    for (int r = 0; r < rows; r++) {
      const size_t row = static_cast<size_t>(r);
      const size_t sentence = static_cast<size_t>(order[row]);
      const int32_t* ids = targets.ids + targets.starts[sentence];
      if (t > 0) previous[row] = ids[t - 1];
      wanted[row] = t < targets.length(order[row]) ? ids[t] : end;
    }
    const float* output = state.step(run, previous.data(), nullptr);
    given_pieces(run, {model->output(), output, rows, nullptr, nullptr}, wanted.data(), scores.data());
    for (int r = 0; r < rows; r++) {
      const size_t row = static_cast<size_t>(r), sentence = static_cast<size_t>(order[row]);
      // Each target before it has one score more than pieces.
      log_probabilities[static_cast<size_t>(targets.starts[sentence]) + sentence + static_cast<size_t>(t)] = scores[row];
    }
    int left = rows;
    while (left > 0 && targets.length(order[static_cast<size_t>(left) - 1]) <= t) left--;
    if (left < rows) state.select(first.data(), left);
    rows = left;
  }
}

size_t expert_gates_size(const Model& model, const Sentences& sources, const Sentences& targets) {
  const size_t source_positions = static_cast<size_t>(sources.starts.back());
  const size_t target_positions = static_cast<size_t>(targets.starts.back() + targets.count());
  size_t size = 0;
  for (const int experts : model.encoder_experts()) size += source_positions * static_cast<size_t>(experts);
  for (const int experts : model.decoder_experts()) size += target_positions * static_cast<size_t>(experts);
  return size;
}

void expert_gates(Run& run, std::shared_ptr<const Model> model, const Sentences& sources, const Sentences& targets, int32_t begin,
                  float* gates) {
  const auto encoded = std::make_shared<const EncodedSources>(model->encode(run, sources, gates));
  for (const int experts : model->encoder_experts()) gates += area(sources.starts.back(), experts);
  const std::vector<int> experts = model->decoder_experts();
  if (experts.empty()) return;
  std::vector<float*> next;  // by layer, the position after those that were filled
  for (const int count : experts) {
    next.push_back(gates);
    gates += area(targets.starts.back() + targets.count(), count);
  }
  // One target after another: this is for few sentences that somebody looks at.
  for (int32_t s = 0; s < targets.count(); s++) {
    DecoderState state(model, encoded, sources.count());
    state.select(&s, 1);
    const int32_t* ids = targets.ids + targets.starts[static_cast<size_t>(s)];
    for (int t = 0; t <= targets.length(s); t++) {
      const int32_t previous = t == 0 ? begin : ids[t - 1];
      state.step(run, &previous, nullptr, next.data());
      for (size_t layer = 0; layer < next.size(); layer++) next[layer] += experts[layer];
    }
  }
}

}  // namespace nmt
