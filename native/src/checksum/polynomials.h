// Polynomials over GF(2) modulo that of CRC-32, of degree below 32. Bit 31 - i of a number is the coefficient of x^i: in reverse, as the
// checksum has its bits.
#pragma once

#include <cstdint>

namespace nmt {

// x^32 = this.
constexpr uint32_t kReducedTop = 0xedb88320u;
constexpr uint32_t kOne = 1u << 31;

constexpr uint32_t times_x(uint32_t a) { return (a & 1) != 0 ? (a >> 1) ^ kReducedTop : a >> 1; }

constexpr uint32_t product(uint32_t a, uint32_t b) {
  uint32_t sum = 0;
  for (int i = 31; i >= 0; i--) {
    if ((a >> i & 1) != 0) sum ^= b;
    b = times_x(b);
  }
  return sum;
}

// x^n
constexpr uint32_t power_of_x(uint64_t n) {
  uint32_t result = kOne;
  for (uint32_t square = times_x(kOne); n > 0; n >>= 1, square = product(square, square)) {
    if ((n & 1) != 0) result = product(result, square);
  }
  return result;
}

}  // namespace nmt
