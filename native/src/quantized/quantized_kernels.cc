// Products without instructions for 8-bit dot products: pairs of 16-bit products, summed in 32 bits. None of it saturates.
#include "quantized/quantized_kernels.h"

#include "quantized/finish.h"
#include "quantized/line_sums.h"

#if defined(NMT_ISA_AVX2) || defined(NMT_ISA_AVX512) || defined(NMT_ISA_AVX512BF16)
#include <immintrin.h>
#elif defined(NMT_ISA_NEON)
#include <arm_neon.h>
#endif

namespace nmt::NMT_ISA {

namespace {

using sixteen::i16s;

#if defined(NMT_ISA_AVX512) || defined(NMT_ISA_AVX512BF16)

constexpr int kRows = 4;

// Sums of pairs: lanes 2c and 2c + 1 of `part` belong to column 8 · part + c.
struct Sums {
  __m512i part[2];
};
NMT_INLINE void clear(Sums& s) { s.part[0] = s.part[1] = _mm512_setzero_si512(); }
struct Weights {
  __m512i part[2];
};
NMT_INLINE Weights load_weights(const int8_t* group) {
  const __m256i* lines = reinterpret_cast<const __m256i*>(group);
  return {{_mm512_cvtepi8_epi16(_mm256_loadu_si256(lines)), _mm512_cvtepi8_epi16(_mm256_loadu_si256(lines + 1))}};
}
NMT_INLINE void add(Sums& s, const int8_t* left, const Weights& w) {
  int32_t four;
  std::memcpy(&four, left, 4);
  const __m512i x = _mm512_cvtepi8_epi16(_mm256_set1_epi32(four));
  for (int i = 0; i < 2; i++) s.part[i] = _mm512_add_epi32(s.part[i], _mm512_madd_epi16(x, w.part[i]));
}
NMT_INLINE i16s total(const Sums& s) {
  alignas(64) int32_t pairs[32];
  for (int i = 0; i < 2; i++) _mm512_store_si512(pairs + 16 * i, s.part[i]);
  i16s sums;
  for (int c = 0; c < 16; c++) sums[c] = pairs[2 * c] + pairs[2 * c + 1];
  return sums;
}

#elif defined(NMT_ISA_AVX2)

constexpr int kRows = 2;

struct Sums {
  __m256i part[4];
};
NMT_INLINE void clear(Sums& s) {
  for (__m256i& part : s.part) part = _mm256_setzero_si256();
}
struct Weights {
  __m256i part[4];
};
NMT_INLINE Weights load_weights(const int8_t* group) {
  const __m128i* lines = reinterpret_cast<const __m128i*>(group);
  Weights w;
  for (int i = 0; i < 4; i++) w.part[i] = _mm256_cvtepi8_epi16(_mm_loadu_si128(lines + i));
  return w;
}
NMT_INLINE void add(Sums& s, const int8_t* left, const Weights& w) {
  int32_t four;
  std::memcpy(&four, left, 4);
  const __m256i x = _mm256_cvtepi8_epi16(_mm_set1_epi32(four));
  for (int i = 0; i < 4; i++) s.part[i] = _mm256_add_epi32(s.part[i], _mm256_madd_epi16(x, w.part[i]));
}
NMT_INLINE i16s total(const Sums& s) {
  alignas(32) int32_t pairs[32];
  for (int i = 0; i < 4; i++) _mm256_store_si256(reinterpret_cast<__m256i*>(pairs + 8 * i), s.part[i]);
  i16s sums;
  for (int c = 0; c < 16; c++) sums[c] = pairs[2 * c] + pairs[2 * c + 1];
  return sums;
}

#elif defined(NMT_ISA_NEON)

constexpr int kRows = 1;

struct Sums {
  int32x4_t part[8];
};
NMT_INLINE void clear(Sums& s) {
  for (int32x4_t& part : s.part) part = vdupq_n_s32(0);
}
struct Weights {
  int8x8_t part[8];
};
NMT_INLINE Weights load_weights(const int8_t* group) {
  Weights w;
  for (int i = 0; i < 8; i++) w.part[i] = vld1_s8(group + 8 * i);
  return w;
}
NMT_INLINE void add(Sums& s, const int8_t* left, const Weights& w) {
  int32_t four;
  std::memcpy(&four, left, 4);
  const int8x8_t x = vreinterpret_s8_s32(vdup_n_s32(four));
  for (int i = 0; i < 8; i++) s.part[i] = vpadalq_s16(s.part[i], vmull_s8(x, w.part[i]));
}
NMT_INLINE i16s total(const Sums& s) {
  int32_t pairs[32];
  for (int i = 0; i < 8; i++) vst1q_s32(pairs + 4 * i, s.part[i]);
  i16s sums;
  for (int c = 0; c < 16; c++) sums[c] = pairs[2 * c] + pairs[2 * c + 1];
  return sums;
}

#else

constexpr int kRows = 1;

struct Sums {
  int32_t columns[16];
};
NMT_INLINE void clear(Sums& s) { s = {}; }
using Weights = const int8_t*;
NMT_INLINE Weights load_weights(const int8_t* group) { return group; }
NMT_INLINE void add(Sums& s, const int8_t* left, Weights w) {
  for (int c = 0; c < 16; c++) {
    s.columns[c] += left[0] * w[4 * c] + left[1] * w[4 * c + 1] + left[2] * w[4 * c + 2] + left[3] * w[4 * c + 3];
  }
}
NMT_INLINE i16s total(const Sums& s) {
  i16s sums;
  std::memcpy(&sums, s.columns, sizeof sums);
  return sums;
}

#endif

template <int ROWS>
NMT_INLINE void multiply_rows(const QuantizedProduct& p, int row, int panel) {
  const int8_t* right = p.panels + panel * p.line * kPanelColumns;
  const int8_t* left = p.left + row * p.line;
  Sums sums[ROWS];
  for (Sums& s : sums) clear(s);
  for (size_t k = 0; k < p.line; k += 4) {
    const Weights w = load_weights(right + k * kPanelColumns);
    for (int r = 0; r < ROWS; r++) add(sums[r], left + r * p.line + k, w);
  }
  for (int r = 0; r < ROWS; r++) finish<0>(p, row + r, panel, total(sums[r]));
}

void product(const QuantizedProduct& p) {
  for (int panel = p.first; panel < p.last; panel++) {
    int row = 0;
    for (; row + kRows <= p.rows; row += kRows) multiply_rows<kRows>(p, row, panel);
    for (; row < p.rows; row++) multiply_rows<1>(p, row, panel);
  }
}

constexpr QuantizedKernels table{&quantize_rows_by<0>, &product, &line_sums<0>};

}  // namespace

}  // namespace nmt::NMT_ISA

namespace nmt {
NMT_DEFINE_KERNELS(QuantizedKernels, quantized) = NMT_ISA::table;
}  // namespace nmt
