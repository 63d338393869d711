// Right sides of products packed once, for weights that many products read.
//
// A packed matrix [K, N] is a head, which says what it is, and all its panels of columns one after the other (see
// gemm_kernels.h). It serves the instruction set and the precision it was packed with. Products have the bits of those
// with the matrix as it is.
#pragma once

#include "gemm/gemm.h"

namespace nmt {

// Floats of a packed matrix, 64-byte aligned, with the running instruction set.
size_t packed_floats(Precision precision, int n, int k);

// The whole group's work. B is stored [K][N], or [N][K] if transposed.
void pack_matrix(ThreadGroup& group, Precision precision, bool trans_b, int n, int k, const float* b, float* packed);

// The head alone of a matrix whose panels are written otherwise.
void pack_matrix_head(Precision precision, int n, int k, float* packed);

// Whether so many floats are a matrix [K, N] packed for this precision and the running instruction set.
bool is_packed(const float* packed, size_t floats, Precision precision, int n, int k);

// Says that it isn't.
constexpr char kNotPacked[] =
    "a packed matrix must come from packMatrix, for the same sizes, instruction set and precision";

// The panels of a packed matrix: panel j of columns, from element 0 on, begins at j · elements · the micro-tile's columns.
const float* packed_panels(const float* packed);

// As gemm and gemm_bias.
void gemm_packed(ThreadGroup& group, Precision precision, bool trans_a, int m, int n, int k, const float* a, int lda,
                 const float* packed, float* c, int ldc, bool accumulate);
void gemm_packed_bias(ThreadGroup& group, Precision precision, bool trans_a, int m, int n, int k, const float* a, int lda,
                      const float* packed, const float* bias, float* c, int ldc);

}  // namespace nmt
