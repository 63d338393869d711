// Matrix products of plain matrices. The smaller side is packed whole, by all threads; the larger side is cut over the
// threads, and each packs its part block by block.
#include "gemm/gemm.h"

#include <atomic>

#include "gemm/blocked.h"

namespace nmt {

alignas(64) const float kZeros[64] = {};

namespace {

std::atomic<Precision> chosen_precision{Precision::f32};

// Multiply-adds; less takes one thread a few microseconds.
constexpr double kWorthThreads = 512 * 1024;

// Memory of the calling thread for the side that is packed whole.
Scratch& whole_scratch() {
  thread_local Scratch scratch;
  return scratch;
}

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

  RowPanels row_panels() const { return RowPanels(m, tile.rows); }
  int elements() const { return ceil_div(k, kernels.depth); }
  int column_panels() const { return ceil_div(n, tile.columns); }
  bool left_across() const { return trans_a; }
  bool right_across() const { return !trans_b; }

  // How many k the elements [from, to) hold.
  int depth(int from, int to) const { return least(to * kernels.depth, k) - from * kernels.depth; }
  size_t first_k(int from) const { return static_cast<size_t>(from) * kernels.depth; }

  void pack_left(int row, int count, int from, int to, float* panel) const {
    const size_t first = first_k(from);
    if (trans_a) kernels.pack_columns(a + first * lda + row, lda, count, count, depth(from, to), panel);
    else kernels.pack_lines(a + row * lda + first, lda, count, count, depth(from, to), panel);
  }

  void pack_right(int j, int from, int to, float* panel) const {
    const int column = j * tile.columns, count = least(tile.columns, n - column);
    const size_t first = first_k(from);
    if (trans_b) kernels.pack_lines(b + column * ldb + first, ldb, count, tile.columns, depth(from, to), panel);
    else kernels.pack_columns(b + first * ldb + column, ldb, count, tile.columns, depth(from, to), panel);
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

  bool packs_rows_whole() const { return m <= n; }
  size_t packed_floats() const {
    return static_cast<size_t>(elements()) * (packs_rows_whole() ? m : column_panels() * tile.columns);
  }
};

MatrixProduct describe(Precision precision, bool trans_a, bool trans_b, int m, int n, int k, const float* a, int lda,
                       const float* b, int ldb, float* c, int ldc, bool accumulate, const float* bias) {
  const GemmKernels& tile = gemm_kernels();
  const ElementKernels& kernels = precision == Precision::bf16 ? tile.bf16 : tile.f32;
  const size_t a_step = lda, b_step = ldb, c_step = ldc;
  return {tile, kernels, trans_a, trans_b, m, n, k, a, a_step, b, b_step, c, c_step, accumulate, bias};
}

// One thread's work; `meet` waits for the other threads.
template <class Meet>
void share(const MatrixProduct& p, float* packed, int thread, int threads, Meet&& meet) {
  if (p.packs_rows_whole()) {
    pack_all_rows(p, packed, thread, threads);
    meet();
    multiply_columns(p, packed, split(p.column_panels(), thread, threads));
  } else {
    pack_all_columns(p, packed, thread, threads);
    meet();
    multiply_rows(p, packed, split(p.m, thread, threads));
  }
}

void multiply(const MatrixProduct& p) {
  if (p.m > 0 && p.n > 0) share(p, whole_scratch().reserve(p.packed_floats()), 0, 1, [] {});
}

void multiply(Team& team, const MatrixProduct& p) {
  if (team.threads() == 1 || static_cast<double>(p.m) * p.n * p.k < kWorthThreads) return multiply(p);
  float* packed = whole_scratch().reserve(p.packed_floats());
  team.run([&](int thread, int threads) { share(p, packed, thread, threads, [&] { team.barrier(); }); });
}

}  // namespace

Scratch& block_scratch() {
  thread_local Scratch scratch;
  return scratch;
}

Precision precision() { return chosen_precision.load(std::memory_order_relaxed); }
void set_precision(Precision precision) { chosen_precision.store(precision, std::memory_order_relaxed); }

void gemm(Team& team, Precision precision, bool trans_a, bool trans_b, int m, int n, int k, const float* a, int lda,
          const float* b, int ldb, float* c, int ldc, bool accumulate) {
  multiply(team, describe(precision, trans_a, trans_b, m, n, k, a, lda, b, ldb, c, ldc, accumulate, nullptr));
}

void gemm_bias(Team& team, Precision precision, bool trans_a, bool trans_b, int m, int n, int k, const float* a,
               int lda, const float* b, int ldb, const float* bias, float* c, int ldc) {
  multiply(team, describe(precision, trans_a, trans_b, m, n, k, a, lda, b, ldb, c, ldc, false, bias));
}

void gemm_serial(Precision precision, bool trans_a, bool trans_b, int m, int n, int k, const float* a, int lda,
                 const float* b, int ldb, float* c, int ldc, bool accumulate) {
  multiply(describe(precision, trans_a, trans_b, m, n, k, a, lda, b, ldb, c, ldc, accumulate, nullptr));
}

}  // namespace nmt
