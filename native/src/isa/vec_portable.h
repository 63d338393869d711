// 4 floats in whatever registers every processor of this kind has (SSE2 on x86-64), by GCC's vector extension.
#pragma once

namespace nmt::NMT_ISA {

constexpr int W = 4;
typedef float vf __attribute__((vector_size(16)));
typedef int32_t vi __attribute__((vector_size(16)));
typedef uint32_t vu __attribute__((vector_size(16)));

inline vf vload(const float* p) {
  vf v;
  std::memcpy(&v, p, sizeof v);
  return v;
}
inline void vstore(float* p, vf v) { std::memcpy(p, &v, sizeof v); }
inline vf vload_n(const float* p, int n) {
  if (n == W) return vload(p);
  vf v = {0, 0, 0, 0};
  std::memcpy(&v, p, static_cast<size_t>(n) * sizeof(float));
  return v;
}
inline void vstore_n(float* p, vf v, int n) {
  if (n == W) vstore(p, v);
  else std::memcpy(p, &v, static_cast<size_t>(n) * sizeof(float));
}

inline vf vset1(float x) { return vf{x, x, x, x}; }
inline vf vzero() { return vf{0, 0, 0, 0}; }
inline vi vi_set1(int32_t x) { return vi{x, x, x, x}; }
inline vu vu_set1(uint32_t x) { return vu{x, x, x, x}; }

// Not fused: two roundings.
inline vf vfma(vf a, vf b, vf c) { return a * b + c; }
inline vf vfnma(vf a, vf b, vf c) { return c - a * b; }
inline vf vmin(vf a, vf b) { return a < b ? a : b; }
inline vf vmax(vf a, vf b) { return a > b ? a : b; }
inline vf vsqrt(vf a) {
  for (int i = 0; i < W; i++) a[i] = __builtin_sqrtf(a[i]);
  return a;
}
inline vf vreciprocal(vf x) { return vset1(1.0f) / x; }
// Adding 1.5 · 2^23 leaves no bits below the unit; right for |a| < 2^22.
inline vf vround(vf a) {
  const vf shift = vset1(12582912.0f);
  return (a + shift) - shift;
}
inline vf vconvert(vi a) { return __builtin_convertvector(a, vf); }
inline vf vselect_lt(vf a, vf b, vf x, vf y) { return a < b ? x : y; }
inline vf vscale2(vf x, vf n) { return x * (vf)((__builtin_convertvector(n, vi) + vi_set1(127)) << 23); }

inline vu vmulhi(vu a, vu b) {
  vu result;
  for (int i = 0; i < W; i++) result[i] = static_cast<uint32_t>((static_cast<uint64_t>(a[i]) * b[i]) >> 32);
  return result;
}

inline float hsum(vf v) { return (v[0] + v[2]) + (v[1] + v[3]); }
inline float hmax(vf v) {
  const float a = v[0] > v[2] ? v[0] : v[2];
  const float b = v[1] > v[3] ? v[1] : v[3];
  return a > b ? a : b;
}

inline void vtranspose(vf r[4]) {
  const vf a = __builtin_shufflevector(r[0], r[1], 0, 4, 1, 5), b = __builtin_shufflevector(r[0], r[1], 2, 6, 3, 7);
  const vf c = __builtin_shufflevector(r[2], r[3], 0, 4, 1, 5), d = __builtin_shufflevector(r[2], r[3], 2, 6, 3, 7);
  r[0] = __builtin_shufflevector(a, c, 0, 1, 4, 5);
  r[1] = __builtin_shufflevector(a, c, 2, 3, 6, 7);
  r[2] = __builtin_shufflevector(b, d, 0, 1, 4, 5);
  r[3] = __builtin_shufflevector(b, d, 2, 3, 6, 7);
}

inline vf vsums(const vf r[4]) {
  vf columns[4] = {r[0], r[1], r[2], r[3]};
  vtranspose(columns);
  return (columns[0] + columns[1]) + (columns[2] + columns[3]);
}

}  // namespace nmt::NMT_ISA
