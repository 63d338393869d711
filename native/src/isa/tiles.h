// The tile registers of AMX. A product of bf16 needs sums of 16 × 16 floats, a left tile of 16 rows × 16 pairs of k, and a
// right tile of 16 pairs of k × 16 columns; each row has 64 bytes. Include only in *_kernels.amx.cc files.
//
// Written as assembly, which compilers older than the instructions' intrinsics take too.
#pragma once

#include <cstddef>
#include <cstdint>

#include "isa/vec.h"

namespace nmt::NMT_ISA {

constexpr int kTileRows = 16;
// Floats or pairs of bf16 in a tile's row.
constexpr int kTileWidth = 16;

struct alignas(64) TileConfiguration {
  uint8_t palette = 1;
  uint8_t start_row = 0;
  uint8_t reserved[14] = {};
  uint16_t row_bytes[16] = {64, 64, 64, 64, 64, 64, 64, 64};
  uint8_t rows[16] = {16, 16, 16, 16, 16, 16, 16, 16};
};
static_assert(sizeof(TileConfiguration) == 64);

// Makes all tiles whole ones. To look is much cheaper than to set, and on threads of other libraries' making, or used by
// them in between, there is no other way to know.
NMT_ALWAYS_INLINE void configure_tiles() {
  alignas(64) static constexpr TileConfiguration wanted;
  alignas(64) TileConfiguration present;
  asm volatile("sttilecfg %0" : "=m"(present));
  const __mmask16 different = _mm512_cmpneq_epi32_mask(_mm512_load_si512(&wanted), _mm512_load_si512(&present));
  if (__builtin_expect(different != 0, 0)) asm volatile("ldtilecfg %0" : : "m"(wanted));
}

template <int tile>
NMT_ALWAYS_INLINE void tile_zero() {
  asm volatile("tilezero %%tmm%c0" : : "i"(tile));
}

// Rows `step` floats apart.
template <int tile>
NMT_ALWAYS_INLINE void tile_load(const float* rows, size_t step) {
  asm volatile("tileloadd (%0,%1,1), %%tmm%c2" : : "r"(rows), "r"(step * sizeof(float)), "i"(tile) : "memory");
}

template <int tile>
NMT_ALWAYS_INLINE void tile_store(float* rows, size_t step) {
  asm volatile("tilestored %%tmm%c2, (%0,%1,1)" : : "r"(rows), "r"(step * sizeof(float)), "i"(tile) : "memory");
}

// sums += left · right
template <int sums, int left, int right>
NMT_ALWAYS_INLINE void tile_multiply_bf16() {
  asm volatile("tdpbf16ps %%tmm%c2, %%tmm%c1, %%tmm%c0" : : "i"(sums), "i"(left), "i"(right));
}

// Rows of 64 bytes, `step` bytes apart.
template <int tile>
NMT_ALWAYS_INLINE void tile_load_bytes(const void* rows, size_t step) {
  asm volatile("tileloadd (%0,%1,1), %%tmm%c2" : : "r"(rows), "r"(step), "i"(tile) : "memory");
}

// sums += left · right, of unsigned bytes on the left and signed ones on the right, in 32-bit integers.
template <int sums, int left, int right>
NMT_ALWAYS_INLINE void tile_multiply_bytes() {
  asm volatile("tdpbusd %%tmm%c2, %%tmm%c1, %%tmm%c0" : : "i"(sums), "i"(left), "i"(right));
}

}  // namespace nmt::NMT_ISA
