// The threads that run inference, apart from JavaScript's: each takes the next task. Tasks that run at the same time use a thread
// each; one that is alone may use all of them.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "inference/run.h"

namespace nmt {

class Workers {
 public:
  using Task = std::function<void(Run&)>;

  // Throws std::runtime_error where the system gives fewer threads; those that it gave are ended before.
  explicit Workers(int threads);
  // Ends after the tasks that were given.
  ~Workers();
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;

  int threads() const { return threads_; }
  // The task runs on a thread of its own later; it must not throw.
  void give(Task task, bool shared);

 private:
  struct Entry {
    Task task;
    bool shared;
  };

  void work();
  // Whether there is a team, made now if need be. The caller has its turn.
  bool make_team();
  void stop();

  const int threads_;
  std::vector<std::thread> workers_;
  std::deque<Entry> tasks_;
  std::mutex mutex_;
  std::condition_variable given_;
  bool stopping_ = false;
  // All threads on one task, one such task at a time. Made when first needed: many programs never translate one sentence alone.
  std::mutex team_turn_;
  std::unique_ptr<ThreadGroup> team_;
  std::unique_ptr<Run> team_run_;
};

}  // namespace nmt
