// This process's place in an MPI job. The library is used by one thread of its own, which starts it, moves all messages and ends it, so
// that JavaScript's thread goes on meanwhile, and hears signals.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "mpi/heartbeats.h"
#include "mpi/operations.h"

namespace nmt::mpi {

class World {
 public:
  using Callback = std::function<void()>;

  // Loads the library and joins the job, then calls `ended` on the thread; `opened` says what came of it.
  void open(const std::string& path, int patience, Callback ended);
  // Throws what made `open` fail.
  void opened();

  int rank() const { return library_->rank(); }
  int size() const { return library_->size(); }
  bool is_open_mpi() const { return library_->is_open_mpi(); }
  int thread_level() const { return library_->thread_level(); }
  std::string version() const { return version_; }
  // Of each rank, for messages.
  void set_hosts(std::vector<std::string> hosts);

  // Hands an operation to the thread; all ranks start the same ones in the same order. Its memory must stay until it has ended.
  uint64_t start(std::unique_ptr<Operation> operation);
  // Blocks until it has ended or so many seconds are over; whether it has ended. Throws where it failed.
  bool wait(uint64_t id, int seconds);
  // Calls back on the thread when it has ended; `result` then throws where it failed.
  void when_ended(uint64_t id, Callback ended);
  void result(uint64_t id);

  // Seconds in which operations were under way, and of these how many callers have waited for, since the start.
  struct Times {
    double under_way = 0, waited = 0;
  };
  Times times();

  // The rank that others wait for, as far as is known.
  int furthest_behind() const { return behind_; }

  // Leaves the job when all ranks do, then calls back on the thread.
  void close(Callback ended);
  // Ends the whole job, and this process; doesn't return. Nothing is done where there is no job, or it has ended.
  void abort(int code);

 private:
  struct Ticket {
    std::unique_ptr<Operation> operation;
    bool ended = false;
    std::string failure;
    Callback callback;
  };

  void run(const std::string& path, int patience, const Callback& opened);
  void loop();
  bool advance();
  void finish(uint64_t id, const std::string& failure);
  void pause(bool moved);
  [[noreturn]] void lose(int rank, int patience);
  void forget(std::map<uint64_t, Ticket>::iterator ticket, bool fails);

  std::unique_ptr<Library> library_;
  std::string version_, failure_;
  std::thread thread_;

  std::mutex mutex_;
  std::condition_variable for_thread_, for_callers_;
  std::map<uint64_t, Ticket> tickets_;
  std::deque<uint64_t> waiting_;  // to be started
  std::vector<std::string> hosts_;
  Callback closing_;
  uint64_t next_ = 0;
  size_t unfinished_ = 0;
  std::chrono::steady_clock::time_point begun_;  // when there was the first of those unfinished
  Times times_;

  std::vector<std::pair<uint64_t, Operation*>> active_;  // the thread's own
  std::chrono::steady_clock::time_point moved_;
  std::atomic<int> waiters_{0}, behind_{0}, abort_code_{-1};
  std::atomic<uint64_t> entered_{0};
  std::atomic<bool> joined_{false}, left_{false};
};

// The process's world: MPI is started once.
World& world();

}  // namespace nmt::mpi
