// Packing and micro-tile products. Each result is one chain of multiply-adds in the order of k, whatever the tile.
#include "gemm/gemm_kernels.h"

#include "isa/vec.h"

namespace nmt::NMT_ISA {

namespace {

#if defined(NMT_ISA_AVX512) || defined(NMT_ISA_AVX512BF16)
constexpr int kRows = 14, kVectors = 2;  // 28 accumulators, 2 of the right panel, 1 broadcast
#elif defined(NMT_ISA_AVX2)
constexpr int kRows = 6, kVectors = 2;  // 12 + 2 + 1 of 16 registers
#elif defined(NMT_ISA_NEON)
constexpr int kRows = 8, kVectors = 3;  // 24 + 3 + 1 of 32
#else
constexpr int kRows = 4, kVectors = 2;  // 8 + 2 + 1 and a product, of 16
#endif
constexpr int kColumns = kVectors * W;
static_assert(kRows <= kMostTileRows);

int least(int a, int b) { return a < b ? a : b; }

// One float per element.
struct F32 {
  static constexpr int depth = 1;
  static vf multiply_add(vf left, vf right, vf sum) { return vfma(left, right, sum); }
  // Elements of one line, from element `at`; n of them, the other lanes 0.
  static vf load_line(const float* line, int k, int at) { return vload_n(line + at, least(W, k - at)); }
  // Element `at` of n neighbouring columns.
  static vf load_across(const float* source, size_t step, int, int at, int n) {
    return vload_n(source + static_cast<size_t>(at) * step, n);
  }
};

#if defined(NMT_ISA_AVX512BF16)
// Two consecutive k per element; an odd last k is paired with 0.
struct Bf16 {
  static constexpr int depth = 2;
  static vf multiply_add(vf left, vf right, vf sum) {
    return _mm512_dpbf16_ps(sum, (__m512bh)left, (__m512bh)right);
  }
  static vf load_line(const float* line, int k, int at) {
    const int first = 2 * at, left = k - first;
    const vf low = vload_n(line + first, least(W, left));
    const vf high = left > W ? vload_n(line + first + W, least(W, left - W)) : vzero();
    return (vf)_mm512_cvtne2ps_pbh(high, low);
  }
  static vf load_across(const float* source, size_t step, int k, int at, int n) {
    const float* first = source + static_cast<size_t>(2 * at) * step;
    const vf even = vload_n(first, n);
    const vf odd = 2 * at + 1 < k ? vload_n(first + step, n) : vzero();
    const __m512i low = _mm512_cvtepu16_epi32((__m256i)_mm512_cvtneps_pbh(even));
    const __m512i high = _mm512_cvtepu16_epi32((__m256i)_mm512_cvtneps_pbh(odd));
    return (vf)_mm512_or_si512(low, _mm512_slli_epi32(high, 16));
  }
};
#endif

// source [width][k] → panel [elements][stride], by transposing W × W blocks.
template <class Element>
void pack_lines(const float* source, size_t source_step, int width, int stride, int k, float* panel) {
  const int elements = (k + Element::depth - 1) / Element::depth;
  for (int w = 0; w < stride; w += W) {
    const int lines = least(W, width - w), kept = least(W, stride - w);
    for (int at = 0; at < elements; at += W) {
      vf block[W];
      for (int i = 0; i < W; i++) {
        block[i] = i < lines ? Element::load_line(source + (w + i) * source_step, k, at) : vzero();
      }
      vtranspose(block);
      const int rows = least(W, elements - at);
      float* out = panel + static_cast<size_t>(at) * stride + w;
      if (kept == W) {
        for (int i = 0; i < rows; i++) vstore(out + static_cast<size_t>(i) * stride, block[i]);
      } else {
        for (int i = 0; i < rows; i++) vstore_n(out + static_cast<size_t>(i) * stride, block[i], kept);
      }
    }
  }
}

// source [k][width] → panel [elements][stride].
template <class Element>
void pack_columns(const float* source, size_t source_step, int width, int stride, int k, float* panel) {
  const int elements = (k + Element::depth - 1) / Element::depth;
  for (int at = 0; at < elements; at++) {
    for (int w = 0; w < stride; w += W) {
      const int present = width - w;
      const vf v = present > 0 ? Element::load_across(source + w, source_step, k, at, least(W, present)) : vzero();
      vstore_n(panel + static_cast<size_t>(at) * stride + w, v, least(W, stride - w));
    }
  }
}

template <class Element, int ROWS>
void product(const MicroTile& tile) {
  vf sum[ROWS][kVectors];
  const bool whole = tile.columns == kColumns;
  const auto width = [&](int v) { return tile.columns <= v * W ? 0 : least(W, tile.columns - v * W); };
  const auto load = [&](const float* p, int v) { return whole ? vload(p + v * W) : vload_n(p + v * W, width(v)); };

#pragma GCC unroll 16
  for (int i = 0; i < ROWS; i++) {
#pragma GCC unroll 4
    for (int v = 0; v < kVectors; v++) {
      sum[i][v] = tile.start == Start::zero         ? vzero()
                  : tile.start == Start::accumulate ? load(tile.out + i * tile.out_step, v)
                                                    : load(tile.bias, v);
    }
  }

  const float* left = tile.left;
  const float* right = tile.right;
  if (whole || tile.right_step == kColumns) {
    for (int e = 0; e < tile.elements; e++) {
      vf b[kVectors];
#pragma GCC unroll 4
      for (int v = 0; v < kVectors; v++) {
        b[v] = vload(right + v * W);
        __builtin_prefetch(right + v * W + 16 * kColumns);
      }
#pragma GCC unroll 16
      for (int i = 0; i < ROWS; i++) {
        const vf a = vset1(left[i]);
#pragma GCC unroll 4
        for (int v = 0; v < kVectors; v++) sum[i][v] = Element::multiply_add(a, b[v], sum[i][v]);
      }
      left += ROWS;
      right += tile.right_step;
    }
  } else {
    // The last columns of a matrix that isn't packed.
    for (int e = 0; e < tile.elements; e++) {
      vf b[kVectors];
      for (int v = 0; v < kVectors; v++) b[v] = vload_n(right + v * W, width(v));
#pragma GCC unroll 16
      for (int i = 0; i < ROWS; i++) {
        const vf a = vset1(left[i]);
#pragma GCC unroll 4
        for (int v = 0; v < kVectors; v++) sum[i][v] = Element::multiply_add(a, b[v], sum[i][v]);
      }
      left += ROWS;
      right += tile.right_step;
    }
  }

#pragma GCC unroll 16
  for (int i = 0; i < ROWS; i++) {
#pragma GCC unroll 4
    for (int v = 0; v < kVectors; v++) {
      float* out = tile.out + i * tile.out_step + v * W;
      if (whole) vstore(out, sum[i][v]);
      else vstore_n(out, sum[i][v], width(v));
    }
  }
}

template <class Element, int ROWS>
constexpr void fill_products(ElementKernels& kernels) {
  kernels.product[ROWS] = &product<Element, ROWS>;
  if constexpr (ROWS > 1) fill_products<Element, ROWS - 1>(kernels);
}

template <class Element>
constexpr ElementKernels element_kernels() {
  ElementKernels kernels{Element::depth, &pack_lines<Element>, &pack_columns<Element>, {}};
  fill_products<Element, kRows>(kernels);
  return kernels;
}

#if !defined(NMT_ISA_AVX512BF16)
using Bf16 = F32;
#endif

constexpr GemmKernels table{kRows, kColumns, element_kernels<F32>(), element_kernels<Bf16>()};

}  // namespace
}  // namespace nmt::NMT_ISA

namespace nmt {
NMT_DEFINE_KERNELS(GemmKernels, gemm) = NMT_ISA::table;
}  // namespace nmt
