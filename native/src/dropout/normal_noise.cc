// Box–Muller in double precision on each pair of Philox4x32-10 words: (0, 1) and (2, 3) of a block.
#include "dropout/normal_noise.h"

#include <cmath>

namespace nmt {

namespace {

struct Block {
  uint32_t word[4];
};

Block philox(Stream stream, uint64_t block) {
  uint32_t c0 = static_cast<uint32_t>(block), c1 = 0;
  uint32_t c2 = static_cast<uint32_t>(stream.stream), c3 = static_cast<uint32_t>(stream.stream >> 32);
  uint32_t k0 = static_cast<uint32_t>(stream.seed), k1 = static_cast<uint32_t>(stream.seed >> 32);
  for (int round = 0; round < 10; round++) {
    const uint64_t p0 = uint64_t{0xd2511f53} * c0, p1 = uint64_t{0xcd9e8d57} * c2;
    c0 = static_cast<uint32_t>(p1 >> 32) ^ c1 ^ k0;
    c2 = static_cast<uint32_t>(p0 >> 32) ^ c3 ^ k1;
    c1 = static_cast<uint32_t>(p1);
    c3 = static_cast<uint32_t>(p0);
    k0 += 0x9e3779b9;
    k1 += 0xbb67ae85;
  }
  return {{c0, c1, c2, c3}};
}

double uniform(uint32_t word) { return (word + 0.5) / 4294967296.0; }

}  // namespace

void normal_noise(Stream stream, float* out, size_t begin, size_t end) {
  constexpr double kTwoPi = 6.283185307179586;
  for (size_t i = begin; i < end; i += 4) {
    const Block block = philox(stream, i / 4);
    for (size_t pair = 0; pair < 4; pair += 2) {
      const double radius = std::sqrt(-2 * std::log(uniform(block.word[pair])));
      const double angle = kTwoPi * uniform(block.word[pair + 1]);
      if (i + pair < end) out[i + pair] = static_cast<float>(radius * std::cos(angle));
      if (i + pair + 1 < end) out[i + pair + 1] = static_cast<float>(radius * std::sin(angle));
    }
  }
}

}  // namespace nmt
