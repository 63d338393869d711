#include "test/checksum.h"

#include <cstdint>
#include <vector>

#include "checksum/crc32.h"
#include "isa/isa.h"
#include "test/check.h"

namespace nmt {

namespace {

uint32_t defined(const uint8_t* bytes, size_t count) {
  uint32_t sum = 0xffffffffu;
  for (size_t i = 0; i < count; i++) {
    sum ^= bytes[i];
    for (int bit = 0; bit < 8; bit++) sum = sum & 1 ? (sum >> 1) ^ 0xedb88320u : sum >> 1;
  }
  return ~sum;
}

}  // namespace

void check_checksum() {
  std::vector<uint8_t> bytes(1000);
  uint32_t state = 7;
  for (uint8_t& byte : bytes) {
    state = state * 1664525u + 1013904223u;
    byte = static_cast<uint8_t>(state >> 24);
  }
  bool same = true, joined = true, continued = true;
  // Every length up to some blocks, from aligned addresses and others.
  for (size_t from = 0; from < 3; from++) {
    for (size_t count = 0; count < 300; count++) {
      const uint32_t expected = defined(bytes.data() + from, count);
      same = same && crc32(0, bytes.data() + from, count) == expected;
      const size_t first = count / 3;
      const uint32_t before = crc32(0, bytes.data() + from, first);
      const uint8_t* rest = bytes.data() + from + first;
      continued = continued && crc32(before, rest, count - first) == expected;
      joined = joined && crc32_of_both(before, crc32(0, rest, count - first), count - first) == expected;
    }
  }
  const char* isa = isa_name(active_isa());
  check("CRC-32", isa, same);
  check("CRC-32 that goes on", isa, continued);
  check("CRC-32 of two parts", isa, joined);
}

}  // namespace nmt
