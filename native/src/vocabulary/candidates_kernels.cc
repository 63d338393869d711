#include "vocabulary/candidates_kernels.h"

#include "isa/vec.h"

namespace nmt::NMT_ISA {

namespace {

// Rows whose sums are in registers together.
constexpr int kRows = W < 8 ? W : 8;

// Sums of the products of rows [from, from + ROWS) → out.
template <int ROWS>
NMT_ALWAYS_INLINE void product_rows(const LineProduct& p, int from) {
  const float* x[ROWS];
  for (int r = 0; r < ROWS; r++) x[r] = p.x + static_cast<size_t>(p.rows[from + r]) * p.step;
  vf sums[ROWS];
#pragma GCC unroll 8
  for (int r = 0; r < ROWS; r++) sums[r] = vzero();
  int k = 0;
  for (; k + W <= p.width; k += W) {
    const vf line = vload(p.line + k);
#pragma GCC unroll 8
    for (int r = 0; r < ROWS; r++) sums[r] = vfma(vload(x[r] + k), line, sums[r]);
  }
  if (k < p.width) {
    const int n = p.width - k;
    const vf line = vload_n(p.line + k, n);
#pragma GCC unroll 8
    for (int r = 0; r < ROWS; r++) sums[r] = vfma(vload_n(x[r] + k, n), line, sums[r]);
  }
  vf all[W];
#pragma GCC unroll 16
  for (int r = 0; r < W; r++) all[r] = r < ROWS ? sums[r] : vzero();
  vstore_n(p.out + from, vsums(all), ROWS);
}

template <int ROWS>
void last_rows(const LineProduct& p, int from) {
  if (p.count - from == ROWS) product_rows<ROWS>(p, from);
  else if constexpr (ROWS > 1) last_rows<ROWS - 1>(p, from);
}

void product(const LineProduct& p) {
  int from = 0;
  for (; from + kRows <= p.count; from += kRows) product_rows<kRows>(p, from);
  if constexpr (kRows > 1) last_rows<kRows - 1>(p, from);
}

void round_bf16(const float* x, int count, float* y) {
  int i = 0;
  for (; i + W <= count; i += W) vstore(y + i, vround_bf16(vload(x + i)));
  if (i < count) vstore_n(y + i, vround_bf16(vload_n(x + i, count - i)), count - i);
}

constexpr CandidatesKernels table{&product, &round_bf16};

}  // namespace

}  // namespace nmt::NMT_ISA

namespace nmt {
NMT_DEFINE_KERNELS(CandidatesKernels, candidates) = NMT_ISA::table;
}  // namespace nmt
