// Work on many numbers, spread over the thread group where it is worth waking the other threads.
#pragma once

#include <cstddef>

#include "threads/thread_group.h"

namespace nmt {

// Fewer numbers than this are done before another thread would have begun.
constexpr size_t kWorthSharing = 32 * 1024;

// task(begin, end) over [0, count), where an item stands for `weight` numbers. Inner bounds are multiples of `grain`.
template <class Task>
void share(ThreadGroup& group, size_t count, size_t weight, size_t grain, Task&& task) {
  if (count == 0) return;
  if (group.threads() == 1 || count * weight < kWorthSharing || count <= grain) return task(size_t{0}, count);
  const size_t grains = (count + grain - 1) / grain;
  group.run([&](Member member) {
    const size_t begin = grains * member.thread / member.threads * grain;
    const size_t end = grains * (member.thread + 1) / member.threads * grain;
    if (begin < end) task(begin, end < count ? end : count);
  });
}

}  // namespace nmt
