// Products for experts with few rows: between lines as they are in memory, for packing would take as long as multiplying.
#pragma once

#include <cstddef>

#include "isa/family.h"

namespace nmt {

// out [rows][lines] = left [rows][k] · right [lines][k] transposed.
struct Dots {
  const float* left;
  size_t left_step;
  int rows;
  const float* right;
  size_t right_step;
  int lines;
  int k;
  float* out;
  size_t out_step;
};

struct FewRowsKernels {
  // Best taken at once by `dots`.
  int lines;
  // to [rows][to_step] = from [rows][from_step], rounded to bf16 if `rounded`.
  void (*copy)(const float* from, size_t from_step, int rows, int columns, bool rounded, float* to, size_t to_step);
  // Rounded rows [rows][columns] as rounded_dots reads them, half as many floats of each; null where it reads them as they are.
  void (*pack_rounded)(const float* from, size_t from_step, int rows, int columns, float* to, size_t to_step);
  void (*dots)(const Dots& work);
  // The same with rounded rows on the left and the right side rounded to bf16.
  void (*rounded_dots)(const Dots& work);
  // sums[j] = Σ inner[r][s] · x[r][j] · x[s][j] over r and s ≤ r, or 0 where that comes out below 0; x [rows][step].
  void (*quadratic)(const float* inner, int rows, const float* x, size_t step, int columns, float* sums);
};

NMT_DECLARE_KERNELS(FewRowsKernels, few_rows)

}  // namespace nmt
