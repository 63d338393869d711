#include "inference/line_source.h"

#include "vocabulary/candidates_kernels.h"

namespace nmt {

LineSource::LineSource(Run& run, const Linear& layer, const float* hidden, int rows) : layer_(layer), hidden_(hidden) {
  const size_t width = static_cast<size_t>(layer.inputs());
  if (layer.arithmetic() == Arithmetic::int8) {
    quantized_ = quantize_rows(run, hidden, width, rows, layer.inputs());
    bytes_ = &layer.byte_lines(run.threads());
  } else if (layer.arithmetic() == Arithmetic::bf16) {
    float* rounded = run.floats(Piece::logits, static_cast<size_t>(rows) * width);
    for (size_t r = 0; r < static_cast<size_t>(rows); r++) {
      candidates_kernels().round_bf16(hidden + r * width, layer.inputs(), rounded + r * width);
    }
    hidden_ = rounded;
  }
}

void LineSource::prefetch(int32_t output) const {
  constexpr size_t kCacheLine = 64;
  const size_t width = static_cast<size_t>(layer_.inputs());
  const size_t bytes = bytes_ != nullptr ? quantized_line(layer_.inputs()) : width * sizeof(float);
  const char* line = bytes_ != nullptr ? reinterpret_cast<const char*>(bytes_->lines.data()) + static_cast<size_t>(output) * bytes
                                       : reinterpret_cast<const char*>(layer_.stored_line(output));
  if (line == nullptr) return;
  for (size_t at = 0; at < bytes; at += kCacheLine) __builtin_prefetch(line + at);
}

void LineSource::multiply(int32_t output, const int32_t* rows, int count, float* const* places, Space& space) const {
  const float bias = layer_.bias() == nullptr ? 0 : layer_.bias()[output];
  if (bytes_ != nullptr) {
    const size_t line = quantized_line(layer_.inputs()), at = static_cast<size_t>(output);
    if (space.whole.size() < static_cast<size_t>(count)) space.whole.resize(static_cast<size_t>(count));
    quantized_kernels().line_sums({quantized_.bytes, line, rows, count, bytes_->lines.data() + at * line, bytes_->sums.data()[at], space.whole.data()});
    const float scale = bytes_->scales.data()[at];
    for (int i = 0; i < count; i++) {
      const float value = static_cast<float>(space.whole[static_cast<size_t>(i)]) * (quantized_.scales[rows[i]] * scale);
      *places[i] = layer_.bias() == nullptr ? value : value + bias;  // as products of panels have it: also −0
    }
    return;
  }
  if (space.sums.size() < static_cast<size_t>(count)) space.sums.resize(static_cast<size_t>(count));
  const float* weights = layer_.line(output, space.line);
  if (layer_.arithmetic() == Arithmetic::bf16) {
    space.line.resize(static_cast<size_t>(layer_.inputs()));
    candidates_kernels().round_bf16(weights, layer_.inputs(), space.line.data());
    weights = space.line.data();
  }
  candidates_kernels().product({hidden_, static_cast<size_t>(layer_.inputs()), rows, count, weights, layer_.inputs(), space.sums.data()});
  for (int i = 0; i < count; i++) *places[i] = space.sums[static_cast<size_t>(i)] + bias;
}

}  // namespace nmt
