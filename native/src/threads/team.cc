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

// How long a worker waits awake for the next kernel. Waking a sleeping one costs about 50 µs.
constexpr auto kStayAwake = std::chrono::microseconds(400);

inline void pause() {
#if defined(__x86_64__)
  _mm_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

// Waits awake for a condition; gives the processor away now and then, in case the other thread isn't on one.
template <class Condition>
void spin_until(Condition&& condition) {
  for (int turn = 1; !condition(); turn++) {
    if (turn % 256 == 0) std::this_thread::yield();
    else pause();
  }
}

// As above, for `kStayAwake`; false if the condition didn't come true.
template <class Condition>
bool spin_a_while(Condition&& condition) {
  Clock::time_point start{};
  for (int turn = 1; !condition(); turn++) {
    if (turn % 128 != 0) pause();
    else if (start == Clock::time_point{}) start = Clock::now();
    else if (Clock::now() - start > kStayAwake) return false;
  }
  return true;
}

}  // namespace

Team::Team(int threads) : threads_(threads < 1 ? 1 : threads) {
  for (int thread = 1; thread < threads_; thread++) workers_.emplace_back([this, thread] { work(thread); });
}

Team::~Team() {
  {
    std::lock_guard<std::mutex> lock(sleep_);
    stopping_.store(true);
    generation_.fetch_add(1);
  }
  wake_.notify_all();
  for (std::thread& worker : workers_) worker.join();
}

void Team::start(Entry entry, void* context) {
  std::lock_guard<std::mutex> turn(turn_);
  if (threads_ == 1) return entry(context, 0, 1);
  entry_ = entry;
  context_ = context;
  finished_.store(0, std::memory_order_relaxed);
  generation_.fetch_add(1);
  if (sleepers_.load() > 0) {
    // Taking the lock waits for a worker that has found nothing to do but isn't asleep yet.
    { std::lock_guard<std::mutex> lock(sleep_); }
    wake_.notify_all();
  }
  entry(context, 0, threads_);
  spin_until([&] { return finished_.load(std::memory_order_acquire) == threads_ - 1; });
}

void Team::work(int thread) {
  const FlushDenormals flush;
  for (unsigned seen = 0;; seen++) {
    const auto called = [&] { return generation_.load() != seen; };
    if (!spin_a_while(called)) {
      std::unique_lock<std::mutex> lock(sleep_);
      sleepers_.fetch_add(1);
      wake_.wait(lock, called);
      sleepers_.fetch_sub(1);
    }
    if (stopping_.load()) return;
    entry_(context_, thread, threads_);
    finished_.fetch_add(1, std::memory_order_release);
  }
}

void Team::barrier() {
  if (threads_ == 1) return;
  const unsigned generation = barrier_generation_.load(std::memory_order_acquire);
  if (arrived_.fetch_add(1, std::memory_order_acq_rel) == threads_ - 1) {
    arrived_.store(0, std::memory_order_relaxed);
    barrier_generation_.store(generation + 1, std::memory_order_release);
  } else {
    spin_until([&] { return barrier_generation_.load(std::memory_order_acquire) != generation; });
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
