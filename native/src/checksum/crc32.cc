#include "checksum/crc32.h"

#include <cstring>

#include "checksum/polynomials.h"
#include "isa/isa.h"

#if defined(__x86_64__)
#include <immintrin.h>
#elif defined(__aarch64__)
#include <arm_acle.h>
#if defined(__linux__)
#include <sys/auxv.h>
#endif
#endif

namespace nmt {

namespace {

// [i][byte]: what a byte does to the sum when i bytes follow it in the same word.
struct Tables {
  uint32_t of[16][256];
};

constexpr Tables make_tables() {
  Tables tables{};
  for (uint32_t byte = 0; byte < 256; byte++) {
    uint32_t sum = byte;
    for (int bit = 0; bit < 8; bit++) sum = times_x(sum);
    tables.of[0][byte] = sum;
  }
  for (int i = 1; i < 16; i++) {
    for (uint32_t byte = 0; byte < 256; byte++) {
      const uint32_t before = tables.of[i - 1][byte];
      tables.of[i][byte] = (before >> 8) ^ tables.of[0][before & 255];
    }
  }
  return tables;
}

constexpr Tables kTables = make_tables();

// These go on from a sum as the register holds it, not inverted.

uint32_t add_by_tables(uint32_t sum, const uint8_t* bytes, size_t count) {
  for (; count >= 16; bytes += 16, count -= 16) {
    uint32_t words[4];
    std::memcpy(words, bytes, 16);
    words[0] ^= sum;
    sum = 0;
    for (int w = 0; w < 4; w++) {
      for (int b = 0; b < 4; b++) sum ^= kTables.of[15 - 4 * w - b][words[w] >> (8 * b) & 255];
    }
  }
  for (; count > 0; bytes++, count--) sum = (sum >> 8) ^ kTables.of[0][(sum ^ *bytes) & 255];
  return sum;
}

#if defined(__x86_64__)

// Folding by carry-less products (Gopal et al. 2009, "Fast CRC Computation for Generic Polynomials Using PCLMULQDQ"): 128 bits are moved `bits` bits
// on by multiplying their halves by powers of x. The products of bits in reverse are a place short of 128, hence the shift.
struct Fold {
  uint64_t low, high;
};

constexpr Fold fold_by(uint64_t bits) {
  return {static_cast<uint64_t>(power_of_x(bits + 32)) << 1, static_cast<uint64_t>(power_of_x(bits - 32)) << 1};
}

#define NMT_CLMUL __attribute__((target("pclmul,sse4.1")))

NMT_CLMUL inline __m128i folded(__m128i x, __m128i by) {
  return _mm_xor_si128(_mm_clmulepi64_si128(x, by, 0x00), _mm_clmulepi64_si128(x, by, 0x11));
}

NMT_CLMUL inline __m128i load(const uint8_t* bytes) { return _mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes)); }

NMT_CLMUL uint32_t add_by_folding(uint32_t sum, const uint8_t* bytes, size_t count) {
  if (count < 64) return add_by_tables(sum, bytes, count);
  constexpr Fold kFour = fold_by(512), kNext = fold_by(128);
  const __m128i four = _mm_set_epi64x(static_cast<long long>(kFour.high), static_cast<long long>(kFour.low));
  const __m128i next = _mm_set_epi64x(static_cast<long long>(kNext.high), static_cast<long long>(kNext.low));
  __m128i a = _mm_xor_si128(load(bytes), _mm_cvtsi32_si128(static_cast<int>(sum)));
  __m128i b = load(bytes + 16), c = load(bytes + 32), d = load(bytes + 48);
  for (bytes += 64, count -= 64; count >= 64; bytes += 64, count -= 64) {
    a = _mm_xor_si128(folded(a, four), load(bytes));
    b = _mm_xor_si128(folded(b, four), load(bytes + 16));
    c = _mm_xor_si128(folded(c, four), load(bytes + 32));
    d = _mm_xor_si128(folded(d, four), load(bytes + 48));
  }
  b = _mm_xor_si128(b, folded(a, next));
  c = _mm_xor_si128(c, folded(b, next));
  d = _mm_xor_si128(d, folded(c, next));
  alignas(16) uint8_t rest[16];
  _mm_store_si128(reinterpret_cast<__m128i*>(rest), d);
  return add_by_tables(add_by_tables(0, rest, 16), bytes, count);
}

bool has_instructions() { return __builtin_cpu_supports("pclmul") && __builtin_cpu_supports("sse4.1"); }

#define NMT_ADD_FAST add_by_folding

#elif defined(__aarch64__)

#if defined(__clang__)
#define NMT_CRC __attribute__((target("crc")))
#else
#define NMT_CRC __attribute__((target("+crc")))
#endif

NMT_CRC uint32_t add_by_instructions(uint32_t sum, const uint8_t* bytes, size_t count) {
  for (; count >= 8; bytes += 8, count -= 8) {
    uint64_t word;
    std::memcpy(&word, bytes, 8);
    sum = __crc32d(sum, word);
  }
  for (; count > 0; bytes++, count--) sum = __crc32b(sum, *bytes);
  return sum;
}

bool has_instructions() {
#if defined(__linux__)
  constexpr unsigned long kCrc32 = 1ul << 7;  // HWCAP_CRC32
  return (getauxval(AT_HWCAP) & kCrc32) != 0;
#else
  return true;  // every Mac with this processor has them
#endif
}

#define NMT_ADD_FAST add_by_instructions

#endif

}  // namespace

uint32_t crc32(uint32_t before, const uint8_t* bytes, size_t count) {
  static const bool fast = has_instructions();
  const auto add = fast && active_isa() != Isa::portable ? NMT_ADD_FAST : add_by_tables;
  return ~add(~before, bytes, count);
}

uint32_t crc32_of_both(uint32_t first, uint32_t second, uint64_t second_bytes) {
  return product(first, power_of_x(8 * second_bytes)) ^ second;
}

}  // namespace nmt
