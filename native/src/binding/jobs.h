// Work away from JavaScript's thread, which is promised its result.
#pragma once

#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "binding/call.h"

namespace nmt {

// One piece of work and what its promise becomes.
struct Job {
  std::function<void()> work;                  // on another thread; may throw
  std::function<napi_value(napi_env)> result;  // on JavaScript's thread, after `work`; null for undefined
};

// Jobs of one JavaScript thread on their way. While there are any, the process goes on.
class Jobs {
 public:
  explicit Jobs(napi_env env);
  ~Jobs();
  Jobs(const Jobs&) = delete;
  Jobs& operator=(const Jobs&) = delete;

  // Passes the job's work to `give`, which has it run elsewhere; returns the promise. All arguments of the call are kept until then.
  template <class Give>
  napi_value start(Call& call, Job job, Give&& give) {
    Pending* pending = prepare(call, std::move(job));
    give([this, pending] { run(pending); });
    return pending->promise;
  }

 private:
  struct Pending {
    Job job;
    const Export* entry;
    napi_value promise;  // only within the call that made it
    napi_deferred deferred;
    std::vector<napi_ref> kept;
    std::exception_ptr failure;
  };

  Pending* prepare(Call& call, Job job);
  void run(Pending* pending);
  void settle(Pending* pending);
  static void on_done(napi_env env, napi_value function, void* context, void* data);

  napi_env env_;
  napi_threadsafe_function done_ = nullptr;
  int pending_ = 0;
  std::mutex mutex_;
  bool closed_ = false;  // JavaScript's thread is ending
};

}  // namespace nmt
