// CRC-32 as zlib, PNG and gzip have it: polynomial 0x04c11db7, bits in reverse, all bits inverted before and after.
#pragma once

#include <cstddef>
#include <cstdint>

namespace nmt {

// The checksum of bytes that follow those of checksum `before`; 0 before the first. The same on every instruction set.
uint32_t crc32(uint32_t before, const uint8_t* bytes, size_t count);

// The checksum of two parts, one behind the other, from theirs; `second_bytes` is the length of the second.
uint32_t crc32_of_both(uint32_t first, uint32_t second, uint64_t second_bytes);

}  // namespace nmt
