// Blocking and threading of matrix products. The smaller side is packed whole, by all threads; the larger side is cut
// over threads, and each packs its part block by block.
#include "gemm/gemm.h"

#include <atomic>

#include "gemm/gemm_kernels.h"
#include "memory/aligned.h"

namespace nmt {

namespace {

std::atomic<Precision> chosen_precision{Precision::f32};

constexpr int kBlockElements = 512;    // along k: a panel of the right side stays near the first cache
constexpr int kBlockRowPanels = 16;    // rows whose panels stay in the second cache
constexpr int kBlockColumnPanels = 8;

int least(int a, int b) { return a < b ? a : b; }
int ceil_div(int a, int b) { return (a + b - 1) / b; }

Scratch& shared_scratch() {
  static Scratch scratch;
  return scratch;
}

Scratch& own_scratch(int which) {
  thread_local Scratch scratch[2];
  return scratch[which];
}

struct Problem {
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

  int elements() const { return ceil_div(k, kernels.depth); }
  int row_panels(int rows) const { return ceil_div(rows, tile.rows); }
  int column_panels() const { return ceil_div(n, tile.columns); }

  // Packs rows [row, row + rows), elements [from, to).
  void pack_left(int row, int rows, int from, int to, float* panel) const {
    const int first = from * kernels.depth, count = least(to * kernels.depth, k) - first;
    if (trans_a) kernels.pack_columns(a + first * lda + row, lda, rows, rows, count, panel);
    else kernels.pack_lines(a + row * lda + first, lda, rows, rows, count, panel);
  }

  // Packs a panel of columns, elements [from, to).
  void pack_right(int column_panel, int from, int to, float* panel) const {
    const int column = column_panel * tile.columns, columns = least(tile.columns, n - column);
    const int first = from * kernels.depth, count = least(to * kernels.depth, k) - first;
    if (trans_b) kernels.pack_lines(b + column * ldb + first, ldb, columns, tile.columns, count, panel);
    else kernels.pack_columns(b + first * ldb + column, ldb, columns, tile.columns, count, panel);
  }

  // C of rows [row, row + rows) and a panel of columns, from `count` elements of both panels.
  void multiply(int row, int rows, int column_panel, const float* left, const float* right, int count,
                bool first_block) const {
    const int column = column_panel * tile.columns;
    MicroTile t;
    t.elements = count;
    t.left = left;
    t.right = right;
    t.right_step = tile.columns;
    t.out = c + row * ldc + column;
    t.out_step = ldc;
    t.columns = least(tile.columns, n - column);
    t.start = accumulate || !first_block ? Start::accumulate : Start::zero;
    t.bias = nullptr;
    kernels.product[rows](t);
  }
};

// All rows' panels lie in `left`, panel of `row` at left + row · elements. This thread's columns.
void multiply_columns(const Problem& p, const float* left, Range panels) {
  const int elements = p.elements(), row_panels = p.row_panels(p.m);
  const int width = p.tile.columns;
  float* right = own_scratch(0).reserve(static_cast<size_t>(kBlockColumnPanels) * width * least(elements, kBlockElements));
  for (int j0 = panels.begin; j0 < panels.end; j0 += kBlockColumnPanels) {
    const int j1 = least(j0 + kBlockColumnPanels, panels.end);
    for (int e0 = 0; e0 < elements; e0 += kBlockElements) {
      const int e1 = least(e0 + kBlockElements, elements), count = e1 - e0;
      for (int j = j0; j < j1; j++) p.pack_right(j, e0, e1, right + static_cast<size_t>(j - j0) * width * count);
      for (int i0 = 0; i0 < row_panels; i0 += kBlockRowPanels) {
        const int i1 = least(i0 + kBlockRowPanels, row_panels);
        for (int j = j0; j < j1; j++) {
          for (int i = i0; i < i1; i++) {
            const Range rows = split(p.m, i, row_panels);
            const float* panel = left + static_cast<size_t>(rows.begin) * elements + static_cast<size_t>(e0) * rows.size();
            p.multiply(rows.begin, rows.size(), j, panel, right + static_cast<size_t>(j - j0) * width * count, count, e0 == 0);
          }
        }
      }
    }
  }
}

// All columns' panels lie in `right`. This thread's rows.
void multiply_rows(const Problem& p, const float* right, Range mine) {
  const int elements = p.elements(), width = p.tile.columns, column_panels = p.column_panels();
  if (mine.size() == 0) return;
  const int row_panels = p.row_panels(mine.size());
  float* left = own_scratch(0).reserve(static_cast<size_t>(kBlockRowPanels) * p.tile.rows * least(elements, kBlockElements));
  for (int i0 = 0; i0 < row_panels; i0 += kBlockRowPanels) {
    const int i1 = least(i0 + kBlockRowPanels, row_panels);
    for (int e0 = 0; e0 < elements; e0 += kBlockElements) {
      const int e1 = least(e0 + kBlockElements, elements), count = e1 - e0;
      const int first_row = split(mine.size(), i0, row_panels).begin;
      for (int i = i0; i < i1; i++) {
        const Range rows = split(mine.size(), i, row_panels);
        p.pack_left(mine.begin + rows.begin, rows.size(), e0, e1, left + static_cast<size_t>(rows.begin - first_row) * count);
      }
      for (int j = 0; j < column_panels; j++) {
        for (int i = i0; i < i1; i++) {
          const Range rows = split(mine.size(), i, row_panels);
          p.multiply(mine.begin + rows.begin, rows.size(), j, left + static_cast<size_t>(rows.begin - first_row) * count,
                     right + static_cast<size_t>(j) * width * elements + static_cast<size_t>(e0) * width, count, e0 == 0);
        }
      }
    }
  }
}

// This thread's share of packing all rows: a range of k of every panel.
void pack_all_rows(const Problem& p, float* left, int thread, int threads) {
  const int elements = p.elements(), row_panels = p.row_panels(p.m);
  const Range part = split(elements, thread, threads, 16);
  if (part.size() == 0) return;
  for (int i = 0; i < row_panels; i++) {
    const Range rows = split(p.m, i, row_panels);
    const size_t at = static_cast<size_t>(rows.begin) * elements + static_cast<size_t>(part.begin) * rows.size();
    p.pack_left(rows.begin, rows.size(), part.begin, part.end, left + at);
  }
}

void pack_all_columns(const Problem& p, float* right, int thread, int threads) {
  const size_t panel = static_cast<size_t>(p.tile.columns) * p.elements();
  const Range part = split(p.column_panels(), thread, threads);
  for (int j = part.begin; j < part.end; j++) p.pack_right(j, 0, p.elements(), right + j * panel);
}

Problem problem(Precision precision, bool trans_a, bool trans_b, int m, int n, int k, const float* a, int lda,
                const float* b, int ldb, float* c, int ldc, bool accumulate) {
  const GemmKernels& tile = gemm_kernels();
  const ElementKernels& kernels = precision == Precision::bf16 ? tile.bf16 : tile.f32;
  return {tile, kernels, trans_a, trans_b, m, n, k, a, static_cast<size_t>(lda), b, static_cast<size_t>(ldb),
          c,    static_cast<size_t>(ldc), accumulate};
}

void clear(const Problem& p) {
  for (int i = 0; i < p.m; i++) {
    for (int j = 0; j < p.n; j++) p.c[i * p.ldc + j] = 0;
  }
}

size_t packed_floats(const Problem& p) {
  const size_t width = p.m <= p.n ? p.m : static_cast<size_t>(p.column_panels()) * p.tile.columns;
  return width * p.elements();
}

// One thread's work of a product; `meet` waits for the other threads.
template <class Meet>
void share(const Problem& p, float* packed, int thread, int threads, Meet&& meet) {
  if (p.m <= p.n) {
    pack_all_rows(p, packed, thread, threads);
    meet();
    multiply_columns(p, packed, split(p.column_panels(), thread, threads));
  } else {
    pack_all_columns(p, packed, thread, threads);
    meet();
    multiply_rows(p, packed, split(p.m, thread, threads));
  }
}

}  // namespace

Precision precision() { return chosen_precision.load(std::memory_order_relaxed); }
void set_precision(Precision precision) { chosen_precision.store(precision, std::memory_order_relaxed); }

void gemm(Team& team, Precision precision, bool trans_a, bool trans_b, int m, int n, int k, const float* a, int lda,
          const float* b, int ldb, float* c, int ldc, bool accumulate) {
  const Problem p = problem(precision, trans_a, trans_b, m, n, k, a, lda, b, ldb, c, ldc, accumulate);
  const double work = static_cast<double>(m) * n * k;
  if (k == 0 || team.threads() == 1 || work < 32 * 1024) {
    return gemm_serial(precision, trans_a, trans_b, m, n, k, a, lda, b, ldb, c, ldc, accumulate);
  }
  team.run([&](int thread, int threads) {
    float* packed = thread == 0 ? shared_scratch().reserve(packed_floats(p)) : nullptr;
    team.barrier();
    packed = shared_scratch().reserve(0);
    share(p, packed, thread, threads, [&] { team.barrier(); });
  });
}

void gemm_serial(Precision precision, bool trans_a, bool trans_b, int m, int n, int k, const float* a, int lda,
                 const float* b, int ldb, float* c, int ldc, bool accumulate) {
  if (m == 0 || n == 0) return;
  const Problem p = problem(precision, trans_a, trans_b, m, n, k, a, lda, b, ldb, c, ldc, accumulate);
  if (k == 0) {
    if (!accumulate) clear(p);
    return;
  }
  share(p, own_scratch(1).reserve(packed_floats(p)), 0, 1, [] {});
}

}  // namespace nmt
