// Some rows of bytes by one line of weights, as every instruction set's own form of activations has it. Include only in kernel files.
#pragma once

#include "isa/sixteen.h"
#include "quantized/quantized_kernels.h"

#if defined(__x86_64__) && !defined(NMT_ISA_PORTABLE)
#include <immintrin.h>
#elif defined(NMT_ISA_NEON) || defined(NMT_ISA_NEONDOT)
#include <arm_neon.h>
#endif

namespace nmt::NMT_ISA {

namespace {

// `offset` is what activations are kept with. VNNI is used where the file is compiled for it.
template <int offset>
int32_t line_sum(const int8_t* left, const int8_t* weights, size_t line) {
#if defined(__AVX512VNNI__)
  static_assert(offset == 128);
  __m512i sums = _mm512_setzero_si512();
  for (size_t k = 0; k < line; k += 64) {
    sums = _mm512_dpbusd_epi32(sums, _mm512_loadu_si512(left + k), _mm512_loadu_si512(weights + k));
  }
  return _mm512_reduce_add_epi32(sums);
#elif defined(__AVX512BW__)
  static_assert(offset == 0);
  __m512i sums = _mm512_setzero_si512();
  for (size_t k = 0; k < line; k += 32) {
    const __m512i x = _mm512_cvtepi8_epi16(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(left + k)));
    const __m512i w = _mm512_cvtepi8_epi16(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(weights + k)));
    sums = _mm512_add_epi32(sums, _mm512_madd_epi16(x, w));
  }
  return _mm512_reduce_add_epi32(sums);
#elif defined(__AVX2__)
  __m256i sums = _mm256_setzero_si256();
  for (size_t k = 0; k < line; k += 32) {
#if defined(__AVXVNNI__)
    static_assert(offset == 128);
    const __m256i x = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(left + k));
    const __m256i w = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(weights + k));
    sums = _mm256_dpbusd_avx_epi32(sums, x, w);
#else
    static_assert(offset == 0);
    for (size_t half = k; half < k + 32; half += 16) {
      const __m256i x = _mm256_cvtepi8_epi16(_mm_loadu_si128(reinterpret_cast<const __m128i*>(left + half)));
      const __m256i w = _mm256_cvtepi8_epi16(_mm_loadu_si128(reinterpret_cast<const __m128i*>(weights + half)));
      sums = _mm256_add_epi32(sums, _mm256_madd_epi16(x, w));
    }
#endif
  }
  __m128i four = _mm_add_epi32(_mm256_castsi256_si128(sums), _mm256_extracti128_si256(sums, 1));
  four = _mm_add_epi32(four, _mm_shuffle_epi32(four, 0x4e));
  four = _mm_add_epi32(four, _mm_shuffle_epi32(four, 0xb1));
  return _mm_cvtsi128_si32(four);
#elif defined(NMT_ISA_NEONDOT)
  static_assert(offset == 0);
  int32x4_t sums = vdupq_n_s32(0);
  for (size_t k = 0; k < line; k += 16) sums = vdotq_s32(sums, vld1q_s8(left + k), vld1q_s8(weights + k));
  return vaddvq_s32(sums);
#elif defined(NMT_ISA_NEON)
  static_assert(offset == 0);
  int32x4_t sums = vdupq_n_s32(0);
  for (size_t k = 0; k < line; k += 8) sums = vpadalq_s16(sums, vmull_s8(vld1_s8(left + k), vld1_s8(weights + k)));
  return vaddvq_s32(sums);
#else
  static_assert(offset == 0);
  int32_t sum = 0;
  for (size_t k = 0; k < line; k++) sum += left[k] * weights[k];
  return sum;
#endif
}

template <int offset>
void line_sums(const LineSums& p) {
  for (int i = 0; i < p.count; i++) {
    const int32_t sum = line_sum<offset>(p.left + static_cast<size_t>(p.rows[i]) * p.line, p.weights, p.line);
    p.sums[i] = sum - offset * p.weights_sum;
  }
}

}  // namespace

}  // namespace nmt::NMT_ISA
