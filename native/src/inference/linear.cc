#include "inference/linear.h"

#include <algorithm>
#include <cstring>
#include <numeric>

#include "gemm/matrix_product.h"
#include "gemm/packed.h"
#include "inference/inference_kernels.h"
#include "threads/share.h"

namespace nmt {

namespace {

// Multiply-adds of 8-bit products below which waking other threads costs more than it saves.
constexpr double kWorthThreads = 1024 * 1024;

int panel_count(int columns) { return ceil_div(columns, kPanelColumns); }

}  // namespace

QuantizedRows quantize_rows(Run& run, const float* x, size_t step, int rows, int width) {
  int8_t* bytes = run.bytes(Piece::quantized, (static_cast<size_t>(rows) + kRowsBeyond) * quantized_line(width));
  float* scales = run.floats(Piece::quantized_scales, rows);
  quantized_kernels().quantize_rows(x, step, rows, width, bytes, scales);
  return {bytes, scales};
}

Linear::Linear(Arithmetic arithmetic, int inputs, int outputs, const Source& source, const float* bias)
    : arithmetic_(arithmetic), inputs_(inputs), outputs_(outputs), source_(source), bias_(bias) {}

size_t Linear::packed_bytes() const {
  if (arithmetic_ != Arithmetic::int8) return packed_floats(precision(), outputs_, inputs_) * sizeof(float);
  const size_t padded = static_cast<size_t>(panel_count(outputs_)) * kPanelColumns;
  return padded * (quantized_line(inputs_) + sizeof(int32_t) + sizeof(float));
}

void Linear::prepare(ThreadGroup& threads) const {
  std::call_once(once_, [&] { pack(threads); });
}

void Linear::pack(ThreadGroup& threads) const {
  if (arithmetic_ == Arithmetic::int8) pack_bytes(threads);
  else pack_floats(threads);
  source_.weights->release(source_.first, static_cast<size_t>(inputs_) * static_cast<size_t>(outputs_));
}

void Linear::widened_lines(int from, int to, float* lines) const {
  const InferenceKernels& kernels = inference_kernels();
  const float* scales = reinterpret_cast<const float*>(source_.scales->data) + source_.first_scale;
  const size_t inputs = static_cast<size_t>(inputs_), outputs = static_cast<size_t>(outputs_);
  for (int c = from; c < to; c++) {
    const int8_t* line = source_.weights->bytes() + source_.first + static_cast<size_t>(c) * inputs;
    kernels.widen(line, inputs_, scales[c], lines + static_cast<size_t>(c - from) * inputs);
  }
  const LowRank* added = source_.weights->added.get();
  if (added != nullptr) added->add_columns(source_.first / (inputs * outputs), static_cast<size_t>(from), static_cast<size_t>(to), lines);
}

void Linear::pack_floats(ThreadGroup& threads) const {
  const size_t count = static_cast<size_t>(inputs_) * static_cast<size_t>(outputs_);
  const bool bytes = source_.weights->type == ElementType::i8;
  std::vector<float> space(bytes ? count : 0);
  if (bytes) widened_lines(0, outputs_, space.data());
  const float* weights = bytes ? space.data() : source_.weights->floats(source_.first, count, space);
  make(packed_.floats, packed_floats(precision(), outputs_, inputs_));
  pack_matrix(threads, precision(), source_.lines || bytes, outputs_, inputs_, weights, packed_.floats.data());
}

void Linear::quantized_lines(int from, int to, int8_t* lines, float* scales) const {
  const size_t inputs = static_cast<size_t>(inputs_), outputs = static_cast<size_t>(outputs_);
  const bool bytes = source_.weights->type == ElementType::i8;
  std::vector<float> space(bytes ? static_cast<size_t>(to - from) * inputs : 0);
  if (bytes) widened_lines(from, to, space.data());
  if (bytes || source_.lines) {
    const float* weights = bytes ? space.data()
                                 : source_.weights->floats(source_.first + static_cast<size_t>(from) * inputs,
                                                           static_cast<size_t>(to - from) * inputs, space);
    for (int c = 0; c < to - from; c++) {
      const size_t at = static_cast<size_t>(c) * inputs;
      scales[c] = quantize_line(weights + at, 1, inputs_, lines + at);
    }
    return;
  }
  // A few columns at a time, so that each line of the matrix is read whole.
  std::vector<float> columns(static_cast<size_t>(to - from) * inputs);
  for (size_t i = 0; i < inputs; i++) {
    const float* line = source_.weights->floats(source_.first + i * outputs + static_cast<size_t>(from),
                                                static_cast<size_t>(to - from), space);
    for (int c = 0; c < to - from; c++) columns[static_cast<size_t>(c) * inputs + i] = line[c];
  }
  for (int c = 0; c < to - from; c++) {
    const size_t at = static_cast<size_t>(c) * inputs;
    scales[c] = quantize_line(columns.data() + at, 1, inputs_, lines + at);
  }
}

void Linear::pack_bytes(ThreadGroup& threads) const {
  const int panels = panel_count(outputs_);
  const size_t line = quantized_line(inputs_), padded = static_cast<size_t>(panels) * kPanelColumns;
  make(packed_.panels, padded * line);
  make(packed_.column_sums, padded);
  make(packed_.scales, padded);
  std::fill_n(packed_.scales.data(), padded, 0.0f);
  const bool stored = stored_bytes();
  if (stored) {
    std::memcpy(packed_.scales.data(), source_.scales->data + source_.first_scale * sizeof(float),
                static_cast<size_t>(outputs_) * sizeof(float));
  }
  threads.run([&](Member member) {
    const Range mine = member.share(panels);
    constexpr int kTogether = 4;
    std::vector<int8_t> lines(stored ? 0 : static_cast<size_t>(kTogether * kPanelColumns) * static_cast<size_t>(inputs_));
    for (int p = mine.begin; p < mine.end; p += kTogether) {
      const int last = std::min(p + kTogether, mine.end);
      const int from = p * kPanelColumns, to = std::min(last * kPanelColumns, outputs_);
      const int8_t* weights = source_.weights->bytes() + source_.first + static_cast<size_t>(from) * static_cast<size_t>(inputs_);
      if (!stored) {
        quantized_lines(from, to, lines.data(), packed_.scales.data() + from);
        weights = lines.data();
      }
      pack_quantized(weights, to - from, inputs_, 0, last - p, packed_.panels.data() + static_cast<size_t>(from) * line,
                     packed_.column_sums.data() + from);
    }
  });
}

const float* Linear::stored_line(int output) const {
  if (source_.weights->type != ElementType::f32 || source_.weights->added != nullptr) return nullptr;
  return reinterpret_cast<const float*>(source_.weights->data) + source_.first + static_cast<size_t>(output) * static_cast<size_t>(inputs_);
}

const float* Linear::line(int output, std::vector<float>& space) const {
  const size_t inputs = static_cast<size_t>(inputs_);
  if (source_.weights->type != ElementType::i8) return source_.weights->floats(source_.first + static_cast<size_t>(output) * inputs, inputs, space);
  space.resize(inputs);
  widened_lines(output, output + 1, space.data());
  return space.data();
}

const Linear::ByteLines& Linear::byte_lines(ThreadGroup& threads) const {
  std::call_once(once_lines_, [&] {
    const size_t line = quantized_line(inputs_), inputs = static_cast<size_t>(inputs_), outputs = static_cast<size_t>(outputs_);
    ByteLines& made = byte_lines_;
    made.lines = AlignedArray<int8_t>(outputs * line);
    made.sums = AlignedArray<int32_t>(outputs);
    made.scales = AlignedArray<float>(outputs);
    share(threads, outputs, inputs, 1, [&](size_t begin, size_t end) {
      std::vector<int8_t> own(inputs);
      for (size_t c = begin; c < end; c++) {
        if (stored_bytes()) {
          std::memcpy(own.data(), source_.weights->bytes() + source_.first + c * inputs, inputs);
          std::memcpy(made.scales.data() + c, source_.scales->data + (source_.first_scale + c) * sizeof(float), sizeof(float));
        } else {
          quantized_lines(static_cast<int>(c), static_cast<int>(c) + 1, own.data(), made.scales.data() + c);
        }
        int8_t* to = made.lines.data() + c * line;
        std::memset(std::copy(own.begin(), own.end(), to), 0, line - inputs);
        made.sums.data()[c] = std::accumulate(own.begin(), own.end(), int32_t{0});
      }
    });
    source_.weights->release(source_.first, inputs * outputs);
  });
  return byte_lines_;
}

void Linear::apply(Run& run, const float* x, size_t x_step, int rows, float* out, size_t out_step, bool accumulate) const {
  if (rows == 0) return;
  if (arithmetic_ == Arithmetic::int8) {
    return apply(run, quantize_rows(run, x, x_step, rows, inputs_), rows, out, out_step, accumulate);
  }
  prepare(run.threads());
  const float* packed = packed_.floats.data();
  const int x_lines = static_cast<int>(x_step), out_lines = static_cast<int>(out_step);
  if (accumulate || bias_ == nullptr) {
    gemm_packed(run.threads(), precision(), false, rows, outputs_, inputs_, x, x_lines, packed, out, out_lines, accumulate);
  } else {
    gemm_packed_bias(run.threads(), precision(), false, rows, outputs_, inputs_, x, x_lines, packed, bias_, out, out_lines);
  }
}

void Linear::apply(Run& run, const QuantizedRows& x, int rows, float* out, size_t out_step, bool accumulate) const {
  prepare(run.threads());
  const int panels = panel_count(outputs_);
  const QuantizedProduct all{rows,      outputs_,   quantized_line(inputs_), x.bytes, x.scales, packed_.panels.data(), packed_.column_sums.data(),
                             packed_.scales.data(), bias_, accumulate, out, out_step, 0, panels};
  const QuantizedKernels& kernels = quantized_kernels();
  if (run.threads().threads() == 1 || static_cast<double>(rows) * inputs_ * outputs_ < kWorthThreads) {
    return kernels.product(all);
  }
  run.threads().run([&](Member member) {
    const Range mine = member.share(panels, 2);
    QuantizedProduct part = all;
    part.first = mine.begin;
    part.last = mine.end;
    if (mine.size() > 0) kernels.product(part);
  });
}

void Linear::apply_columns(Run& run, const float* x, int rows, int first, int last, float* out, size_t out_step) const {
  prepare(run.threads());
  MatrixProduct p = matrix_product(precision(), false, false, rows, last - first, inputs_, x, inputs_, nullptr, 0, out,
                                   static_cast<int>(out_step), false, bias_ == nullptr ? nullptr : bias_ + first);
  p.panels = packed_panels(packed_.floats.data()) + static_cast<size_t>(first) * static_cast<size_t>(p.elements());
  multiply(run.threads(), p);
}

void Linear::apply_columns(Run& run, const QuantizedRows& x, int rows, int first, int last, float* out, size_t out_step) const {
  prepare(run.threads());
  const QuantizedProduct part{rows,
                              outputs_,
                              quantized_line(inputs_),
                              x.bytes,
                              x.scales,
                              packed_.panels.data(),
                              packed_.column_sums.data(),
                              packed_.scales.data(),
                              bias_,
                              false,
                              out - first,
                              out_step,
                              first / kPanelColumns,
                              panel_count(last)};
  quantized_kernels().product(part);
}

}  // namespace nmt
