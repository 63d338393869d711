// Philox4x32-10 random numbers (Salmon et al. 2011) by the vector, for dropout masks and noise.
#pragma once

#include <cstddef>
#include <cstdint>

#include "isa/family.h"

namespace nmt {

// A random sequence as src/base/random.ts defines it: word i is lane i mod 4 of block ⌊i / 4⌋.
struct Stream {
  uint64_t seed;
  uint64_t stream;
};

struct DropoutKernels {
  // out[i] = x[i] · scale where word i of the stream is at least `threshold`, else 0, for i in [begin, end).
  // `begin` is a multiple of 64.
  void (*dropout)(const float* x, float* out, size_t begin, size_t end, Stream stream, uint32_t threshold, float scale);
  // out[i] = standard normal number i of the stream, for i in [begin, end). `begin` is a multiple of 64.
  void (*normal_noise)(float* out, size_t begin, size_t end, Stream stream);
  // out[i] = uniform number `first` + i of the stream in (-range, range), for i in [begin, end). `begin` is a multiple of 64, `first` of 4.
  void (*uniform_noise)(float* out, size_t begin, size_t end, Stream stream, size_t first, float range);
};

NMT_DECLARE_KERNELS(DropoutKernels, dropout)

}  // namespace nmt
