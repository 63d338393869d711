// Blocking and threading of matrix products. The smaller side is packed whole, by all threads; the larger side is cut
// over threads, and each packs its part block by block.
#include "gemm/gemm.h"

#include <atomic>

#include "gemm/gemm_kernels.h"
#include "memory/aligned.h"

namespace nmt {

alignas(64) const float kZeros[64] = {};

namespace {

std::atomic<Precision> chosen_precision{Precision::f32};

constexpr int kBlockElements = 512;    // along k: a panel of the right side stays near the first cache
constexpr int kBlockRowPanels = 16;    // rows whose panels stay in the second cache
constexpr int kBlockColumnPanels = 8;
constexpr double kWorthThreads = 256 * 1024;  // multiply-adds; less takes one thread about 3 µs
constexpr int kStretch = 32;           // along k, while packing many panels

int least(int a, int b) { return a < b ? a : b; }
int ceil_div(int a, int b) { return (a + b - 1) / b; }

// Each thread's memory for the blocks it packs …
Scratch& block_scratch() {
  thread_local Scratch scratch;
  return scratch;
}

// … and, on the thread that calls, for the side that is packed whole.
Scratch& whole_scratch() {
  thread_local Scratch scratch;
  return scratch;
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

  // Packs panels [first, last) of columns, elements [from, to), one after the other; a short stretch of k at a time, so
  // that B is read along its rows.
  void pack_right_panels(int first, int last, int from, int to, float* panels) const {
    const size_t panel = static_cast<size_t>(tile.columns) * (to - from);
    const int stretch = trans_b ? to - from : kStretch;
    for (int e = from; e < to; e += stretch) {
      const int end = least(e + stretch, to);
      for (int j = first; j < last; j++) {
        pack_right(j, e, end, panels + (j - first) * panel + static_cast<size_t>(e - from) * tile.columns);
      }
    }
  }

  // A product of the panel of rows [row, row + rows) and panel `column_panel`, whose elements [from, to) are in `left` and
  // `right`, added to C; where from = 0, to what C starts from.
  MicroTile tile_of(int row, int column_panel, int from, int to, const float* left, const float* right) const {
    const int column = column_panel * tile.columns;
    float* out = c + row * ldc + column;
    const bool from_out = accumulate || from > 0;
    return {to - from, least(tile.columns, n - column), left, right,      0,   0,  nullptr,
            from_out ? out : kZeros, from_out ? ldc : 0, out, ldc};
  }

  // The same with B as it is; leaves its panel at `packed`, unless that is null.
  MicroTile tile_unpacked(int row, int column_panel, int from, int to, const float* left, float* packed) const {
    MicroTile t = tile_of(row, column_panel, from, to, left, b + from * kernels.depth * ldb + column_panel * tile.columns);
    t.right_step = ldb;
    t.k = least(to * kernels.depth, k) - from * kernels.depth;
    t.packed = packed;
    return t;
  }
};

// One thread's columns, in blocks that stay in its second cache. All rows' panels lie in `left`, that of `row` at
// left + row · elements. The first product with a panel of columns also packs it.
void multiply_columns(const Problem& p, const float* left, Range panels) {
  const int elements = p.elements(), row_panels = p.row_panels(p.m), width = p.tile.columns;
  const size_t most = static_cast<size_t>(width) * least(elements, kBlockElements);
  float* right = block_scratch().reserve(kBlockColumnPanels * most);
  for (int j0 = panels.begin; j0 < panels.end; j0 += kBlockColumnPanels) {
    const int j1 = least(j0 + kBlockColumnPanels, panels.end);
    for (int e0 = 0; e0 < elements; e0 += kBlockElements) {
      const int e1 = least(e0 + kBlockElements, elements);
      for (int i0 = 0; i0 < row_panels; i0 += kBlockRowPanels) {
        const int i1 = least(i0 + kBlockRowPanels, row_panels);
        for (int j = j0; j < j1; j++) {
          float* panel = right + (j - j0) * most;
          for (int i = i0; i < i1; i++) {
            const Range rows = split(p.m, i, row_panels);
            const float* left_panel = left + static_cast<size_t>(rows.begin) * elements + static_cast<size_t>(e0) * rows.size();
            if (i == 0 && !p.trans_b) {
              float* packed = row_panels > 1 ? panel : nullptr;
              p.kernels.product[rows.size()](p.tile_unpacked(rows.begin, j, e0, e1, left_panel, packed));
            } else {
              if (i == 0) p.pack_right(j, e0, e1, panel);
              p.kernels.product[rows.size()](p.tile_of(rows.begin, j, e0, e1, left_panel, panel));
            }
          }
        }
      }
    }
  }
}

// One thread's rows, in blocks that stay in its second cache. All columns' panels lie in `right`.
void multiply_rows(const Problem& p, const float* right, Range mine) {
  if (mine.size() == 0) return;
  const int elements = p.elements(), width = p.tile.columns, column_panels = p.column_panels();
  const int row_panels = p.row_panels(mine.size());
  float* left = block_scratch().reserve(static_cast<size_t>(kBlockRowPanels) * p.tile.rows * least(elements, kBlockElements));
  for (int i0 = 0; i0 < row_panels; i0 += kBlockRowPanels) {
    const int i1 = least(i0 + kBlockRowPanels, row_panels);
    const int first_row = split(mine.size(), i0, row_panels).begin;
    for (int e0 = 0; e0 < elements; e0 += kBlockElements) {
      const int e1 = least(e0 + kBlockElements, elements);
      const auto left_panel = [&](Range rows) { return left + static_cast<size_t>(rows.begin - first_row) * (e1 - e0); };
      for (int i = i0; i < i1; i++) {
        const Range rows = split(mine.size(), i, row_panels);
        p.pack_left(mine.begin + rows.begin, rows.size(), e0, e1, left_panel(rows));
      }
      for (int j = 0; j < column_panels; j++) {
        const float* panel = right + (static_cast<size_t>(j) * elements + e0) * width;
        for (int i = i0; i < i1; i++) {
          const Range rows = split(mine.size(), i, row_panels);
          p.kernels.product[rows.size()](p.tile_of(mine.begin + rows.begin, j, e0, e1, left_panel(rows), panel));
        }
      }
    }
  }
}

// This thread's share of packing all rows: a range of k of every panel, a short stretch at a time.
void pack_all_rows(const Problem& p, float* left, int thread, int threads) {
  const int elements = p.elements(), row_panels = p.row_panels(p.m);
  const Range part = split(elements, thread, threads, 16);
  const int stretch = p.trans_a ? kStretch : part.size();
  for (int e = part.begin; e < part.end; e += stretch) {
    const int end = least(e + stretch, part.end);
    for (int i = 0; i < row_panels; i++) {
      const Range rows = split(p.m, i, row_panels);
      const size_t at = static_cast<size_t>(rows.begin) * elements + static_cast<size_t>(e) * rows.size();
      p.pack_left(rows.begin, rows.size(), e, end, left + at);
    }
  }
}

void pack_all_columns(const Problem& p, float* right, int thread, int threads) {
  const size_t panel = static_cast<size_t>(p.tile.columns) * p.elements();
  const Range part = split(p.column_panels(), thread, threads);
  p.pack_right_panels(part.begin, part.end, 0, p.elements(), right + part.begin * panel);
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
  if (team.threads() == 1 || static_cast<double>(m) * n * k < kWorthThreads) {
    return gemm_serial(precision, trans_a, trans_b, m, n, k, a, lda, b, ldb, c, ldc, accumulate);
  }
  float* packed = whole_scratch().reserve(packed_floats(p));
  team.run([&](int thread, int threads) {
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
  share(p, whole_scratch().reserve(packed_floats(p)), 0, 1, [] {});
}

}  // namespace nmt
