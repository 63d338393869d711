// Memory aligned for vector loads; large blocks start on a huge page.
#pragma once

#include <cstddef>

namespace nmt {

// Memory aligned to 64 bytes (2 MiB, in huge pages where the system gives them, from 2 MiB up). Contents undefined.
// Throws std::bad_alloc. Free with `free_aligned`.
void* allocate_aligned(size_t bytes);
void free_aligned(void* memory);

// Floats that grow and never shrink; growing loses the contents. Behind those reserved, kReadBeyond more may be read.
class Scratch {
 public:
  static constexpr size_t kReadBeyond = 256;

  Scratch() = default;
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  ~Scratch() { free_aligned(data_); }

  float* reserve(size_t floats) {
    if (floats > capacity_) grow(floats);
    return data_;
  }

 private:
  void grow(size_t floats);

  float* data_ = nullptr;
  size_t capacity_ = 0;
};

}  // namespace nmt
