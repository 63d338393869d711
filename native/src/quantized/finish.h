// What every instruction set's product does the same way: activations to bytes, and sums to floats. Include only in kernel files.
#pragma once

#include "isa/sixteen.h"
#include "quantized/quantized_kernels.h"

namespace nmt::NMT_ISA {

namespace {

// `offset` is what activations are kept with: 128 where they are unsigned bytes, else 0.
template <int offset>
void quantize_rows_by(const float* x, size_t step, int rows, int width, int8_t* out, float* scales) {
  using namespace sixteen;
  const size_t line = quantized_line(width);
  for (int r = 0; r < rows; r++) {
    const float* from = x + r * step;
    f16s largest_magnitudes{}, odd{};
    int c = 0;
    for (; c + L <= width; c += L) {
      const f16s v = load(from + c);
      largest_magnitudes = larger(magnitude(v), largest_magnitudes);
      odd = odd + (v - v);  // 0, or NaN for good where a number is infinite or none
    }
    if (c < width) {
      const f16s v = load(from + c, width - c);
      largest_magnitudes = larger(magnitude(v), largest_magnitudes);
      odd = odd + (v - v);
    }
    const float most = largest(largest_magnitudes), fault = sum(odd);
    const float inverse = most > 0 && fault == 0 ? kMostQuantized / most : 0;
    scales[r] = most / kMostQuantized + fault;
    int8_t* to = out + r * line;
    const f16s factor = all(inverse), shift = all(12582912.0f);
    // The whole number stands in the sum's low bits.
    const i16s base = bits(shift) - all_int(offset);
    for (c = 0; c < static_cast<int>(line); c += L) {
      const int n = width - c;
      const f16s v = n >= L ? load(from + c) : load(from + c, n < 0 ? 0 : n);
      const i16s whole = inverse == 0 ? all_int(offset) : bits(v * factor + shift) - base;
      typedef int8_t b16s __attribute__((vector_size(16)));
      const b16s bytes = __builtin_convertvector(whole, b16s);
      std::memcpy(to + c, &bytes, sizeof bytes);
    }
  }
}

// The sums of one row and panel → out.
template <int offset>
NMT_INLINE void finish(const QuantizedProduct& p, int row, int panel, sixteen::i16s sums) {
  using namespace sixteen;
  const int column = panel * kPanelColumns;
  if (offset != 0) {
    i16s own;
    std::memcpy(&own, p.column_sums + column, sizeof own);
    sums = sums - own * all_int(offset);
  }
  const f16s value = to_floats(sums) * (all(p.row_scales[row]) * load(p.column_scales + column));
  float* out = p.out + row * p.out_step + column;
  const int n = p.columns - column;
  if (n >= L) {
    if (p.accumulate) store(out, load(out) + value);
    else store(out, p.bias != nullptr ? value + load(p.bias + column) : value);
  } else {
    if (p.accumulate) store(out, load(out, n) + value, n);
    else store(out, p.bias != nullptr ? value + load(p.bias + column, n) : value, n);
  }
}

}  // namespace

}  // namespace nmt::NMT_ISA
