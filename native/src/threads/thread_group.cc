#include "threads/thread_group.h"

#include <chrono>
#include <memory>
#include <string>
#include <system_error>
#include <utility>

#include "threads/flush_denormals.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace nmt {

namespace {

using Clock = std::chrono::steady_clock;

// How long threads spin: workers waiting for the next kernel, and threads of a kernel waiting for each other. Waking a
// sleeping thread costs about 50 µs.
constexpr std::chrono::microseconds kBetweenKernels{400};
constexpr std::chrono::microseconds kInsideKernel{200};

// Ends a thread's task after another thread's has thrown.
struct Cancelled {};

inline void pause() {
#if defined(__x86_64__)
  _mm_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

}  // namespace

template <class Condition>
void SpinWait::wait(std::chrono::microseconds spinning, Condition&& condition) {
  Clock::time_point start{};
  for (int turn = 1; !condition(); turn++) {
    if (turn % 128 != 0) {
      pause();
    } else if (start == Clock::time_point{}) {
      start = Clock::now();
    } else if (Clock::now() - start > spinning) {
      std::unique_lock<std::mutex> lock(mutex_);
      sleepers_.fetch_add(1);
      condition_.wait(lock, condition);
      sleepers_.fetch_sub(1);
      return;
    }
  }
}

ThreadGroup::ThreadGroup(int threads) : threads_(threads < 1 ? 1 : threads) {
  workers_.reserve(static_cast<size_t>(threads_) - 1);
  try {
    for (int thread = 1; thread < threads_; thread++) workers_.emplace_back([this, thread] { work(thread); });
  } catch (const std::system_error& error) {
    const std::string made = std::to_string(workers_.size() + 1);
    stop();
    throw std::system_error(error.code(), "only " + made + " of " + std::to_string(threads_) + " threads could be had");
  } catch (...) {
    stop();
    throw;
  }
}

ThreadGroup::~ThreadGroup() { stop(); }

void ThreadGroup::stop() {
  stopping_.store(true);
  generation_.fetch_add(1);
  for_work_.notify();
  for (std::thread& worker : workers_) worker.join();
  workers_.clear();
}

void ThreadGroup::start(Entry entry, void* context) {
  std::lock_guard<std::mutex> turn(turn_);
  if (threads_ == 1) return entry(context, Member{});
  entry_ = entry;
  context_ = context;
  finished_.store(0);
  generation_.fetch_add(1);
  for_work_.notify();
  run_task(0);
  for_end_.wait(kInsideKernel, [&] { return finished_.load() == threads_ - 1; });
  if (failed_.load(std::memory_order_relaxed)) rethrow_failure();
}

void ThreadGroup::run_task(int thread) noexcept {
  try {
    entry_(context_, Member{thread, threads_});
    return;
  } catch (const Cancelled&) {
  } catch (...) {
    std::lock_guard<std::mutex> lock(failure_mutex_);
    if (failure_ == nullptr) failure_ = std::current_exception();
    failed_.store(true);
  }
  for_barrier_.notify();
}

// Once all threads are done.
void ThreadGroup::rethrow_failure() {
  barrier_.arrived_.store(0);
  failed_.store(false);
  std::rethrow_exception(std::exchange(failure_, nullptr));
}

void ThreadGroup::work(int thread) {
  const FlushDenormals flush;
  for (unsigned seen = 0;; seen++) {
    for_work_.wait(kBetweenKernels, [&] { return generation_.load() != seen; });
    if (stopping_.load()) return;
    run_task(thread);
    finished_.fetch_add(1);
    for_end_.notify();
  }
}

void Barrier::wait(int threads) {
  if (threads == 1) return;
  const unsigned generation = generation_.load();
  if (arrived_.fetch_add(1) == threads - 1) {
    arrived_.store(0);
    generation_.store(generation + 1);
    group_.for_barrier_.notify();
    return;
  }
  const auto passed = [&] { return generation_.load() != generation; };
  group_.for_barrier_.wait(kInsideKernel, [&] { return passed() || group_.failed_.load(); });
  if (!passed()) throw Cancelled{};
}

namespace {

std::unique_ptr<ThreadGroup>& process_group() {
  static std::unique_ptr<ThreadGroup> instance = std::make_unique<ThreadGroup>(1);
  return instance;
}

}  // namespace

ThreadGroup& thread_group() { return *process_group(); }

void set_threads(int threads) {
  if (threads != thread_group().threads()) process_group() = std::make_unique<ThreadGroup>(threads);
}

}  // namespace nmt
