// Products of 8-bit integers, summed in 32 bits: activations with one scale per row, weights with one per column. The integers are the
// same on every instruction set, and what is made of them is plain arithmetic in one order, so results have the same bits too.
//
// Weights lie in panels of kPanelColumns columns, [groups][columns][4]: four consecutive k of a column together; k is filled up
// with zeros to a multiple of kGroupDepth. A line of activations has as many bytes, and kRowsBeyond lines may be read behind the last.
#pragma once

#include <cstddef>
#include <cstdint>

#include "isa/family.h"
#include "memory/sizes.h"

namespace nmt {

constexpr int kPanelColumns = 16;
constexpr int kGroupDepth = 64;
constexpr int kRowsBeyond = 32;
// The largest magnitude of a quantised number: symmetric, so that -128 has no place.
constexpr float kMostQuantized = 127;

// Bytes of a line of k numbers.
constexpr size_t quantized_line(int k) { return static_cast<size_t>(ceil_div(k, kGroupDepth)) * kGroupDepth; }

// out[r][c] = (Σ_k left · right) · row_scales[r] · column_scales[c] + (bias[c], what `out` held, or 0), of panels [first, last)
struct QuantizedProduct {
  int rows;
  int columns;                 // of the matrix; the last panel may have fewer
  size_t line;                 // bytes of a line, quantized_line(k)
  const int8_t* left;          // [rows][line], as quantize_rows left them
  const float* row_scales;     // [rows]
  const int8_t* panels;        // [panels][line][kPanelColumns]
  const int32_t* column_sums;  // [panels · kPanelColumns] Σ_k of the weights
  const float* column_scales;  // [panels · kPanelColumns]
  const float* bias;           // [columns], or null
  bool accumulate;             // add to `out`; then `bias` is not read
  float* out;                  // [rows][out_step], column 0 of the matrix
  size_t out_step;
  int first, last;
};

// sums[i] = Σ_k left[rows[i]] · weights, of one line of weights.
struct LineSums {
  const int8_t* left;   // as quantize_rows left them
  size_t line;          // bytes of a line, of the weights too
  const int32_t* rows;  // [count]
  int count;
  const int8_t* weights;  // [line], filled up with zeros
  int32_t weights_sum;    // Σ_k of the weights
  int32_t* sums;          // [count]
};

struct QuantizedKernels {
  // x [rows][step] of `width` numbers → lines of bytes in the form `product` takes, and scales [rows]: largest magnitude / 127.
  void (*quantize_rows)(const float* x, size_t step, int rows, int width, int8_t* out, float* scales);
  void (*product)(const QuantizedProduct& product);
  void (*line_sums)(const LineSums& sums);
};

// Largest magnitude / 127, and the nearest integers (ties to even) to the numbers over it. 0 for a line of zeros; numbers that are not
// finite give a scale that is not, which the results inherit. The same everywhere; for weights.
float quantize_line(const float* x, size_t step, int count, int8_t* out);

// A matrix of 8-bit weights [columns][k] → panels and the sums of its columns; `sums` [panels · kPanelColumns].
void pack_quantized(const int8_t* weights, int columns, int k, int first_panel, int last_panel, int8_t* panels, int32_t* sums);

NMT_DECLARE_KERNELS_WITH_VNNI(QuantizedKernels, quantized)

}  // namespace nmt
