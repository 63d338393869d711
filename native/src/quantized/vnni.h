// Products by dot products of four unsigned activations with four signed weights, which add to 32-bit sums. Include only in kernel
// files, after defining in namespace nmt::NMT_ISA: kVectors (registers of a panel's 16 columns), Register, `zero()`,
// `load_weights(const int8_t*)`, `four(const int8_t*)` (four bytes in every lane) and `dot(sums, unsigned, signed)`.
#pragma once

#include "quantized/finish.h"

namespace nmt::NMT_ISA {

namespace {

constexpr int kOffset = 128;
constexpr int kMostRows = 24 / (2 * kVectors) > 8 ? 8 : 24 / (2 * kVectors);

NMT_INLINE void store_row(const QuantizedProduct& p, int row, int panel, const Register (&sums)[kVectors]) {
  sixteen::i16s joined;
  std::memcpy(&joined, sums, sizeof joined);
  finish<kOffset>(p, row, panel, joined);
}

// Some rows by one panel or two.
template <int ROWS, int PANELS>
void multiply_panels(const QuantizedProduct& p, int row, int panel) {
  const size_t panel_bytes = p.line * kPanelColumns;
  const int8_t* right = p.panels + panel * panel_bytes;
  const int8_t* left = p.left + row * p.line;
  Register sums[ROWS][PANELS][kVectors];
  for (auto& row_sums : sums) {
    for (auto& panel_sums : row_sums) {
      for (Register& s : panel_sums) s = zero();
    }
  }
  constexpr int kStep = 64 / kVectors;
  for (size_t k = 0; k < p.line; k += 4, right += 64) {
    Register weights[PANELS][kVectors];
#pragma GCC unroll 2
    for (int i = 0; i < PANELS; i++) {
#pragma GCC unroll 2
      for (int v = 0; v < kVectors; v++) weights[i][v] = load_weights(right + i * panel_bytes + v * kStep);
    }
#pragma GCC unroll 8
    for (int r = 0; r < ROWS; r++) {
      const Register x = four(left + r * p.line + k);
#pragma GCC unroll 2
      for (int i = 0; i < PANELS; i++) {
#pragma GCC unroll 2
        for (int v = 0; v < kVectors; v++) sums[r][i][v] = dot(sums[r][i][v], x, weights[i][v]);
      }
    }
  }
#pragma GCC unroll 8
  for (int r = 0; r < ROWS; r++) {
#pragma GCC unroll 2
    for (int i = 0; i < PANELS; i++) store_row(p, row + r, panel + i, sums[r][i]);
  }
}

template <int PANELS, int ROWS>
void multiply_last_rows(const QuantizedProduct& p, int row, int panel) {
  if (p.rows - row == ROWS) multiply_panels<ROWS, PANELS>(p, row, panel);
  else if constexpr (ROWS > 1) multiply_last_rows<PANELS, ROWS - 1>(p, row, panel);
}

template <int PANELS>
NMT_INLINE void multiply_all_rows(const QuantizedProduct& p, int panel) {
  int row = 0;
  for (; row + kMostRows <= p.rows; row += kMostRows) multiply_panels<kMostRows, PANELS>(p, row, panel);
  multiply_last_rows<PANELS, kMostRows - 1>(p, row, panel);
}

void product_by_dots(const QuantizedProduct& p) {
  int panel = p.first;
  for (; panel + 2 <= p.last; panel += 2) multiply_all_rows<2>(p, panel);
  if (panel < p.last) multiply_all_rows<1>(p, panel);
}

}  // namespace

}  // namespace nmt::NMT_ISA
