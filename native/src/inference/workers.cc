#include "inference/workers.h"

#include <memory>

#include "threads/flush_denormals.h"

namespace nmt {

Workers::Workers(int threads) : threads_(threads) {
  try {
    for (int i = 0; i < threads; i++) workers_.emplace_back([this] { work(); });
  } catch (...) {
    stop();
    throw;
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

void Workers::work() {
  const FlushDenormals flush;
  ThreadGroup alone(1);
  Run run(alone);
  // Made when first needed: many programs never translate one sentence alone.
  std::unique_ptr<ThreadGroup> team;
  std::unique_ptr<Run> team_run;
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
    std::lock_guard<std::mutex> turn(team_turn_);
    if (team == nullptr) {
      team = std::make_unique<ThreadGroup>(threads_);
      team_run = std::make_unique<Run>(*team);
    }
    entry.task(*team_run);
  }
}

}  // namespace nmt
