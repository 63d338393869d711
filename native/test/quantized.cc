// Products of 8-bit integers against sums in 64 bits, to the bit; rows against the nearest integers of the C library.
#include "test/quantized.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <vector>

#include "isa/isa.h"
#include "quantized/quantized_kernels.h"
#include "test/check.h"

namespace nmt {

namespace {

uint32_t next(uint32_t& state) {
  state = state * 1664525u + 1013904223u;
  return state >> 8;
}

// Numbers in (-1, 1).
std::vector<float> numbers(size_t count, uint32_t seed) {
  std::vector<float> values(count);
  for (float& value : values) value = static_cast<float>(next(seed)) / 8388608.0f - 1;
  return values;
}

struct Quantized {
  std::vector<int> whole;  // [rows][width]
  std::vector<float> scales;
};

// As a definition has it: the nearest integers, halves to the even one, of x over the largest magnitude / 127.
Quantized defined_rows(const std::vector<float>& x, int rows, int width) {
  Quantized q{std::vector<int>(x.size()), std::vector<float>(static_cast<size_t>(rows))};
  for (int r = 0; r < rows; r++) {
    float most = 0;
    for (int c = 0; c < width; c++) most = std::max(most, std::fabs(x[static_cast<size_t>(r * width + c)]));
    q.scales[static_cast<size_t>(r)] = most / 127;
    const float inverse = most > 0 ? 127 / most : 0;
    for (int c = 0; c < width; c++) {
      const size_t at = static_cast<size_t>(r * width + c);
      q.whole[at] = static_cast<int>(std::nearbyint(static_cast<double>(x[at] * inverse)));
    }
  }
  return q;
}

// `extreme`: all numbers have the largest magnitude, where sums in 16 bits would saturate.
void check_product(int rows, int columns, int k, bool extreme) {
  const char* isa = isa_name(active_isa());
  uint32_t seed = static_cast<uint32_t>(rows * 131 + columns * 17 + k);
  auto x = numbers(static_cast<size_t>(rows) * k, seed);
  std::vector<int8_t> weights(static_cast<size_t>(columns) * k);
  for (int8_t& w : weights) w = static_cast<int8_t>(static_cast<int>(next(seed) % 255) - 127);
  if (extreme) {
    for (size_t i = 0; i < x.size(); i++) x[i] = i % 3 == 0 && k % 2 == 1 ? -1.0f : 1.0f;
    for (size_t i = 0; i < weights.size(); i++) weights[i] = i / static_cast<size_t>(k) % 2 == 0 ? 127 : -127;
  }
  // A line of zeros among them.
  if (rows > 2) std::fill_n(x.begin() + k, k, 0.0f);

  const int panels = ceil_div(columns, kPanelColumns), padded = panels * kPanelColumns;
  const size_t line = quantized_line(k);
  std::vector<int8_t> panel_bytes(static_cast<size_t>(padded) * line), lines((static_cast<size_t>(rows) + kRowsBeyond) * line, 77);
  std::vector<int32_t> sums(static_cast<size_t>(padded));
  pack_quantized(weights.data(), columns, k, 0, panels, panel_bytes.data(), sums.data());
  auto column_scales = numbers(static_cast<size_t>(padded), 3), bias = numbers(static_cast<size_t>(columns), 4);
  std::vector<float> row_scales(static_cast<size_t>(rows));
  const QuantizedKernels& kernels = quantized_kernels();
  kernels.quantize_rows(x.data(), static_cast<size_t>(k), rows, k, lines.data(), row_scales.data());
  const Quantized q = defined_rows(x, rows, k);
  check("scales of rows", isa, row_scales == q.scales);

  for (int form = 0; form < 3; form++) {
    const bool accumulate = form == 1;
    const float* added = form == 2 ? bias.data() : nullptr;
    const size_t step = static_cast<size_t>(columns) + 3;
    std::vector<float> out = numbers(static_cast<size_t>(rows) * step, 5);
    const std::vector<float> before = out;
    // In two parts, as two threads do it.
    for (const auto& [first, last] : {std::pair<int, int>{0, panels / 2}, {panels / 2, panels}}) {
      kernels.product({rows, columns, line, lines.data(), row_scales.data(), panel_bytes.data(), sums.data(),
                       column_scales.data(), added, accumulate, out.data(), step, first, last});
    }
    bool held = true;
    for (int r = 0; r < rows; r++) {
      for (size_t c = 0; c < step; c++) {
        const size_t at = static_cast<size_t>(r) * step + c;
        float expected = before[at];
        if (c < static_cast<size_t>(columns)) {
          int64_t sum = 0;
          for (int i = 0; i < k; i++) {
            sum += static_cast<int64_t>(q.whole[static_cast<size_t>(r * k + i)]) * weights[c * static_cast<size_t>(k) + static_cast<size_t>(i)];
          }
          const float value = static_cast<float>(sum) * (q.scales[static_cast<size_t>(r)] * column_scales[c]);
          expected = accumulate ? before[at] + value : added != nullptr ? value + added[c] : value;
        }
        held = held && std::memcmp(&out[at], &expected, sizeof expected) == 0;
      }
    }
    check("8-bit product", isa, held);
  }

  // Every second row, backwards, by single lines: the same integers.
  std::vector<int32_t> wanted;
  for (int r = rows - 1; r >= 0; r -= 2) wanted.push_back(r);
  std::vector<int8_t> padded_line(line);
  std::vector<int32_t> found(wanted.size());
  bool held = true;
  for (size_t c = 0; c < static_cast<size_t>(columns); c++) {
    std::copy_n(weights.begin() + static_cast<ptrdiff_t>(c * static_cast<size_t>(k)), k, padded_line.begin());
    kernels.line_sums({lines.data(), line, wanted.data(), static_cast<int>(wanted.size()), padded_line.data(), sums[c], found.data()});
    for (size_t i = 0; i < wanted.size(); i++) {
      int64_t sum = 0;
      for (int at = 0; at < k; at++) {
        sum += static_cast<int64_t>(q.whole[static_cast<size_t>(wanted[i] * k + at)]) * weights[c * static_cast<size_t>(k) + static_cast<size_t>(at)];
      }
      held = held && found[i] == sum;
    }
  }
  check("8-bit sums of single lines", isa, held);
}

void check_lines() {
  const char* isa = isa_name(active_isa());
  auto x = numbers(300, 9);
  x[7] = 0.5f;
  x[8] = -1.5f;
  x[9] = 127;
  std::vector<int8_t> whole(x.size());
  const float scale = quantize_line(x.data(), 1, static_cast<int>(x.size()), whole.data());
  const Quantized q = defined_rows(x, 1, static_cast<int>(x.size()));
  bool same = scale == q.scales[0];
  for (size_t i = 0; i < x.size(); i++) same = same && whole[i] == q.whole[i];
  check("a line of weights", isa, same);

  // Not a number, anywhere in a line, stays in its results; neighbours keep theirs.
  for (const int at : {0, 17, 299}) {
    std::vector<float> rows = numbers(600, 10);
    rows[static_cast<size_t>(at)] = at == 17 ? INFINITY : NAN;
    std::vector<int8_t> bytes((2 + kRowsBeyond) * quantized_line(300));
    float scales[2];
    quantized_kernels().quantize_rows(rows.data(), 300, 2, 300, bytes.data(), scales);
    check("numbers that are not finite", isa, std::isnan(scales[0]) && std::isfinite(scales[1]));
  }
}

}  // namespace

void check_quantized() {
  const int shapes[][3] = {{1, 1, 1}, {1, 40, 64}, {3, 16, 7}, {5, 33, 130}, {16, 32, 64}, {17, 100, 257}, {70, 47, 65}};
  for (const auto& [rows, columns, k] : shapes) {
    check_product(rows, columns, k, false);
    check_product(rows, columns, k, true);
  }
  check_product(4, 20, 9001, true);
  check_lines();
}

}  // namespace nmt
