#include "memory/aligned.h"

#include <cstdlib>
#include <new>

#include "memory/sizes.h"

#if defined(__linux__)
#include <sys/mman.h>
#endif

namespace nmt {

namespace {
constexpr size_t kCacheLine = kLine * sizeof(float);
constexpr size_t kHugePage = size_t{2} << 20;
}  // namespace

void* allocate_aligned(size_t bytes) {
  const size_t alignment = bytes >= kHugePage ? kHugePage : kCacheLine;
  void* memory = nullptr;
  if (posix_memalign(&memory, alignment, bytes == 0 ? kCacheLine : bytes) != 0) throw std::bad_alloc();
#if defined(__linux__)
  if (bytes >= kHugePage) madvise(memory, bytes, MADV_HUGEPAGE);
#endif
  return memory;
}

void free_aligned(void* memory) { std::free(memory); }

void Scratch::grow(size_t floats) {
  free_aligned(data_);
  data_ = nullptr;
  capacity_ = 0;
  const size_t roomy = floats + floats / 8;
  data_ = static_cast<float*>(allocate_aligned((roomy + kReadBeyond) * sizeof(float)));
  capacity_ = roomy;
}

}  // namespace nmt
