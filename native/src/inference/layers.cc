#include "inference/layers.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <stdexcept>

#include "inference/inference_kernels.h"

namespace nmt {

std::unique_ptr<Linear> Parts::linear(const std::string& name, int inputs, int outputs, const float* bias, bool lines) const {
  const std::vector<int> shape = lines ? std::vector<int>{outputs, inputs} : std::vector<int>{inputs, outputs};
  Linear::Source source;
  source.weights = &tensors.take(name, shape, !lines);
  source.scales = tensors.scales_of(*source.weights);
  source.lines = lines;
  auto made = std::make_unique<Linear>(arithmetic, inputs, outputs, source, bias);
  every_step.push_back(made.get());
  return made;
}

Embedding::Embedding(const Parts& parts, const std::string& name, int pieces, int width)
    : arithmetic_(parts.arithmetic),
      pieces_(pieces),
      width_(width),
      table_(parts.tensors.take(name, {pieces, width})),
      scales_(parts.tensors.scales_of(table_)) {}

void Embedding::look_up(const int32_t* ids, int rows, float* out) const {
  const InferenceKernels& kernels = inference_kernels();
  std::vector<float> space;
  const size_t width = static_cast<size_t>(width_);
  std::vector<int8_t> bytes(width);
  for (int r = 0; r < rows; r++, out += width) {
    if (ids[r] < 0 || ids[r] >= pieces_) throw std::out_of_range("piece " + std::to_string(ids[r]) + " is not in the vocabulary");
    const size_t at = static_cast<size_t>(ids[r]) * width;
    if (scales_ != nullptr) {
      kernels.widen(table_.bytes() + at, width_, reinterpret_cast<const float*>(scales_->data)[ids[r]], out);
      continue;
    }
    const float* line = table_.floats(at, width, space);
    if (arithmetic_ == Arithmetic::int8) {
      const float scale = quantize_line(line, 1, width_, bytes.data());
      kernels.widen(bytes.data(), width_, scale, out);
    } else {
      std::memcpy(out, line, width * sizeof(float));
    }
  }
}

Lstm::Lstm(const Parts& parts, const std::string& name, int inputs, int units, int hidden) : units_(units), hidden_(hidden) {
  input_ = parts.linear(name + ".input_weights", inputs, 4 * units, parts.tensors.floats(name + ".bias", {4 * units}));
  recurrent_ = parts.linear(name + ".recurrent_weights", hidden, 4 * units, nullptr);
  if (units != hidden) projection_ = parts.linear(name + ".projection", units, hidden, nullptr);
}

void Lstm::inputs(Run& run, const float* x, size_t x_step, int rows, float* sums) const {
  input_->apply(run, x, x_step, rows, sums, 4 * static_cast<size_t>(units_));
}

void Lstm::step(Run& run, float* sums, int rows, float* hidden, float* cell) const {
  const size_t units = static_cast<size_t>(units_), width = static_cast<size_t>(hidden_);
  recurrent_->apply(run, hidden, width, rows, sums, 4 * units, true);
  float* output = projection_ == nullptr ? hidden : run.floats(Piece::cell_output, static_cast<size_t>(rows) * units);
  inference_kernels().gates({rows, units_, sums, cell, output, projection_ == nullptr ? width : units});
  if (projection_ != nullptr) projection_->apply(run, output, units, rows, hidden, width);
}

StepLayout::StepLayout(const std::vector<int>& lengths) {
  const int longest = lengths.empty() ? 0 : lengths.front();
  int sentences = static_cast<int>(lengths.size());
  starts.push_back(0);
  for (int t = 0; t < longest; t++) {
    while (sentences > 0 && lengths[static_cast<size_t>(sentences) - 1] <= t) sentences--;
    sizes.push_back(sentences);
    starts.push_back(starts.back() + sentences);
  }
}

namespace {

// Positions whose gates' inputs are in memory together: enough for a product to be worth it, few enough for the caches.
constexpr int kRowsTogether = 512;

}  // namespace

void lstm_sequence(Run& run, const Lstm& lstm, const StepLayout& layout, bool reverse, const float* x, size_t x_step,
                   float* out, size_t out_step, bool residual) {
  if (layout.rows() == 0) return;
  const InferenceKernels& kernels = inference_kernels();
  const size_t width = 4 * static_cast<size_t>(lstm.units()), hidden_width = static_cast<size_t>(lstm.hidden());
  const size_t sentences = static_cast<size_t>(layout.sizes[0]);
  const size_t state_floats = sentences * (hidden_width + static_cast<size_t>(lstm.units()));
  float* hidden = run.floats(Piece::states, state_floats);
  float* cell = hidden + sentences * hidden_width;
  std::fill_n(hidden, state_floats, 0.0f);
  const int steps = layout.steps();
  const auto step_at = [&](int i) { return static_cast<size_t>(reverse ? steps - 1 - i : i); };
  for (int first = 0, last = 0; first < steps; first = last) {
    int rows = 0;
    while (last < steps && (rows == 0 || rows + layout.sizes[step_at(last)] <= kRowsTogether)) rows += layout.sizes[step_at(last++)];
    const size_t begin = static_cast<size_t>(layout.starts[std::min(step_at(first), step_at(last - 1))]);
    float* sums = run.floats(Piece::gates, static_cast<size_t>(rows) * width);
    lstm.inputs(run, x + begin * x_step, x_step, rows, sums);
    for (int i = first; i < last; i++) {
      const size_t start = static_cast<size_t>(layout.starts[step_at(i)]);
      const size_t count = static_cast<size_t>(layout.sizes[step_at(i)]);
      lstm.step(run, sums + (start - begin) * width, static_cast<int>(count), hidden, cell);
      for (size_t r = 0; r < count; r++) {
        float* to = out + (start + r) * out_step;
        if (residual) kernels.add(to, hidden + r * hidden_width, hidden_width);
        else std::memcpy(to, hidden + r * hidden_width, hidden_width * sizeof(float));
      }
    }
  }
}

Attention::Attention(const Parts& parts, const std::string& name, AttentionScore score, int width) : score_(score), width_(width) {
  const float* energy = parts.tensors.floats(name + ".energy", {width});
  vector_.assign(energy, energy + width);
  const bool multiplicative = score == AttentionScore::multiplicative;
  const float* bias = multiplicative ? nullptr : parts.tensors.floats(name + ".bias", {width});
  if (score == AttentionScore::normed_additive) {
    const float gain = *parts.tensors.floats(name + ".gain", {1});
    double squares = 0;
    for (const float v : vector_) squares += static_cast<double>(v) * v;
    for (float& v : vector_) v = v * static_cast<float>(gain / std::sqrt(squares));
  }
  key_ = parts.linear(name + ".key_weights", width, width, bias);
  query_ = parts.linear(name + ".query_weights", width, width, nullptr);
}

void Attention::keys(Run& run, const float* encoded, int positions, float* out) const {
  const size_t width = static_cast<size_t>(width_), count = static_cast<size_t>(positions) * width;
  key_->apply(run, encoded, width, positions, out, width);
  if (score_ != AttentionScore::multiplicative) return;
  const InferenceKernels& kernels = inference_kernels();
  kernels.tanh_all(out, count);
  for (int p = 0; p < positions; p++) kernels.multiply(out + static_cast<size_t>(p) * width, vector_.data(), width);
}

void Attention::queries(Run& run, const float* states, int rows, float* out) const {
  const size_t width = static_cast<size_t>(width_);
  query_->apply(run, states, width, rows, out, width);
  if (score_ == AttentionScore::multiplicative) inference_kernels().tanh_all(out, static_cast<size_t>(rows) * width);
}

}  // namespace nmt
