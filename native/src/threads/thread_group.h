// The threads that run kernels: they spin for a short while between kernels, then sleep.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>
#include <type_traits>
#include <vector>

namespace nmt {

// The most threads a group may have; as MOST_THREADS in src/base/threads.ts.
constexpr int kMostThreads = 1024;

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

// A thread's place among those that do something together: all of a group, or some of it. By default it is alone.
struct Member {
  int thread = 0;
  int threads = 1;

  // This thread's part of [0, count); see `split`.
  Range share(int count, int grain = 1) const { return split(count, thread, threads, grain); }
};

// Waits for a condition that another thread makes true: spinning for a while, because it mostly comes soon, then asleep,
// because on a busy machine the other thread may have no processor.
class SpinWait {
 public:
  // Returns when condition() is true.
  template <class Condition>
  void wait(std::chrono::microseconds spinning, Condition&& condition);
  // After making the condition true, by a sequentially consistent write.
  void notify() {
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

class ThreadGroup;

// A barrier for some threads of a group, such as those that have a part of the task to themselves. Made for one `run`.
class Barrier {
 public:
  explicit Barrier(ThreadGroup& group) : group_(group) {}

  // Returns when `threads` threads have come here. Writes made before it are seen after it. If a thread of the group has
  // thrown, doesn't return but ends this thread's task too.
  void wait(int threads);

 private:
  friend class ThreadGroup;

  ThreadGroup& group_;
  alignas(64) std::atomic<int> arrived_{0};
  alignas(64) std::atomic<unsigned> generation_{0};
};

class ThreadGroup {
 public:
  // Throws std::system_error where the system gives fewer threads; those that it gave are ended before.
  explicit ThreadGroup(int threads);
  ~ThreadGroup();
  ThreadGroup(const ThreadGroup&) = delete;
  ThreadGroup& operator=(const ThreadGroup&) = delete;

  int threads() const { return threads_; }

  // Calls task(member) once on every thread, the caller being thread 0; returns when all are done.
  // Calls from several JavaScript threads take turns. A task must not call `run`.
  // If tasks throw, waits for all threads, then throws the first exception again; the group can run further tasks.
  template <class Task>
  void run(Task&& task) {
    using Plain = std::remove_reference_t<Task>;
    start([](void* context, Member member) { (*static_cast<Plain*>(context))(member); },
          const_cast<void*>(static_cast<const void*>(&task)));
  }

  // Inside `run`: returns when every thread has come here. Writes made before it are seen after it.
  void barrier() { barrier_.wait(threads_); }

  // task(i) for i in [0, count), each thread a contiguous range.
  template <class Task>
  void parallel_for(int count, Task&& task) {
    run([&](Member member) {
      const Range mine = member.share(count);
      for (int i = mine.begin; i < mine.end; i++) task(i);
    });
  }

  // task(i) for i in [0, count), each thread taking the next i when it is free: for pieces of unequal size.
  template <class Task>
  void parallel_dynamic(int count, Task&& task) {
    std::atomic<int> next{0};
    run([&](Member) {
      for (int i; (i = next.fetch_add(1, std::memory_order_relaxed)) < count;) task(i);
    });
  }

 private:
  friend class Barrier;
  using Entry = void (*)(void* context, Member member);

  void start(Entry entry, void* context);
  void run_task(int thread) noexcept;
  void work(int thread);
  void stop();
  void rethrow_failure();

  const int threads_;
  std::vector<std::thread> workers_;
  std::mutex turn_;

  Entry entry_ = nullptr;
  void* context_ = nullptr;
  alignas(64) std::atomic<unsigned> generation_{0};
  alignas(64) std::atomic<int> finished_{0};
  std::atomic<bool> stopping_{false};
  SpinWait for_work_;
  SpinWait for_end_;
  SpinWait for_barrier_;
  Barrier barrier_{*this};

  std::mutex failure_mutex_;
  std::exception_ptr failure_;  // the first exception of the task
  alignas(64) std::atomic<bool> failed_{false};
};

// The process's group.
ThreadGroup& thread_group();

// Replaces the process's group by one of `threads` threads. Not while a kernel runs. Keeps the old one if it throws, as
// ThreadGroup's constructor does.
void set_threads(int threads);

}  // namespace nmt
