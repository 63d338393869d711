// The threads that run kernels: they spin for a short while between kernels, then sleep.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <type_traits>
#include <vector>

namespace nmt {

struct Range {
  int begin;
  int end;
  int size() const { return end - begin; }
};

// Part `part` of [0, count) cut into `parts` nearly equal ranges whose inner bounds are multiples of `grain`.
inline Range split(int count, int part, int parts, int grain = 1) {
  const long units = (static_cast<long>(count) + grain - 1) / grain;
  const auto bound = [&](int p) {
    const long at = units * p / parts * grain;
    return static_cast<int>(at < count ? at : count);
  };
  return {bound(part), bound(part + 1)};
}

// Where threads wait for a condition another thread makes true: awake for a while, because it mostly comes soon, then
// asleep, because on a busy machine the other thread may have no processor.
class WaitingPlace {
 public:
  // Returns when condition() is true.
  template <class Condition>
  void wait(std::chrono::microseconds awake, Condition&& condition);
  // After making the condition true, by a sequentially consistent write.
  void wake() {
    if (sleepers_.load() == 0) return;
    // Taking the lock waits for a thread that has found the condition false but isn't asleep yet.
    { std::lock_guard<std::mutex> lock(mutex_); }
    condition_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable condition_;
  std::atomic<int> sleepers_{0};
};

// Where some of a team's threads meet, such as those of a group that has a part of the task to itself.
class Barrier {
 public:
  // Returns when `threads` threads have come here. Writes made before it are seen after it.
  void meet(int threads);

 private:
  alignas(64) std::atomic<int> arrived_{0};
  alignas(64) std::atomic<unsigned> generation_{0};
  WaitingPlace place_;
};

class Team {
 public:
  explicit Team(int threads);
  ~Team();
  Team(const Team&) = delete;
  Team& operator=(const Team&) = delete;

  int threads() const { return threads_; }

  // Calls task(thread, threads) once on every thread, the caller being thread 0; returns when all are done.
  // Calls from several JavaScript threads take turns. A task must not call `run`.
  template <class Task>
  void run(Task&& task) {
    using Plain = std::remove_reference_t<Task>;
    start([](void* context, int thread, int threads) { (*static_cast<Plain*>(context))(thread, threads); },
          const_cast<void*>(static_cast<const void*>(&task)));
  }

  // Inside `run`: returns when every thread has come here. Writes made before it are seen after it.
  void barrier() { barrier_.meet(threads_); }

  // task(i) for i in [0, count), each thread a contiguous range.
  template <class Task>
  void parallel_for(int count, Task&& task) {
    run([&](int thread, int threads) {
      const Range mine = split(count, thread, threads);
      for (int i = mine.begin; i < mine.end; i++) task(i);
    });
  }

  // task(i) for i in [0, count), each thread taking the next i when it is free: for pieces of unequal size.
  template <class Task>
  void parallel_dynamic(int count, Task&& task) {
    std::atomic<int> next{0};
    run([&](int, int) {
      for (int i; (i = next.fetch_add(1, std::memory_order_relaxed)) < count;) task(i);
    });
  }

 private:
  using Entry = void (*)(void* context, int thread, int threads);

  void start(Entry entry, void* context);
  void work(int thread);

  const int threads_;
  std::vector<std::thread> workers_;
  std::mutex turn_;

  Entry entry_ = nullptr;
  void* context_ = nullptr;
  alignas(64) std::atomic<unsigned> generation_{0};
  alignas(64) std::atomic<int> finished_{0};
  std::atomic<bool> stopping_{false};
  WaitingPlace for_work_;
  WaitingPlace for_end_;
  Barrier barrier_;
};

// The process's team.
Team& team();

// Replaces the process's team by one of `threads` threads. Not while a kernel runs.
void set_threads(int threads);

}  // namespace nmt
