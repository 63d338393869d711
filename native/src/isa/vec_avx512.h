// 16 floats in an AVX-512 register.
#pragma once

#include <immintrin.h>

namespace nmt::NMT_ISA {

constexpr int W = 16;
typedef float vf __attribute__((vector_size(64)));
typedef int32_t vi __attribute__((vector_size(64)));
typedef uint32_t vu __attribute__((vector_size(64)));

// The first n lanes.
inline __mmask16 lanes(int n) { return static_cast<__mmask16>((1u << n) - 1); }

inline vf vload(const float* p) { return _mm512_loadu_ps(p); }
inline void vstore(float* p, vf v) { _mm512_storeu_ps(p, v); }
inline vf vload_n(const float* p, int n) { return _mm512_maskz_loadu_ps(lanes(n), p); }
inline void vstore_n(float* p, vf v, int n) { _mm512_mask_storeu_ps(p, lanes(n), v); }

inline vf vset1(float x) { return _mm512_set1_ps(x); }
inline vf vzero() { return _mm512_setzero_ps(); }
inline vi vi_set1(int32_t x) { return (vi)_mm512_set1_epi32(x); }
inline vu vu_set1(uint32_t x) { return (vu)_mm512_set1_epi32(static_cast<int32_t>(x)); }

inline vf vfma(vf a, vf b, vf c) { return _mm512_fmadd_ps(a, b, c); }
inline vf vfnma(vf a, vf b, vf c) { return _mm512_fnmadd_ps(a, b, c); }
inline vf vmin(vf a, vf b) { return _mm512_min_ps(a, b); }
inline vf vmax(vf a, vf b) { return _mm512_max_ps(a, b); }
inline vf vsqrt(vf a) { return _mm512_sqrt_ps(a); }
// A 14-bit estimate and one Newton step: a third of a division's time.
inline vf vreciprocal(vf x) {
  const vf r = _mm512_rcp14_ps(x);
  return _mm512_fmadd_ps(_mm512_fnmadd_ps(x, r, _mm512_set1_ps(1.0f)), r, r);
}
inline vf vround(vf a) { return _mm512_roundscale_ps(a, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC); }
inline vf vconvert(vi a) { return _mm512_cvtepi32_ps((__m512i)a); }
inline vf vselect_lt(vf a, vf b, vf x, vf y) {
  return _mm512_mask_blend_ps(_mm512_cmp_ps_mask(a, b, _CMP_LT_OQ), y, x);
}
inline vf vscale2(vf x, vf n) { return _mm512_scalef_ps(x, n); }

inline vu vmulhi(vu a, vu b) {
  const __m512i even = _mm512_mul_epu32((__m512i)a, (__m512i)b);
  const __m512i odd = _mm512_mul_epu32(_mm512_srli_epi64((__m512i)a, 32), _mm512_srli_epi64((__m512i)b, 32));
  return (vu)_mm512_mask_blend_epi32(0xaaaa, _mm512_srli_epi64(even, 32), odd);
}

inline float hsum(vf v) { return _mm512_reduce_add_ps(v); }
inline float hmax(vf v) { return _mm512_reduce_max_ps(v); }

// Transposes 4 × 4 blocks within the 128-bit quarters, then the quarters.
inline void vtranspose(vf r[16]) {
  vf t[16];
  for (int i = 0; i < 16; i += 4) {
    const __m512d a = (__m512d)_mm512_unpacklo_ps(r[i], r[i + 1]), b = (__m512d)_mm512_unpackhi_ps(r[i], r[i + 1]);
    const __m512d c = (__m512d)_mm512_unpacklo_ps(r[i + 2], r[i + 3]);
    const __m512d d = (__m512d)_mm512_unpackhi_ps(r[i + 2], r[i + 3]);
    t[i] = (vf)_mm512_unpacklo_pd(a, c);
    t[i + 1] = (vf)_mm512_unpackhi_pd(a, c);
    t[i + 2] = (vf)_mm512_unpacklo_pd(b, d);
    t[i + 3] = (vf)_mm512_unpackhi_pd(b, d);
  }
  for (int i = 0; i < 4; i++) {
    const __m512 even_low = _mm512_shuffle_f32x4(t[i], t[4 + i], 0x88),
                 odd_low = _mm512_shuffle_f32x4(t[i], t[4 + i], 0xdd);
    const __m512 even_high = _mm512_shuffle_f32x4(t[8 + i], t[12 + i], 0x88);
    const __m512 odd_high = _mm512_shuffle_f32x4(t[8 + i], t[12 + i], 0xdd);
    r[i] = _mm512_shuffle_f32x4(even_low, even_high, 0x88);
    r[8 + i] = _mm512_shuffle_f32x4(even_low, even_high, 0xdd);
    r[4 + i] = _mm512_shuffle_f32x4(odd_low, odd_high, 0x88);
    r[12 + i] = _mm512_shuffle_f32x4(odd_low, odd_high, 0xdd);
  }
}

inline vf vsums(const vf r[16]) {
  vf fours[4];
  for (int i = 0; i < 4; i++) {
    const vf* v = r + 4 * i;
    const vf a = (vf)_mm512_unpacklo_ps(v[0], v[1]) + (vf)_mm512_unpackhi_ps(v[0], v[1]);
    const vf b = (vf)_mm512_unpacklo_ps(v[2], v[3]) + (vf)_mm512_unpackhi_ps(v[2], v[3]);
    fours[i] = (vf)_mm512_unpacklo_pd((__m512d)a, (__m512d)b) + (vf)_mm512_unpackhi_pd((__m512d)a, (__m512d)b);
  }
  const auto quarters = [](vf a, vf b) {
    return (vf)_mm512_shuffle_f32x4(a, b, 0x88) + (vf)_mm512_shuffle_f32x4(a, b, 0xdd);
  };
  return quarters(quarters(fours[0], fours[1]), quarters(fours[2], fours[3]));
}

}  // namespace nmt::NMT_ISA
