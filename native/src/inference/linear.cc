#include "inference/linear.h"

#include <algorithm>
#include <cstring>

#include "gemm/matrix_product.h"
#include "gemm/packed.h"
#include "inference/inference_kernels.h"

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

// Both kinds of panels have lines of 32-bit elements, one for each column: a column moves element by element.
Linear::Linear(const Linear& all, const int32_t* columns, int count, ThreadGroup& threads)
    : arithmetic_(all.arithmetic_), inputs_(all.inputs_), outputs_(count), source_(all.source_), bias_(nullptr) {
  all.prepare(threads);
  const auto gather = [&](const int32_t* from, int32_t* to, size_t elements, int width) {
    std::fill_n(to, elements * static_cast<size_t>(ceil_div(count, width) * width), 0);
    for (int c = 0; c < count; c++) {
      const int32_t* source = from + columns[c] / width * elements * width + columns[c] % width;
      int32_t* target = to + c / width * elements * width + c % width;
      for (size_t e = 0; e < elements; e++) target[e * width] = source[e * width];
    }
  };
  if (arithmetic_ == Arithmetic::int8) {
    const size_t line = quantized_line(inputs_), padded = static_cast<size_t>(panel_count(count)) * kPanelColumns;
    packed_.panels = AlignedArray<int8_t>(padded * line);
    packed_.column_sums = AlignedArray<int32_t>(padded);
    packed_.scales = AlignedArray<float>(padded);
    gather(reinterpret_cast<const int32_t*>(all.packed_.panels.data()),
           reinterpret_cast<int32_t*>(packed_.panels.data()), line / 4, kPanelColumns);
    for (size_t c = 0; c < padded; c++) {
      const bool real = c < static_cast<size_t>(count);
      packed_.column_sums.data()[c] = real ? all.packed_.column_sums.data()[columns[c]] : 0;
      packed_.scales.data()[c] = real ? all.packed_.scales.data()[columns[c]] : 0;
    }
  } else {
    const MatrixProduct shape = matrix_product(precision(), false, false, 0, count, inputs_, nullptr, 0, nullptr, 0,
                                               nullptr, 0, false, nullptr);
    packed_.floats = AlignedArray<float>(packed_floats(precision(), count, inputs_));
    pack_matrix_head(precision(), count, inputs_, packed_.floats.data());
    gather(reinterpret_cast<const int32_t*>(packed_panels(all.packed_.floats.data())),
           reinterpret_cast<int32_t*>(const_cast<float*>(packed_panels(packed_.floats.data()))),
           static_cast<size_t>(shape.elements()), shape.tile.columns);
  }
  if (all.bias_ != nullptr) {
    own_bias_.resize(static_cast<size_t>(count));
    for (int c = 0; c < count; c++) own_bias_[static_cast<size_t>(c)] = all.bias_[columns[c]];
    bias_ = own_bias_.data();
  }
  std::call_once(once_, [] {});
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
  packed_.floats = AlignedArray<float>(packed_floats(precision(), outputs_, inputs_));
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
  packed_.panels = AlignedArray<int8_t>(padded * line);
  packed_.column_sums = AlignedArray<int32_t>(padded);
  packed_.scales = AlignedArray<float>(padded);
  std::fill_n(packed_.scales.data(), padded, 0.0f);
  const bool stored = source_.weights->type == ElementType::i8 && source_.weights->added == nullptr;
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
