// Sixteen floats at a time, in arithmetic that has the same bits on every instruction set: no fused multiply-adds, no
// estimates of reciprocals, and sums over lanes in one order. Include only in *_kernels.cc files.
//
// GCC's vectors are wider than some processors' registers; the compiler then takes several. Rows end in lanes that are
// loaded as zeros and not stored.
#pragma once

#include <cstdint>
#include <cstring>

namespace nmt::NMT_ISA {

namespace sixteen {

constexpr int L = 16;
typedef float f16s __attribute__((vector_size(64)));
typedef int32_t i16s __attribute__((vector_size(64)));

#define NMT_INLINE inline __attribute__((always_inline))

NMT_INLINE f16s all(float x) { return f16s{} + x; }
NMT_INLINE i16s all_int(int32_t x) { return i16s{} + x; }
NMT_INLINE f16s load(const float* p) {
  f16s v;
  std::memcpy(&v, p, sizeof v);
  return v;
}
NMT_INLINE void store(float* p, f16s v) { std::memcpy(p, &v, sizeof v); }
NMT_INLINE f16s load(const float* p, int n) {
  if (n >= L) return load(p);
  f16s v{};
  for (int i = 0; i < n; i++) v[i] = p[i];
  return v;
}
NMT_INLINE void store(float* p, f16s v, int n) {
  if (n >= L) return store(p, v);
  for (int i = 0; i < n; i++) p[i] = v[i];
}
NMT_INLINE f16s to_floats(i16s v) { return __builtin_convertvector(v, f16s); }
NMT_INLINE i16s bits(f16s v) { return (i16s)v; }
NMT_INLINE f16s floats(i16s v) { return (f16s)v; }

// Lane by lane: mask lanes are 0 or -1.
NMT_INLINE f16s choose(i16s mask, f16s a, f16s b) { return floats((bits(a) & mask) | (bits(b) & ~mask)); }
NMT_INLINE f16s larger(f16s a, f16s b) { return choose((i16s)(a > b), a, b); }
NMT_INLINE f16s smaller(f16s a, f16s b) { return choose((i16s)(a < b), a, b); }
NMT_INLINE f16s magnitude(f16s v) { return floats(bits(v) & all_int(0x7fffffff)); }

// To the nearest whole number, ties to even; |x| < 2^22.
NMT_INLINE f16s round(f16s v) {
  const f16s shift = all(12582912.0f);
  return (v + shift) - shift;
}

// Over the lanes, as a tree: lane i and i + 8, then + 4, + 2, + 1.
NMT_INLINE float sum(f16s v) {
  float t[8];
  for (int i = 0; i < 8; i++) t[i] = v[i] + v[i + 8];
  for (int i = 0; i < 4; i++) t[i] = t[i] + t[i + 4];
  return (t[0] + t[2]) + (t[1] + t[3]);
}
NMT_INLINE float largest(f16s v) {
  float best = v[0];
  for (int i = 1; i < L; i++) best = v[i] > best ? v[i] : best;
  return best;
}

// e^x for x in [-87, 88]; outside, that of the nearest of these. Relative error about 2e-7. NaN stays one.
NMT_INLINE f16s exp(f16s x) {
  x = choose((i16s)(x < all(-87.0f)), all(-87.0f), choose((i16s)(x > all(88.0f)), all(88.0f), x));
  const f16s n = round(x * all(1.442695041f));
  f16s r = x - n * all(0.693359375f);
  r = r - n * all(-2.12194440e-4f);
  f16s p = all(1.0f / 720);
  p = p * r + all(1.0f / 120);
  p = p * r + all(1.0f / 24);
  p = p * r + all(1.0f / 6);
  p = p * r + all(0.5f);
  p = p * r + all(1.0f);
  p = p * r + all(1.0f);
  return p * floats((__builtin_convertvector(n, i16s) + all_int(127)) << 23);
}

NMT_INLINE f16s sigmoid(f16s x) { return all(1.0f) / (all(1.0f) + exp(-x)); }

// 1 - 2 / (e^{2x} + 1); near 0, where that cancels, the odd Taylor polynomial of degree 9.
NMT_INLINE f16s tanh(f16s x) {
  const f16s one = all(1.0f);
  const f16s far = one - all(2.0f) / (exp(x + x) + one);
  const f16s x2 = x * x;
  f16s p = all(62.0f / 2835);
  p = p * x2 + all(-17.0f / 315);
  p = p * x2 + all(2.0f / 15);
  p = p * x2 + all(-1.0f / 3);
  return choose((i16s)(magnitude(x) < all(0.25f)), (p * x2) * x + x, far);
}

}  // namespace sixteen

}  // namespace nmt::NMT_ISA
