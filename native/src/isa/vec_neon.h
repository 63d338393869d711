// 4 floats in a NEON register (AArch64).
#pragma once

#include <arm_neon.h>

namespace nmt::NMT_ISA {

constexpr int W = 4;
typedef float vf __attribute__((vector_size(16)));
typedef int32_t vi __attribute__((vector_size(16)));
typedef uint32_t vu __attribute__((vector_size(16)));

inline vf vload(const float* p) { return (vf)vld1q_f32(p); }
inline void vstore(float* p, vf v) { vst1q_f32(p, (float32x4_t)v); }
inline vf vload_n(const float* p, int n) {
  if (n == W) return vload(p);
  vf v = {0, 0, 0, 0};
  std::memcpy(&v, p, static_cast<size_t>(n) * sizeof(float));
  return v;
}
inline void vstore_n(float* p, vf v, int n) { std::memcpy(p, &v, static_cast<size_t>(n) * sizeof(float)); }

inline vf vset1(float x) { return (vf)vdupq_n_f32(x); }
inline vf vzero() { return (vf)vdupq_n_f32(0.0f); }
inline vi vi_set1(int32_t x) { return (vi)vdupq_n_s32(x); }
inline vu vu_set1(uint32_t x) { return (vu)vdupq_n_u32(x); }

inline vf vfma(vf a, vf b, vf c) { return (vf)vfmaq_f32((float32x4_t)c, (float32x4_t)a, (float32x4_t)b); }
inline vf vfnma(vf a, vf b, vf c) { return (vf)vfmsq_f32((float32x4_t)c, (float32x4_t)a, (float32x4_t)b); }
inline vf vmin(vf a, vf b) { return (vf)vminq_f32((float32x4_t)a, (float32x4_t)b); }
inline vf vmax(vf a, vf b) { return (vf)vmaxq_f32((float32x4_t)a, (float32x4_t)b); }
inline vf vsqrt(vf a) { return (vf)vsqrtq_f32((float32x4_t)a); }
inline vf vreciprocal(vf x) { return vset1(1.0f) / x; }
inline vf vround(vf a) { return (vf)vrndnq_f32((float32x4_t)a); }
inline vf vconvert(vi a) { return (vf)vcvtq_f32_s32((int32x4_t)a); }
inline vf vselect_lt(vf a, vf b, vf x, vf y) {
  return (vf)vbslq_f32(vcltq_f32((float32x4_t)a, (float32x4_t)b), (float32x4_t)x, (float32x4_t)y);
}
inline vf vscale2(vf x, vf n) {
  const int32x4_t exponent = vaddq_s32(vcvtq_s32_f32((float32x4_t)n), vdupq_n_s32(127));
  return x * (vf)vshlq_n_s32(exponent, 23);
}

inline vu vmulhi(vu a, vu b) {
  const uint64x2_t low = vmull_u32(vget_low_u32((uint32x4_t)a), vget_low_u32((uint32x4_t)b));
  const uint64x2_t high = vmull_high_u32((uint32x4_t)a, (uint32x4_t)b);
  return (vu)vuzp2q_u32(vreinterpretq_u32_u64(low), vreinterpretq_u32_u64(high));
}

inline float hsum(vf v) { return vaddvq_f32((float32x4_t)v); }
inline float hmax(vf v) { return vmaxvq_f32((float32x4_t)v); }

inline void vtranspose(vf r[4]) {
  const vf a = __builtin_shufflevector(r[0], r[1], 0, 4, 1, 5), b = __builtin_shufflevector(r[0], r[1], 2, 6, 3, 7);
  const vf c = __builtin_shufflevector(r[2], r[3], 0, 4, 1, 5), d = __builtin_shufflevector(r[2], r[3], 2, 6, 3, 7);
  r[0] = __builtin_shufflevector(a, c, 0, 1, 4, 5);
  r[1] = __builtin_shufflevector(a, c, 2, 3, 6, 7);
  r[2] = __builtin_shufflevector(b, d, 0, 1, 4, 5);
  r[3] = __builtin_shufflevector(b, d, 2, 3, 6, 7);
}

inline vf vsums(const vf r[4]) {
  const float32x4_t low = vpaddq_f32((float32x4_t)r[0], (float32x4_t)r[1]);
  return (vf)vpaddq_f32(low, vpaddq_f32((float32x4_t)r[2], (float32x4_t)r[3]));
}

}  // namespace nmt::NMT_ISA
