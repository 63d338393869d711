// Work on many numbers, spread over the team where it is worth waking the other threads.
#pragma once

#include <cstddef>

#include "threads/team.h"

namespace nmt {

// Fewer numbers than this are done before another thread would have begun.
constexpr size_t kWorthSharing = 32 * 1024;

// task(begin, end) over [0, count), where an item stands for `weight` numbers. Inner bounds are multiples of `grain`.
template <class Task>
void share(Team& team, size_t count, size_t weight, size_t grain, Task&& task) {
  if (count == 0) return;
  if (team.threads() == 1 || count * weight < kWorthSharing || count <= grain) return task(size_t{0}, count);
  const size_t grains = (count + grain - 1) / grain;
  team.run([&](int thread, int threads) {
    const size_t begin = grains * thread / threads * grain;
    const size_t end = grains * (thread + 1) / threads * grain;
    if (begin < end) task(begin, end < count ? end : count);
  });
}

}  // namespace nmt
