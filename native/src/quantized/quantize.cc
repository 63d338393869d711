// How weights become 8-bit integers, and panels of them.
#include <cmath>
#include <cstring>

#include "quantized/quantized_kernels.h"

namespace nmt {

float quantize_line(const float* x, size_t step, int count, int8_t* out) {
  float largest = 0;
  bool finite = true;
  for (int i = 0; i < count; i++) {
    const float magnitude = std::fabs(x[i * step]);
    finite = finite && std::isfinite(magnitude);
    if (magnitude > largest) largest = magnitude;
  }
  const float inverse = largest > 0 && finite ? kMostQuantized / largest : 0;
  for (int i = 0; i < count; i++) {
    // Rounded as the kernels round activations: the sum drops what is behind the point.
    const float shifted = x[i * step] * inverse + 12582912.0f;
    out[i] = static_cast<int8_t>(inverse == 0 ? 0 : shifted - 12582912.0f);
  }
  return finite ? largest / kMostQuantized : NAN;
}

void pack_quantized(const int8_t* weights, int columns, int k, int first_panel, int last_panel, int8_t* panels,
                    int32_t* sums) {
  const size_t line = quantized_line(k);
  for (int p = first_panel; p < last_panel; p++) {
    int8_t* panel = panels + p * line * kPanelColumns;
    std::memset(panel, 0, line * kPanelColumns);
    for (int c = 0; c < kPanelColumns; c++) {
      const int column = p * kPanelColumns + c;
      int32_t sum = 0;
      if (column < columns) {
        const int8_t* from = weights + static_cast<size_t>(column) * k;
        int at = 0;
        for (; at + 4 <= k; at += 4) std::memcpy(panel + (at / 4 * kPanelColumns + c) * 4, from + at, 4);
        for (; at < k; at++) panel[(at / 4 * kPanelColumns + c) * 4 + at % 4] = from[at];
        for (int i = 0; i < k; i++) sum += from[i];
      }
      sums[column] = sum;
    }
  }
}

}  // namespace nmt
