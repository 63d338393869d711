#include "threads/team.h"

#include <chrono>
#include <memory>

#include "threads/flush_denormals.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace nmt {

namespace {

using Clock = std::chrono::steady_clock;

// How long threads wait awake: workers for the next kernel, and threads of a kernel for each other. Waking a sleeping
// thread costs about 50 µs.
constexpr std::chrono::microseconds kBetweenKernels{400};
constexpr std::chrono::microseconds kInsideKernel{200};

inline void pause() {
#if defined(__x86_64__)
  _mm_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

}  // namespace

template <class Condition>
void WaitingPlace::wait(std::chrono::microseconds awake, Condition&& condition) {
  Clock::time_point start{};
  for (int turn = 1; !condition(); turn++) {
    if (turn % 128 != 0) {
      pause();
    } else if (start == Clock::time_point{}) {
      start = Clock::now();
    } else if (Clock::now() - start > awake) {
      std::unique_lock<std::mutex> lock(mutex_);
      sleepers_.fetch_add(1);
      condition_.wait(lock, condition);
      sleepers_.fetch_sub(1);
      return;
    }
  }
}

Team::Team(int threads) : threads_(threads < 1 ? 1 : threads) {
  for (int thread = 1; thread < threads_; thread++) workers_.emplace_back([this, thread] { work(thread); });
}

Team::~Team() {
  stopping_.store(true);
  generation_.fetch_add(1);
  for_work_.wake();
  for (std::thread& worker : workers_) worker.join();
}

void Team::start(Entry entry, void* context) {
  std::lock_guard<std::mutex> turn(turn_);
  if (threads_ == 1) return entry(context, 0, 1);
  entry_ = entry;
  context_ = context;
  finished_.store(0);
  generation_.fetch_add(1);
  for_work_.wake();
  entry(context, 0, threads_);
  for_end_.wait(kInsideKernel, [&] { return finished_.load() == threads_ - 1; });
}

void Team::work(int thread) {
  const FlushDenormals flush;
  for (unsigned seen = 0;; seen++) {
    for_work_.wait(kBetweenKernels, [&] { return generation_.load() != seen; });
    if (stopping_.load()) return;
    entry_(context_, thread, threads_);
    finished_.fetch_add(1);
    for_end_.wake();
  }
}

void Barrier::meet(int threads) {
  if (threads == 1) return;
  const unsigned generation = generation_.load();
  if (arrived_.fetch_add(1) == threads - 1) {
    arrived_.store(0);
    generation_.store(generation + 1);
    place_.wake();
  } else {
    place_.wait(kInsideKernel, [&] { return generation_.load() != generation; });
  }
}

namespace {

std::unique_ptr<Team>& process_team() {
  static std::unique_ptr<Team> instance = std::make_unique<Team>(1);
  return instance;
}

}  // namespace

Team& team() { return *process_team(); }

void set_threads(int threads) {
  if (threads != team().threads()) process_team() = std::make_unique<Team>(threads);
}

}  // namespace nmt
