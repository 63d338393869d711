// Matrix products, C[M, N] = A[M, K] · B[K, N] (+ C), either side optionally stored transposed.
//
// Each result is summed in an order that k alone decides, so it has the same bits whatever the number of threads, of rows
// and of columns (with tiles, but for the sign of a sum that underflows). bf16 rounds A and B to bf16 and accumulates in f32.
#pragma once

#include <cstddef>

#include "threads/thread_group.h"

namespace nmt {

enum class Precision { f32, bf16 };

// The precision chosen from JavaScript.
Precision precision();
void set_precision(Precision precision);

// The whole group's work; not inside ThreadGroup::run. A is stored [M][lda], or [K][lda] if transposed; B [K][ldb] or [N][ldb].
void gemm(ThreadGroup& group, Precision precision, bool trans_a, bool trans_b, int m, int n, int k, const float* a, int lda,
          const float* b, int ldb, float* c, int ldc, bool accumulate);

// C = A · B + bias, a row [N] added to every row.
void gemm_bias(ThreadGroup& group, Precision precision, bool trans_a, bool trans_b, int m, int n, int k, const float* a,
               int lda, const float* b, int ldb, const float* bias, float* c, int ldc);

// As gemm, on the calling thread only, with scratch memory of its own: for small products inside ThreadGroup::run.
void gemm_serial(Precision precision, bool trans_a, bool trans_b, int m, int n, int k, const float* a, int lda,
                 const float* b, int ldb, float* c, int ldc, bool accumulate);

}  // namespace nmt
