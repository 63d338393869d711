// Matrix products of plain matrices. The smaller side is packed whole, by all threads; the larger side is cut over the
// threads, and each packs its part block by block. A right side packed before is read as it is.
#include "gemm/gemm.h"

#include <atomic>

#include "gemm/matrix_product.h"

namespace nmt {

alignas(64) const float kZeros[64] = {};

#if defined(NMT_WITH_AMX)
const GemmKernels gemm_amx{gemm_avx512.columns, gemm_avx512.f32, gemm_tiles};
#endif

namespace {

std::atomic<Precision> chosen_precision{Precision::f32};

// Multiply-adds; less takes one thread a few microseconds.
constexpr double kWorthThreads = 512 * 1024;

// Memory of the calling thread for the side that is packed whole.
Scratch& whole_scratch() {
  thread_local Scratch scratch;
  return scratch;
}

bool packs_rows_whole(const MatrixProduct& p) { return p.m <= p.n; }

size_t scratch_floats(const MatrixProduct& p) {
  if (packs_rows_whole(p)) return static_cast<size_t>(p.elements()) * p.m;
  return p.panels == nullptr ? p.right_floats() : 0;
}

// One thread's work; `barrier` waits for the other threads.
template <class Barrier>
void share(const MatrixProduct& p, float* scratch, Member member, Barrier&& barrier) {
  if (packs_rows_whole(p)) {
    pack_all_rows(p, scratch, member);
    barrier();
    multiply_columns(p, scratch, member.share(p.column_panels()), p.panels);
    return;
  }
  if (p.panels == nullptr) {
    pack_all_columns(p, scratch, member);
    barrier();
  }
  multiply_rows(p, p.panels == nullptr ? scratch : p.panels, member.share(p.m, p.kernels.row_grain));
}

void multiply(const MatrixProduct& p) {
  if (p.m > 0 && p.n > 0) share(p, whole_scratch().reserve(scratch_floats(p)), Member{}, [] {});
}

}  // namespace

void multiply(ThreadGroup& group, const MatrixProduct& p) {
  if (group.threads() == 1 || static_cast<double>(p.m) * p.n * p.k < kWorthThreads) return multiply(p);
  float* scratch = whole_scratch().reserve(scratch_floats(p));
  group.run([&](Member member) { share(p, scratch, member, [&] { group.barrier(); }); });
}

Scratch& block_scratch() {
  thread_local Scratch scratch;
  return scratch;
}

Precision precision() { return chosen_precision.load(std::memory_order_relaxed); }
void set_precision(Precision precision) { chosen_precision.store(precision, std::memory_order_relaxed); }

void gemm(ThreadGroup& group, Precision precision, bool trans_a, bool trans_b, int m, int n, int k, const float* a, int lda,
          const float* b, int ldb, float* c, int ldc, bool accumulate) {
  multiply(group, matrix_product(precision, trans_a, trans_b, m, n, k, a, lda, b, ldb, c, ldc, accumulate, nullptr));
}

void gemm_bias(ThreadGroup& group, Precision precision, bool trans_a, bool trans_b, int m, int n, int k, const float* a,
               int lda, const float* b, int ldb, const float* bias, float* c, int ldc) {
  multiply(group, matrix_product(precision, trans_a, trans_b, m, n, k, a, lda, b, ldb, c, ldc, false, bias));
}

void gemm_serial(Precision precision, bool trans_a, bool trans_b, int m, int n, int k, const float* a, int lda,
                 const float* b, int ldb, float* c, int ldc, bool accumulate) {
  multiply(matrix_product(precision, trans_a, trans_b, m, n, k, a, lda, b, ldb, c, ldc, accumulate, nullptr));
}

}  // namespace nmt
