// Sums of products of whole lines have a chain of multiply-adds for each lane; then the lanes are added in a fixed order. So
// their bits depend on nothing but the lines.
#include "moe/few_rows_kernels.h"

#include "isa/vec.h"
#include "memory/sizes.h"

namespace nmt::NMT_ISA {

namespace {

#if defined(NMT_ISA_AVX2) || defined(NMT_ISA_PORTABLE)
constexpr int kRows = 4, kLines = 2;  // 8 accumulators, 2 lines and 1 row, of 16 registers
constexpr int kVectors = 2;           // a group of columns
#else
constexpr int kRows = 6, kLines = 4;  // 24 accumulators, 4 + 1, of 32
constexpr int kVectors = 4;
#endif
// Rows of a quadratic form together.
constexpr int kFormRows = 4;

void copy(const float* from, size_t from_step, int rows, int columns, bool rounded, float* to, size_t to_step) {
  for (int i = 0; i < rows; i++) {
    for (int j = 0; j < columns; j += W) {
      const int n = least(W, columns - j);
      const vf x = vload_n(from + i * from_step + j, n);
      vstore_n(to + i * to_step + j, rounded ? vround_bf16(x) : x, n);
    }
  }
}

// out[r][l] for all pairs of some rows and some lines.
template <bool rounded, int ROWS, int LINES>
NMT_ALWAYS_INLINE void tile_of_dots(const Dots& work, int row, int line) {
  constexpr int kSums = ROWS * LINES, kBlocks = (kSums + W - 1) / W;
  const float* left = work.left + row * work.left_step;
  const float* right = work.right + line * work.right_step;
  vf sum[kBlocks * W];
#pragma GCC unroll 32
  for (int i = 0; i < kBlocks * W; i++) sum[i] = vzero();
  const auto add = [&](int at, auto load) __attribute__((always_inline)) {
    vf b[LINES];
#pragma GCC unroll 4
    for (int l = 0; l < LINES; l++) {
      b[l] = load(right + l * work.right_step + at);
      if (rounded) b[l] = vround_bf16(b[l]);
    }
#pragma GCC unroll 4
    for (int r = 0; r < ROWS; r++) {
      const vf a = load(left + r * work.left_step + at);
#pragma GCC unroll 4
      for (int l = 0; l < LINES; l++) sum[r * LINES + l] = vfma(a, b[l], sum[r * LINES + l]);
    }
  };
  int at = 0;
  for (; at + W <= work.k; at += W) {
    add(at, [](const float* p) { return vload(p); });
  }
  if (at < work.k) add(at, [n = work.k - at](const float* p) { return vload_n(p, n); });
  float sums[kBlocks * W];
#pragma GCC unroll 4
  for (int block = 0; block < kBlocks; block++) vstore(sums + block * W, vsums(sum + block * W));
  for (int r = 0; r < ROWS; r++) {
    for (int l = 0; l < LINES; l++) work.out[(row + r) * work.out_step + line + l] = sums[r * LINES + l];
  }
}

// The same for so many rows, at most ROWS.
template <bool rounded, int LINES, int ROWS = kRows>
void rows_of_dots(const Dots& work, int row, int rows, int line) {
  if constexpr (ROWS > 1) {
    if (rows < ROWS) return rows_of_dots<rounded, LINES, ROWS - 1>(work, row, rows, line);
  }
  tile_of_dots<rounded, ROWS, LINES>(work, row, line);
}

// Lines [from, from + LINES) with all rows, in groups as equal as they can be.
template <bool rounded, int LINES>
void lines_of_dots(const Dots& work, int line) {
  const int groups = (work.rows + kRows - 1) / kRows;
  for (int g = 0; g < groups; g++) {
    const int row = work.rows * g / groups, rows = work.rows * (g + 1) / groups - row;
    rows_of_dots<rounded, LINES>(work, row, rows, line);
  }
}

template <bool rounded>
void dots(const Dots& work) {
  const int whole = work.lines / kLines * kLines;
  for (int line = 0; line < whole; line += kLines) lines_of_dots<rounded, kLines>(work, line);
  for (int line = whole; line < work.lines; line++) lines_of_dots<rounded, 1>(work, line);
}

// Adds Σ inner[r][s] · x[r] ∘ x[s] of ROWS rows r from `row` on and all s before the last of them.
template <int ROWS, class Load>
NMT_ALWAYS_INLINE void add_quadratic(const float* inner, int rows, int row, const float* x, size_t step, Load load,
                                     vf (&total)[kVectors]) {
  vf part[ROWS][kVectors] = {};
  for (int s = 0; s < row + ROWS; s++) {
    vf b[kVectors];
#pragma GCC unroll 4
    for (int v = 0; v < kVectors; v++) b[v] = load(x + s * step, v);
#pragma GCC unroll 4
    for (int r = 0; r < ROWS; r++) {
      const vf a = vset1(inner[(row + r) * rows + s]);
#pragma GCC unroll 4
      for (int v = 0; v < kVectors; v++) part[r][v] = vfma(a, b[v], part[r][v]);
    }
  }
#pragma GCC unroll 4
  for (int r = 0; r < ROWS; r++) {
#pragma GCC unroll 4
    for (int v = 0; v < kVectors; v++) total[v] = vfma(part[r][v], load(x + (row + r) * step, v), total[v]);
  }
}

template <class Load>
NMT_ALWAYS_INLINE void quadratic_of(const float* inner, int rows, const float* x, size_t step, Load load,
                                    vf (&total)[kVectors]) {
  int row = 0;
  for (; row + kFormRows <= rows; row += kFormRows) add_quadratic<kFormRows>(inner, rows, row, x, step, load, total);
  for (; row < rows; row++) add_quadratic<1>(inner, rows, row, x, step, load, total);
}

void quadratic(const float* inner, int rows, const float* x, size_t step, int columns, float* sums) {
  for (int j = 0; j < columns; j += kVectors * W) {
    const int left = columns - j;
    vf total[kVectors] = {};
    if (left >= kVectors * W) {
      quadratic_of(
          inner, rows, x + j, step, [](const float* p, int v) { return vload(p + v * W); }, total);
    } else {
      const auto load = [left](const float* p, int v) {
        const int n = left - v * W;
        return vload_n(p + v * W, n < 0 ? 0 : least(W, n));
      };
      quadratic_of(inner, rows, x + j, step, load, total);
    }
    for (int v = 0; v < kVectors && v * W < left; v++) {
      vstore_n(sums + j + v * W, vselect_lt(total[v], vzero(), vzero(), total[v]), least(W, left - v * W));
    }
  }
}

constexpr FewRowsKernels table{kLines, &copy, &dots<false>, &dots<true>, &quadratic};

}  // namespace
}  // namespace nmt::NMT_ISA

namespace nmt {
NMT_DEFINE_KERNELS(FewRowsKernels, few_rows) = NMT_ISA::table;
}  // namespace nmt
