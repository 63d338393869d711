// NEON's dot products of signed bytes.
#include "quantized/quantized_kernels.h"

#include <arm_neon.h>

#include "quantized/finish.h"
#include "quantized/line_sums.h"

namespace nmt::NMT_ISA {

namespace {

template <int ROWS>
NMT_INLINE void multiply_rows(const QuantizedProduct& p, int row, int panel) {
  const int8_t* right = p.panels + panel * p.line * kPanelColumns;
  const int8_t* left = p.left + row * p.line;
  int32x4_t sums[ROWS][4];
  for (auto& row_sums : sums) {
    for (int32x4_t& s : row_sums) s = vdupq_n_s32(0);
  }
  for (size_t k = 0; k < p.line; k += 4, right += 64) {
    int8x16_t weights[4];
    for (int v = 0; v < 4; v++) weights[v] = vld1q_s8(right + 16 * v);
    for (int r = 0; r < ROWS; r++) {
      int32_t four;
      std::memcpy(&four, left + r * p.line + k, 4);
      const int8x16_t x = vreinterpretq_s8_s32(vdupq_n_s32(four));
      for (int v = 0; v < 4; v++) sums[r][v] = vdotq_s32(sums[r][v], weights[v], x);
    }
  }
  for (int r = 0; r < ROWS; r++) {
    sixteen::i16s joined;
    std::memcpy(&joined, sums[r], sizeof joined);
    finish<0>(p, row + r, panel, joined);
  }
}

void product(const QuantizedProduct& p) {
  constexpr int kRows = 4;
  for (int panel = p.first; panel < p.last; panel++) {
    int row = 0;
    for (; row + kRows <= p.rows; row += kRows) multiply_rows<kRows>(p, row, panel);
    for (; row < p.rows; row++) multiply_rows<1>(p, row, panel);
  }
}

}  // namespace

}  // namespace nmt::NMT_ISA

namespace nmt {
NMT_DEFINE_KERNELS(QuantizedKernels, quantized) = {&NMT_ISA::quantize_rows_by<0>, &NMT_ISA::product, &NMT_ISA::line_sums<0>};
}  // namespace nmt
