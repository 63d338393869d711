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

// Numbers as they are. `floats` is how many a vector of a row holds, of which `n` are there.
struct Plain {
  static constexpr int floats = W;
  static vf row(const float* p, int n) { return n == floats ? vload(p) : vload_n(p, n); }
  static vf line(const float* p, int n) { return row(p, n); }
  static vf multiply_add(vf a, vf b, vf sum) { return vfma(a, b, sum); }
};

#if defined(NMT_ISA_AVX512BF16)
// Lines are rounded to bf16 as they are read; rows are pairs of bf16, filled up with zeros.
struct Rounded {
  static constexpr int floats = 2 * W;
  static vf row(const float* p, int) { return vload(p); }
  static vf line(const float* p, int n) {
    const vf low = n >= W ? vload(p) : vload_n(p, n);
    const vf high = n == floats ? vload(p + W) : n > W ? vload_n(p + W, n - W) : vzero();
    return (vf)_mm512_cvtne2ps_pbh(high, low);
  }
  static vf multiply_add(vf a, vf b, vf sum) { return _mm512_dpbf16_ps(sum, (__m512bh)a, (__m512bh)b); }
};
#else
// Lines are rounded to bf16 as they are read, as rows are already.
struct Rounded : Plain {
  static vf line(const float* p, int n) { return vround_bf16(Plain::line(p, n)); }
};
#endif

// out[r][l] for all pairs of some rows and some lines.
template <class Numbers, int ROWS, int LINES>
NMT_ALWAYS_INLINE void tile_of_dots(const Dots& work, int row, int line) {
  constexpr int kStep = Numbers::floats;
  constexpr int kSums = ROWS * LINES, kBlocks = (kSums + W - 1) / W;
  const float* left = work.left + row * work.left_step;
  const float* right = work.right + line * work.right_step;
  vf sum[kSums];
#pragma GCC unroll 32
  for (int i = 0; i < kSums; i++) sum[i] = vzero();
  const auto add = [&](int at, int n) __attribute__((always_inline)) {
    vf b[LINES];
#pragma GCC unroll 4
    for (int l = 0; l < LINES; l++) b[l] = Numbers::line(right + l * work.right_step + at, n);
#pragma GCC unroll 8
    for (int r = 0; r < ROWS; r++) {
      const vf a = Numbers::row(left + r * work.left_step + at / (kStep / W), n);
#pragma GCC unroll 4
      for (int l = 0; l < LINES; l++) sum[r * LINES + l] = Numbers::multiply_add(a, b[l], sum[r * LINES + l]);
    }
  };
  int at = 0;
  for (; at + kStep <= work.k; at += kStep) add(at, kStep);
  if (at < work.k) add(at, work.k - at);
  // Sums whose address is taken, or that a loop which isn't unrolled goes through, would be in memory all the time.
  vf all[kBlocks * W];
#pragma GCC unroll 32
  for (int i = 0; i < kBlocks * W; i++) all[i] = i < kSums ? sum[i < kSums ? i : 0] : vzero();
  float sums[kBlocks * W];
#pragma GCC unroll 4
  for (int block = 0; block < kBlocks; block++) vstore(sums + block * W, vsums(all + block * W));
  for (int r = 0; r < ROWS; r++) {
    for (int l = 0; l < LINES; l++) work.out[(row + r) * work.out_step + line + l] = sums[r * LINES + l];
  }
}

// The same for so many rows, at most ROWS.
template <class Numbers, int LINES, int ROWS = kRows>
void rows_of_dots(const Dots& work, int row, int rows, int line) {
  if constexpr (ROWS > 1) {
    if (rows < ROWS) return rows_of_dots<Numbers, LINES, ROWS - 1>(work, row, rows, line);
  }
  tile_of_dots<Numbers, ROWS, LINES>(work, row, line);
}

// Lines [from, from + LINES) with all rows, in groups as equal as they can be.
template <class Numbers, int LINES>
void lines_of_dots(const Dots& work, int line) {
  const int groups = (work.rows + kRows - 1) / kRows;
  for (int g = 0; g < groups; g++) {
    const int row = work.rows * g / groups, rows = work.rows * (g + 1) / groups - row;
    rows_of_dots<Numbers, LINES>(work, row, rows, line);
  }
}

template <class Numbers>
void dots(const Dots& work) {
  const int whole = work.lines / kLines * kLines;
  for (int line = 0; line < whole; line += kLines) lines_of_dots<Numbers, kLines>(work, line);
  for (int line = whole; line < work.lines; line++) lines_of_dots<Numbers, 1>(work, line);
}

#if defined(NMT_ISA_AVX512BF16)
// Rounded rows as the pairs that dots read.
void pack_rounded(const float* from, size_t from_step, int rows, int columns, float* to, size_t to_step) {
  for (int i = 0; i < rows; i++) {
    for (int j = 0; j < columns; j += Rounded::floats) {
      vstore(to + i * to_step + j / 2, Rounded::line(from + i * from_step + j, least(Rounded::floats, columns - j)));
    }
  }
}
constexpr auto kPackRounded = &pack_rounded;
#else
constexpr decltype(FewRowsKernels::pack_rounded) kPackRounded = nullptr;
#endif

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

constexpr FewRowsKernels table{kLines, &copy, kPackRounded, &dots<Plain>, &dots<Rounded>, &quadratic};

}  // namespace
}  // namespace nmt::NMT_ISA

namespace nmt {
NMT_DEFINE_KERNELS(FewRowsKernels, few_rows) = NMT_ISA::table;
}  // namespace nmt
