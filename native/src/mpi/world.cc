#include "mpi/world.h"

#include <cstdio>
#include <cstdlib>
#include <stdexcept>

namespace nmt::mpi {

namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::microseconds;

// Tags of operations under way differ; every library has as many.
constexpr uint64_t kTags = 16384;

double seconds_between(Clock::time_point from, Clock::time_point to) {
  return std::chrono::duration<double>(to - from).count();
}

}  // namespace

World& world() {
  // Never destroyed: its thread may run until the process has ended.
  static World* const only = new World;
  return *only;
}

void World::open(const std::string& path, int patience, Callback ended) {
  if (thread_.joinable()) throw std::runtime_error("MPI can be started once in a process");
  thread_ = std::thread([this, path, patience, ended] { run(path, patience, ended); });
}

void World::opened() {
  if (!failure_.empty()) throw std::runtime_error(failure_);
}

void World::set_hosts(std::vector<std::string> hosts) {
  std::lock_guard<std::mutex> lock(mutex_);
  hosts_ = std::move(hosts);
}

uint64_t World::start(std::unique_ptr<Operation> operation) {
  std::lock_guard<std::mutex> lock(mutex_);
  if (!joined_ || left_) throw std::runtime_error("this process is in no MPI job");
  const uint64_t id = next_++;
  tickets_[id].operation = std::move(operation);
  if (unfinished_++ == 0) begun_ = Clock::now();
  waiting_.push_back(id);
  entered_ = next_;
  for_thread_.notify_one();
  return id;
}

void World::forget(std::map<uint64_t, Ticket>::iterator ticket, bool fails) {
  const std::string failure = ticket->second.failure;
  tickets_.erase(ticket);
  if (fails && !failure.empty()) throw std::runtime_error(failure);
}

bool World::wait(uint64_t id, int seconds) {
  std::unique_lock<std::mutex> lock(mutex_);
  const auto ticket = tickets_.find(id);
  if (ticket == tickets_.end()) throw std::runtime_error("the operation has ended before");
  waiters_++;
  for_thread_.notify_one();
  const auto since = Clock::now();
  // A second at a time: one that passes while the whole job is stopped counts once.
  for (int second = 0; !ticket->second.ended && second < seconds; second++) {
    for_callers_.wait_for(lock, std::chrono::seconds(1), [&] { return ticket->second.ended; });
  }
  waiters_--;
  times_.waited += seconds_between(since, Clock::now());
  if (!ticket->second.ended) return false;
  forget(ticket, true);
  return true;
}

World::Times World::times() {
  std::lock_guard<std::mutex> lock(mutex_);
  Times now = times_;
  if (unfinished_ > 0) now.under_way += seconds_between(begun_, Clock::now());
  return now;
}

void World::when_ended(uint64_t id, Callback ended) {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    const auto ticket = tickets_.find(id);
    if (ticket != tickets_.end() && !ticket->second.ended) {
      ticket->second.callback = std::move(ended);
      return;
    }
  }
  ended();
}

void World::result(uint64_t id) {
  std::lock_guard<std::mutex> lock(mutex_);
  const auto ticket = tickets_.find(id);
  if (ticket != tickets_.end()) forget(ticket, true);
}

void World::close(Callback ended) {
  std::lock_guard<std::mutex> lock(mutex_);
  closing_ = std::move(ended);
  for_thread_.notify_one();
}

void World::abort(int code) {
  if (!joined_ || left_) return;
  std::fflush(nullptr);
  abort_code_ = code;
  for_thread_.notify_one();
  // The thread ends the process; if the library hangs, so that it can't, this one does.
  std::this_thread::sleep_for(std::chrono::seconds(5));
  std::_Exit(code);
}

void World::run(const std::string& path, int patience, const Callback& opened) {
  try {
    library_ = load_library(path);
    version_ = library_->version();
    library_->start();
    joined_ = true;
  } catch (const std::exception& error) {
    failure_ = error.what();
    opened();
    return;
  }
  try {
    Heartbeats heartbeats(*library_, patience);
    opened();
    for (;;) {
      loop();
      const int lost = heartbeats.advance(entered_);
      behind_ = heartbeats.furthest_behind();
      if (abort_code_ >= 0) library_->abort(abort_code_);
      if (lost >= 0) lose(lost, patience);
      std::unique_lock<std::mutex> lock(mutex_);
      if (!closing_ || !active_.empty() || !waiting_.empty()) continue;
      lock.unlock();
      if (!heartbeats.leave()) continue;
      library_->finish();
      left_ = true;
      closing_();
      return;
    }
  } catch (const std::exception& error) {
    std::fprintf(stderr, "error: %s\n", error.what());
    library_->abort(1);
  }
}

// Moves what is under way, then rests for as long as fits.
void World::loop() {
  std::deque<uint64_t> started;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    started.swap(waiting_);
    for (const uint64_t id : started) active_.emplace_back(id, tickets_[id].operation.get());
  }
  for (size_t i = active_.size() - started.size(); i < active_.size(); i++) {
    active_[i].second->start(*library_, static_cast<int>(active_[i].first % (kTags / 2) * 2));
  }
  pause(advance() || !started.empty());
}

bool World::advance() {
  size_t left = 0;
  bool moved = false;
  for (size_t i = 0; i < active_.size(); i++) {
    bool ended = false;
    std::string failure;
    try {
      ended = active_[i].second->advance(*library_);
    } catch (const std::exception& error) {
      ended = true;
      failure = error.what();
    }
    if (!ended) active_[left++] = active_[i];
    else finish(active_[i].first, failure);
    moved = moved || ended;
  }
  active_.resize(left);
  return moved;
}

void World::finish(uint64_t id, const std::string& failure) {
  Callback callback;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    Ticket& ticket = tickets_[id];
    ticket.operation.reset();
    ticket.ended = true;
    if (--unfinished_ == 0) times_.under_way += seconds_between(begun_, Clock::now());
    ticket.failure = failure;
    callback = std::move(ticket.callback);
    for_callers_.notify_all();
  }
  if (callback) callback();
}

// Where JavaScript's thread waits, its processor is free: this thread asks again at once, for a while. Where it computes, this one must
// not take its time.
void World::pause(bool moved) {
  const auto now = Clock::now();
  if (moved) moved_ = now;
  const bool waited_for = waiters_ > 0;
  if (!active_.empty() && now - moved_ < (waited_for ? microseconds(2000) : microseconds(20))) {
    std::this_thread::yield();
    return;
  }
  const auto rest = active_.empty() ? std::chrono::milliseconds(50) : waited_for ? microseconds(50) : microseconds(200);
  std::unique_lock<std::mutex> lock(mutex_);
  // Asked by a caller that begins to wait, it looks at once.
  for_thread_.wait_for(lock, rest, [&] {
    return !waiting_.empty() || abort_code_ >= 0 || (closing_ && active_.empty()) || (waiters_ > 0) != waited_for;
  });
  if ((waiters_ > 0) != waited_for) moved_ = Clock::now();
}

void World::lose(int rank, int patience) {
  std::string host;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    if (static_cast<size_t>(rank) < hosts_.size()) host = " on " + hosts_[rank];
  }
  std::fprintf(stderr,
               "error: rank %d%s has not answered for %d s; the job ends\n"
               "  next: See whether its machine and its process still run; the same command goes on from the last checkpoint.\n",
               rank, host.c_str(), patience);
  library_->abort(1);
  std::_Exit(1);
}

}  // namespace nmt::mpi
