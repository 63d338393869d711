// Rows of numbers, a vector at a time; the last one may have fewer than W. Include only in kernel files.
#pragma once

#include <cstddef>

#include "isa/vec.h"

namespace nmt::NMT_ISA {

// The first n lanes; where n is W, known when compiling, by plain loads and stores.
inline vf load_part(const float* p, int n) { return n == W ? vload(p) : vload_n(p, n); }
inline void store_part(float* p, vf v, int n) {
  if (n == W) vstore(p, v);
  else vstore_n(p, v, n);
}

// Lanes of the next vector of a row that has so many numbers left.
inline int lanes_left(size_t rest) { return static_cast<int>(rest < W ? rest : W); }

// f(j, n) for the numbers [j, j + n) of a row.
template <class Part>
inline void for_each_vector(size_t width, Part&& f) {
  size_t j = 0;
  for (; j + W <= width; j += W) f(j, W);
  if (j < width) f(j, static_cast<int>(width - j));
}

}  // namespace nmt::NMT_ISA
