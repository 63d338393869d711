#include "inference/workers.h"

#include <memory>
#include <stdexcept>
#include <string>
#include <system_error>

#include "threads/flush_denormals.h"

namespace nmt {

Workers::Workers(int threads) : threads_(threads) {
  try {
    for (int i = 0; i < threads; i++) workers_.emplace_back([this] { work(); });
  } catch (const std::system_error&) {
    const size_t had = workers_.size();
    stop();
    throw std::runtime_error("only " + std::to_string(had) + " of " + std::to_string(threads) + " threads could be had");
  }
}

Workers::~Workers() { stop(); }

void Workers::stop() {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    stopping_ = true;
  }
  given_.notify_all();
  for (std::thread& worker : workers_) worker.join();
  workers_.clear();
}

void Workers::give(Task task, bool shared) {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    tasks_.push_back({std::move(task), shared && threads_ > 1});
  }
  given_.notify_one();
}

bool Workers::make_team() {
  if (team_run_ != nullptr) return true;
  try {
    team_ = std::make_unique<ThreadGroup>(threads_);
    team_run_ = std::make_unique<Run>(*team_);
  } catch (const std::system_error&) {
    // The system has no more threads now: the task is done by this one.
  }
  return team_run_ != nullptr;
}

void Workers::work() {
  const FlushDenormals flush;
  ThreadGroup alone(1);
  Run run(alone);
  for (;;) {
    Entry entry;
    {
      std::unique_lock<std::mutex> lock(mutex_);
      given_.wait(lock, [&] { return stopping_ || !tasks_.empty(); });
      if (tasks_.empty()) return;
      entry = std::move(tasks_.front());
      tasks_.pop_front();
    }
    if (!entry.shared) {
      entry.task(run);
      continue;
    }
    const std::lock_guard<std::mutex> turn(team_turn_);
    entry.task(make_team() ? *team_run_ : run);
  }
}

}  // namespace nmt
