// VNNI's dot products in AVX-512 registers. Include only in kernel files.
#pragma once

#include <immintrin.h>

#include <cstdint>
#include <cstring>

namespace nmt::NMT_ISA {

namespace {

constexpr int kVectors = 1;
using Register = __m512i;

inline Register zero() { return _mm512_setzero_si512(); }
inline Register load_weights(const int8_t* p) { return _mm512_loadu_si512(p); }
inline Register four(const int8_t* p) {
  int32_t bytes;
  std::memcpy(&bytes, p, 4);
  return _mm512_set1_epi32(bytes);
}
inline Register dot(Register sums, Register x, Register weights) { return _mm512_dpbusd_epi32(sums, x, weights); }

}  // namespace

}  // namespace nmt::NMT_ISA
