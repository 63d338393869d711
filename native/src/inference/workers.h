// The threads that run inference, apart from JavaScript's: each takes the next task. Tasks that run at the same time use a thread
// each; one that is alone may use all of them.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "inference/run.h"

namespace nmt {

class Workers {
 public:
  using Task = std::function<void(Run&)>;

  // Throws std::system_error where the system gives fewer threads; those that it gave are ended before.
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
  void stop();

  const int threads_;
  std::vector<std::thread> workers_;
  std::deque<Entry> tasks_;
  std::mutex mutex_;
  std::condition_variable given_;
  bool stopping_ = false;
  std::mutex team_turn_;  // one shared task at a time
};

}  // namespace nmt
