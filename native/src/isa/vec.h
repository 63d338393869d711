// Vectors of floats for the instruction set being compiled: `vf` holds W of them. Include only in *_kernels.cc files.
//
// Primitives of each instruction set (vec_<set>.h), in namespace nmt::NMT_ISA:
//   vf, vi, vu                     W floats, int32s, uint32s; GCC's vectors: + - * / & | ^ << >> work on them
//   vload(p) vstore(p, v)          unaligned
//   vload_n(p, n) vstore_n(p, v, n)   only the first n of W, 0 ≤ n ≤ W; the others are 0, or kept
//   vset1(x) vzero()               vu_set1(x), vi_set1(x)
//   vfma(a, b, c) = a·b + c        vfnma(a, b, c) = c - a·b
//   vreciprocal(x)                 1 / x for finite x ≠ 0, to a unit in the last place or two
//   vmin vmax vsqrt vround         vround: to the nearest whole number, ties to even, |x| < 2^22
//   vconvert(vi)                   to floats
//   vselect_lt(a, b, x, y)         lane by lane a < b ? x : y
//   vscale2(x, n) = x · 2^n        n whole, -126 ≤ n ≤ 127
//   vmulhi(a, b)                   high words of the 32 × 32 bit products of vu
//   hsum(v) hmax(v)                over the lanes
//   vtranspose(rows)               the W × W matrix in `vf rows[W]`, in place
//   vsums(rows)                    lane i: the sum over the lanes of rows[i]
// Here: vadd … vabs, vround_bf16, vexp, vlog, vsigmoid, vtanh, vsoftplus, verf; relative error about 1e-6 unless said.
#pragma once

#include <cstdint>
#include <cstring>

#if defined(NMT_ISA_AVX512) || defined(NMT_ISA_AVX512BF16) || defined(NMT_ISA_AMX)
#include "isa/vec_avx512.h"
#elif defined(NMT_ISA_AVX2)
#include "isa/vec_avx2.h"
#elif defined(NMT_ISA_NEON)
#include "isa/vec_neon.h"
#elif defined(NMT_ISA_PORTABLE)
#include "isa/vec_portable.h"
#else
#error "vec.h is for kernel files, which build.mjs compiles once per instruction set"
#endif

// For functions that take arrays of vectors by reference: called, they would find them in memory instead of registers.
#define NMT_ALWAYS_INLINE inline __attribute__((always_inline))

namespace nmt::NMT_ISA {

inline vf vadd(vf a, vf b) { return a + b; }
inline vf vsub(vf a, vf b) { return a - b; }
inline vf vmul(vf a, vf b) { return a * b; }
inline vf vdiv(vf a, vf b) { return a / b; }
inline vf vneg(vf a) { return -a; }

// The bits of a vector as another type of the same size.
template <class To, class From>
inline To vbits(From from) {
  static_assert(sizeof(To) == sizeof(From));
  return (To)from;
}

inline vf vabs(vf a) { return vbits<vf>(vbits<vi>(a) & vi_set1(0x7fffffff)); }

// To the nearest bf16, halves away from zero.
inline vf vround_bf16(vf x) { return vbits<vf>((vbits<vi>(x) + vi_set1(0x8000)) & vi_set1(-0x10000)); }

// The magnitude of a with the sign of b.
inline vf vcopysign(vf a, vf b) {
  return vbits<vf>((vbits<vi>(a) & vi_set1(0x7fffffff)) | (vbits<vi>(b) & vi_set1(INT32_MIN)));
}

// e^x = 2^n · e^r with |r| ≤ ln 2 / 2, e^r by a polynomial of degree 6. Below -87.3 it gives 1.2e-38,
// above 88.3 2.2e38.
inline vf vexp(vf x) {
  x = vmax(vset1(-87.3f), vmin(vset1(88.3f), x));  // in this order, for x86 gives the second operand where one is NaN
  const vf n = vround(x * vset1(1.442695041f));
  vf r = vfnma(n, vset1(0.693359375f), x);
  r = vfnma(n, vset1(-2.12194440e-4f), r);
  vf p = vset1(1.0f / 720);
  p = vfma(p, r, vset1(1.0f / 120));
  p = vfma(p, r, vset1(1.0f / 24));
  p = vfma(p, r, vset1(1.0f / 6));
  p = vfma(p, r, vset1(0.5f));
  p = vfma(p, r, vset1(1.0f));
  p = vfma(p, r, vset1(1.0f));
  return vscale2(p, n);
}

// Natural logarithm of x ≥ 1.2e-38; smaller or negative x count as 1.2e-38. x = 2^n · m with m in [√½, √2);
// log m = 2 artanh(s), s = (m - 1) / (m + 1).
inline vf vlog(vf x) {
  x = vmax(x, vset1(1.17549435e-38f));
  const vi bits = vbits<vi>(x);
  // The exponent after shifting the mantissa's range from [1, 2) to [√½, √2).
  const vi exponent = (bits - vi_set1(0x3f3504f3)) >> 23;
  const vf m = vbits<vf>(bits - (exponent << 23));
  const vf n = vconvert(exponent);
  const vf s = (m - vset1(1.0f)) / (m + vset1(1.0f));
  const vf s2 = s * s;
  vf p = vset1(2.0f / 9);
  p = vfma(p, s2, vset1(2.0f / 7));
  p = vfma(p, s2, vset1(2.0f / 5));
  p = vfma(p, s2, vset1(2.0f / 3));
  p = vfma(p * s2, s, s + s);
  return vfma(n, vset1(0.693359375f), vfma(n, vset1(-2.12194440e-4f), p));
}

inline vf vsigmoid(vf x) { return vreciprocal(vset1(1.0f) + vexp(-x)); }

// 1 - 2 / (e^{2x} + 1); near 0, where that cancels, the odd Taylor polynomial of degree 9.
inline vf vtanh(vf x) {
  const vf one = vset1(1.0f);
  const vf large = vfnma(vset1(2.0f), vreciprocal(vexp(x + x) + one), one);
  const vf x2 = x * x;
  vf p = vset1(62.0f / 2835);
  p = vfma(p, x2, vset1(-17.0f / 315));
  p = vfma(p, x2, vset1(2.0f / 15));
  p = vfma(p, x2, vset1(-1.0f / 3));
  const vf small = vfma(p * x2, x, x);
  return vselect_lt(vabs(x), vset1(0.25f), small, large);
}

// 2 artanh(s) for |s| up to 1/3: log(1 + y) for s = y / (2 + y), exact for small y too.
inline vf vartanh2(vf s) {
  const vf s2 = s * s;
  vf p = vset1(2.0f / 15);
  p = vfma(p, s2, vset1(2.0f / 13));
  p = vfma(p, s2, vset1(2.0f / 11));
  p = vfma(p, s2, vset1(2.0f / 9));
  p = vfma(p, s2, vset1(2.0f / 7));
  p = vfma(p, s2, vset1(2.0f / 5));
  p = vfma(p, s2, vset1(2.0f / 3));
  return vfma(p * s2, s, s + s);
}

// max(x, 0) + log(1 + e^−|x|)
inline vf vsoftplus(vf x) {
  const vf y = vexp(-vabs(x));
  return vmax(vzero(), x) + vartanh2(y / (y + vset1(2.0f)));
}

// Error function, absolute error about 1e-7. Near 0 its Maclaurin series; beyond, Abramowitz & Stegun 7.1.26.
inline vf verf(vf x) {
  const vf one = vset1(1.0f);
  const vf a = vabs(x);
  const vf t = vreciprocal(vfma(vset1(0.3275911f), a, one));
  vf p = vset1(1.061405429f);
  p = vfma(p, t, vset1(-1.453152027f));
  p = vfma(p, t, vset1(1.421413741f));
  p = vfma(p, t, vset1(-0.284496736f));
  p = vfma(p, t, vset1(0.254829592f));
  const vf large = vcopysign(vfnma(p * t, vexp(-(a * a)), one), x);
  const vf x2 = x * x;
  vf q = vset1(1.0f / 685440);
  q = vfma(q, x2, vset1(-1.0f / 75600));
  q = vfma(q, x2, vset1(1.0f / 9360));
  q = vfma(q, x2, vset1(-1.0f / 1320));
  q = vfma(q, x2, vset1(1.0f / 216));
  q = vfma(q, x2, vset1(-1.0f / 42));
  q = vfma(q, x2, vset1(0.1f));
  q = vfma(q, x2, vset1(-1.0f / 3));
  q = vfma(q, x2, one);
  const vf small = q * x * vset1(1.128379167f);
  return vselect_lt(a, vset1(0.9f), small, large);
}

}  // namespace nmt::NMT_ISA
