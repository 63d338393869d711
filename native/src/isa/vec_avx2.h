// 8 floats in an AVX2 register, with fused multiply-add.
#pragma once

#include <immintrin.h>

namespace nmt::NMT_ISA {

constexpr int W = 8;
typedef float vf __attribute__((vector_size(32)));
typedef int32_t vi __attribute__((vector_size(32)));
typedef uint32_t vu __attribute__((vector_size(32)));

// All bits set in the first n lanes.
inline __m256i lanes(int n) {
  return _mm256_cmpgt_epi32(_mm256_set1_epi32(n), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}

inline vf vload(const float* p) { return _mm256_loadu_ps(p); }
inline void vstore(float* p, vf v) { _mm256_storeu_ps(p, v); }
inline vf vload_n(const float* p, int n) { return _mm256_maskload_ps(p, lanes(n)); }
inline void vstore_n(float* p, vf v, int n) { _mm256_maskstore_ps(p, lanes(n), v); }

inline vf vset1(float x) { return _mm256_set1_ps(x); }
inline vf vzero() { return _mm256_setzero_ps(); }
inline vi vi_set1(int32_t x) { return (vi)_mm256_set1_epi32(x); }
inline vu vu_set1(uint32_t x) { return (vu)_mm256_set1_epi32(static_cast<int32_t>(x)); }

inline vf vfma(vf a, vf b, vf c) { return _mm256_fmadd_ps(a, b, c); }
inline vf vfnma(vf a, vf b, vf c) { return _mm256_fnmadd_ps(a, b, c); }
inline vf vmin(vf a, vf b) { return _mm256_min_ps(a, b); }
inline vf vmax(vf a, vf b) { return _mm256_max_ps(a, b); }
inline vf vsqrt(vf a) { return _mm256_sqrt_ps(a); }
inline vf vreciprocal(vf x) { return vset1(1.0f) / x; }
inline vf vround(vf a) { return _mm256_round_ps(a, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC); }
inline vf vconvert(vi a) { return _mm256_cvtepi32_ps((__m256i)a); }
inline vf vselect_lt(vf a, vf b, vf x, vf y) { return _mm256_blendv_ps(y, x, _mm256_cmp_ps(a, b, _CMP_LT_OQ)); }
inline vf vscale2(vf x, vf n) {
  const __m256i exponent = _mm256_add_epi32(_mm256_cvtps_epi32(n), _mm256_set1_epi32(127));
  return x * (vf)_mm256_slli_epi32(exponent, 23);
}

inline vu vmulhi(vu a, vu b) {
  const __m256i even = _mm256_mul_epu32((__m256i)a, (__m256i)b);
  const __m256i odd = _mm256_mul_epu32(_mm256_srli_epi64((__m256i)a, 32), _mm256_srli_epi64((__m256i)b, 32));
  return (vu)_mm256_blend_epi32(_mm256_srli_epi64(even, 32), odd, 0xaa);
}

inline float hsum(vf v) {
  __m128 s = _mm_add_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1));
  s = _mm_add_ps(s, _mm_movehl_ps(s, s));
  return _mm_cvtss_f32(_mm_add_ss(s, _mm_movehdup_ps(s)));
}
inline float hmax(vf v) {
  __m128 s = _mm_max_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1));
  s = _mm_max_ps(s, _mm_movehl_ps(s, s));
  return _mm_cvtss_f32(_mm_max_ss(s, _mm_movehdup_ps(s)));
}

// Transposes 4 × 4 blocks within the 128-bit halves, then the halves.
inline void vtranspose(vf r[8]) {
  vf t[8];
  for (int i = 0; i < 8; i += 4) {
    const __m256d a = (__m256d)_mm256_unpacklo_ps(r[i], r[i + 1]), b = (__m256d)_mm256_unpackhi_ps(r[i], r[i + 1]);
    const __m256d c = (__m256d)_mm256_unpacklo_ps(r[i + 2], r[i + 3]);
    const __m256d d = (__m256d)_mm256_unpackhi_ps(r[i + 2], r[i + 3]);
    t[i] = (vf)_mm256_unpacklo_pd(a, c);
    t[i + 1] = (vf)_mm256_unpackhi_pd(a, c);
    t[i + 2] = (vf)_mm256_unpacklo_pd(b, d);
    t[i + 3] = (vf)_mm256_unpackhi_pd(b, d);
  }
  for (int i = 0; i < 4; i++) {
    r[i] = _mm256_permute2f128_ps(t[i], t[4 + i], 0x20);
    r[4 + i] = _mm256_permute2f128_ps(t[i], t[4 + i], 0x31);
  }
}

inline vf vsums(const vf r[8]) {
  vf fours[2];
  for (int i = 0; i < 2; i++) {
    const vf* v = r + 4 * i;
    fours[i] = _mm256_hadd_ps(_mm256_hadd_ps(v[0], v[1]), _mm256_hadd_ps(v[2], v[3]));
  }
  return (vf)_mm256_permute2f128_ps(fours[0], fours[1], 0x20) + (vf)_mm256_permute2f128_ps(fours[0], fours[1], 0x31);
}

}  // namespace nmt::NMT_ISA
