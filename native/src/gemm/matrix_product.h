// A product of plain matrices, as gemm/blocked.h cuts it.
#pragma once

#include "gemm/blocked.h"
#include "gemm/gemm.h"

namespace nmt {

struct MatrixProduct {
  const GemmKernels& tile;
  const ElementKernels& kernels;
  bool trans_a, trans_b;
  int m, n, k;
  const float* a;
  size_t lda;
  const float* b;
  size_t ldb;
  float* c;
  size_t ldc;
  bool accumulate;
  const float* bias;
  const float* panels = nullptr;  // all panels of the right side, packed before; `b` isn't used then

  RowPanels row_panels() const { return RowPanels(m, kernels); }
  int elements() const { return kernels.elements(k); }
  int column_panels() const { return ceil_div(n, tile.columns); }
  bool left_across() const { return trans_a; }
  bool right_across() const { return !trans_b; }

  // How many k the elements [from, to) hold.
  int depth(int from, int to) const { return least(to * kernels.depth, k) - from * kernels.depth; }
  size_t first_k(int from) const { return static_cast<size_t>(from) * kernels.depth; }

  void pack_left(int row, int count, int from, int to, float* panel) const {
    const size_t first = first_k(from);
    if (trans_a) kernels.pack_left_columns(a + first * lda + row, lda, count, count, depth(from, to), panel);
    else kernels.pack_left_lines(a + row * lda + first, lda, count, count, depth(from, to), panel);
  }

  void pack_right(int j, int from, int to, float* panel) const {
    const int column = j * tile.columns, count = least(tile.columns, n - column);
    const size_t first = first_k(from);
    if (trans_b) kernels.pack_right_lines(b + column * ldb + first, ldb, count, tile.columns, depth(from, to), panel);
    else kernels.pack_right_columns(b + first * ldb + column, ldb, count, tile.columns, depth(from, to), panel);
  }

  RightSource right_source(int j, int from, int to) const {
    return {b + first_k(from) * ldb + static_cast<size_t>(j) * tile.columns, ldb, depth(from, to)};
  }

  TilePlace place(int row, int j) const {
    const int column = j * tile.columns;
    float* out = c + row * ldc + column;
    const float* row_added = bias != nullptr ? bias + column : kZeros;
    return {out, ldc, least(tile.columns, n - column), accumulate ? out : row_added, accumulate ? ldc : 0};
  }

  size_t right_floats() const { return static_cast<size_t>(elements()) * column_panels() * tile.columns; }
};

inline MatrixProduct matrix_product(Precision precision, bool trans_a, bool trans_b, int m, int n, int k,
                                    const float* a, int lda, const float* b, int ldb, float* c, int ldc,
                                    bool accumulate, const float* bias) {
  const GemmKernels& tile = gemm_kernels();
  const ElementKernels& kernels = precision == Precision::bf16 ? tile.bf16 : tile.f32;
  const size_t a_step = lda, b_step = ldb, c_step = ldc;
  return {tile, kernels, trans_a, trans_b, m, n, k, a, a_step, b, b_step, c, c_step, accumulate, bias};
}

// The whole group's work.
void multiply(ThreadGroup& group, const MatrixProduct& product);

}  // namespace nmt
