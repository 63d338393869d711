// Products of lists of rows that stay where they are: dot products of every pair, and weighed sums. For tens of rows,
// where packing for a GEMM would cost as much as the product. Include only in *_kernels.cc files.
//
// Each result is summed in an order that depends on the rows' width or number of terms alone, so it has the same bits
// whatever else is computed beside it.
#pragma once

#include "isa/vec.h"

namespace nmt::NMT_ISA {

// Tiles that fill the registers: accumulators, one side's vectors, one vector of the other side.
constexpr int kDotColumns = 4;
#if defined(NMT_ISA_AVX512) || defined(NMT_ISA_AVX512BF16) || defined(NMT_ISA_NEON)
constexpr int kDotRows = 6;
constexpr int kSumRows = 6, kSumVectors = 4;
#else
constexpr int kDotRows = 3;
constexpr int kSumRows = 6, kSumVectors = 2;
#endif

// Sums over the lanes of four vectors, each by halving: the same bits as of one alone.
inline void hsum4(const vf (&v)[4], float (&sums)[4]) {
#if defined(NMT_ISA_AVX512) || defined(NMT_ISA_AVX512BF16)
  // Quarters of the register: those of two vectors are added side by side, then each quarter holds one vector's four sums.
  const auto halve = [](vf a, vf b) { return _mm512_shuffle_f32x4(a, b, 0x44) + _mm512_shuffle_f32x4(a, b, 0xee); };
  const vf first = halve(v[0], v[1]), second = halve(v[2], v[3]);
  vf s = _mm512_shuffle_f32x4(first, second, 0x88) + _mm512_shuffle_f32x4(first, second, 0xdd);
  s = s + _mm512_permute_ps(s, 0x4e);
  s = s + _mm512_permute_ps(s, 0xb1);
  const __m512i firsts = _mm512_setr_epi32(0, 4, 8, 12, 0, 4, 8, 12, 0, 4, 8, 12, 0, 4, 8, 12);
  _mm_storeu_ps(sums, _mm512_castps512_ps128(_mm512_permutexvar_ps(firsts, s)));
#elif defined(NMT_ISA_AVX2)
  const __m256 pairs = _mm256_hadd_ps(_mm256_hadd_ps(v[0], v[1]), _mm256_hadd_ps(v[2], v[3]));
  _mm_storeu_ps(sums, _mm_add_ps(_mm256_castps256_ps128(pairs), _mm256_extractf128_ps(pairs, 1)));
#else
  for (int i = 0; i < 4; i++) sums[i] = hsum(v[i]);
#endif
}

// Bounds of part `part` of `count` cut into `parts` nearly equal parts.
inline int part_bound(int count, int part, int parts) {
  return static_cast<int>(static_cast<long>(count) * part / parts);
}

// Adds the products of R rows and C columns from float k on, all lanes or the first `rest`.
template <int R, int C, bool WHOLE>
inline void add_products(vf (&sums)[R][kDotColumns], const float* const (&left)[R], const float* const (&right)[C],
                         int k, int rest) {
  vf columns[C];
#pragma GCC unroll 8
  for (int j = 0; j < C; j++) columns[j] = WHOLE ? vload(right[j] + k) : vload_n(right[j] + k, rest);
#pragma GCC unroll 8
  for (int i = 0; i < R; i++) {
    const vf row = WHOLE ? vload(left[i] + k) : vload_n(left[i] + k, rest);
#pragma GCC unroll 8
    for (int j = 0; j < C; j++) sums[i][j] = vfma(row, columns[j], sums[i][j]);
  }
}

// out[i · stride + j] = a[i] · b[j], R × C of them.
template <int R, int C>
void dot_tile(const float* const* a, const float* const* b, int width, float* out, int stride) {
  const float* left[R];
  const float* right[C];
  vf sums[R][kDotColumns];
#pragma GCC unroll 8
  for (int j = 0; j < C; j++) right[j] = b[j];
#pragma GCC unroll 8
  for (int i = 0; i < R; i++) {
    left[i] = a[i];
#pragma GCC unroll 8
    for (int j = 0; j < kDotColumns; j++) sums[i][j] = vzero();
  }
  int k = 0;
  for (; k + W <= width; k += W) add_products<R, C, true>(sums, left, right, k, W);
  if (k < width) add_products<R, C, false>(sums, left, right, k, width - k);
#pragma GCC unroll 8
  for (int i = 0; i < R; i++) {
    float totals[kDotColumns];
    hsum4(sums[i], totals);
#pragma GCC unroll 8
    for (int j = 0; j < C; j++) out[static_cast<long>(i) * stride + j] = totals[j];
  }
}

template <int R>
void dot_tiles(int columns, const float* const* a, const float* const* b, int width, float* out, int stride) {
  switch (columns) {
    case 1: return dot_tile<R, 1>(a, b, width, out, stride);
    case 2: return dot_tile<R, 2>(a, b, width, out, stride);
    case 3: return dot_tile<R, 3>(a, b, width, out, stride);
    default: return dot_tile<R, kDotColumns>(a, b, width, out, stride);
  }
}

// out [rows, stride ≥ columns]: out[i][j] = a[i] · b[j] over `width` floats.
inline void row_dots(const float* const* a, int rows, const float* const* b, int columns, int width, float* out,
                     int stride) {
  const int row_tiles = (rows + kDotRows - 1) / kDotRows;
  const int column_tiles = (columns + kDotColumns - 1) / kDotColumns;
  for (int c = 0; c < column_tiles; c++) {
    const int j = part_bound(columns, c, column_tiles);
    const int size = part_bound(columns, c + 1, column_tiles) - j;
    for (int r = 0; r < row_tiles; r++) {
      const int i = part_bound(rows, r, row_tiles);
      float* tile = out + static_cast<long>(i) * stride + j;
      switch (part_bound(rows, r + 1, row_tiles) - i) {
        case 1: dot_tiles<1>(size, a + i, b + j, width, tile, stride); break;
        case 2: dot_tiles<2>(size, a + i, b + j, width, tile, stride); break;
        case 3: dot_tiles<3>(size, a + i, b + j, width, tile, stride); break;
        case 4: dot_tiles<4>(size, a + i, b + j, width, tile, stride); break;
        case 5: dot_tiles<5>(size, a + i, b + j, width, tile, stride); break;
        default: dot_tiles<kDotRows>(size, a + i, b + j, width, tile, stride); break;
      }
    }
  }
}

// Weights of a sum of rows: row i's weight of term s is `data[i · row_stride + s · term_stride]`.
struct SumWeights {
  const float* data;
  int row_stride;
  int term_stride;
};

// out[i][column …] = Σ_s weight(i, s) · terms[s][column …], R rows of V vectors; with V = 1, the first `lanes` floats.
template <int R, int V>
void sum_tile(SumWeights weights, const float* const* terms, int count, int column, int lanes, float* const* out) {
  vf sums[R][V];
#pragma GCC unroll 8
  for (int i = 0; i < R; i++) {
#pragma GCC unroll 8
    for (int v = 0; v < V; v++) sums[i][v] = vzero();
  }
  for (int s = 0; s < count; s++) {
    const float* term = terms[s] + column;
    const float* weight = weights.data + static_cast<long>(s) * weights.term_stride;
    vf x[V];
#pragma GCC unroll 8
    for (int v = 0; v < V; v++) x[v] = V == 1 ? vload_n(term, lanes) : vload(term + v * W);
#pragma GCC unroll 8
    for (int i = 0; i < R; i++) {
      const vf w = vset1(weight[static_cast<long>(i) * weights.row_stride]);
#pragma GCC unroll 8
      for (int v = 0; v < V; v++) sums[i][v] = vfma(w, x[v], sums[i][v]);
    }
  }
#pragma GCC unroll 8
  for (int i = 0; i < R; i++) {
#pragma GCC unroll 8
    for (int v = 0; v < V; v++) {
      if (V == 1) vstore_n(out[i] + column, sums[i][v], lanes);
      else vstore(out[i] + column + v * W, sums[i][v]);
    }
  }
}

template <int R>
void sum_rows(SumWeights weights, const float* const* terms, int count, int width, float* const* out) {
  int column = 0;
  for (; column + kSumVectors * W <= width; column += kSumVectors * W) {
    sum_tile<R, kSumVectors>(weights, terms, count, column, W, out);
  }
  for (; column < width; column += W) {
    const int lanes = width - column < W ? width - column : W;
    sum_tile<R, 1>(weights, terms, count, column, lanes, out);
  }
}

// out[i] = Σ_s weight(i, s) · terms[s] for `rows` rows of `width` floats; terms are added in order.
inline void row_sums(SumWeights weights, int rows, const float* const* terms, int count, int width, float* const* out) {
  const int tiles = (rows + kSumRows - 1) / kSumRows;
  for (int t = 0; t < tiles; t++) {
    const int i = part_bound(rows, t, tiles);
    const SumWeights mine = {weights.data + static_cast<long>(i) * weights.row_stride, weights.row_stride,
                             weights.term_stride};
    switch (part_bound(rows, t + 1, tiles) - i) {
      case 1: sum_rows<1>(mine, terms, count, width, out + i); break;
      case 2: sum_rows<2>(mine, terms, count, width, out + i); break;
      case 3: sum_rows<3>(mine, terms, count, width, out + i); break;
      case 4: sum_rows<4>(mine, terms, count, width, out + i); break;
      case 5: sum_rows<5>(mine, terms, count, width, out + i); break;
      default: sum_rows<kSumRows>(mine, terms, count, width, out + i); break;
    }
  }
}

}  // namespace nmt::NMT_ISA
