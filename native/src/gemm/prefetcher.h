// Brings memory into the second cache, evenly, while a micro-tile is computed. Include only in kernel files.
#pragma once

#include "gemm/gemm_kernels.h"
#include "isa/vec.h"

namespace nmt::NMT_ISA {

namespace {

class Prefetcher {
 public:
  explicit Prefetcher(const Prefetch& job) : at_(job.memory), job_(job), wait_(job.every), left_(job.run) {}

  // Called for each element.
  NMT_ALWAYS_INLINE void next() {
    if (--wait_ > 0) return;
    wait_ = job_.every;
    __builtin_prefetch(at_, 0, 2);
    __builtin_prefetch(at_ + job_.pair, 0, 2);
    if (job_.second != 0) {
      __builtin_prefetch(at_ + job_.second, 0, 2);
      __builtin_prefetch(at_ + job_.second + job_.pair, 0, 2);
    }
    at_ += job_.step;
    if (--left_ > 0) return;
    at_ += job_.jump;
    left_ = job_.run;
  }

  // The same for so many elements at a time, where something is asked for.
  NMT_ALWAYS_INLINE void next(int elements) {
    if (job_.memory == kZeros) return;
    for (int e = 0; e < elements; e++) next();
  }

 private:
  const float* at_;
  const Prefetch& job_;
  int wait_, left_;
};

}  // namespace
}  // namespace nmt::NMT_ISA
