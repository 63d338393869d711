#include "binding/jobs.h"

#include "binding/registry.h"

namespace nmt {

Jobs::Jobs(napi_env env) : env_(env) {
  napi_value name;
  check(napi_create_string_utf8(env, "nmt inference", NAPI_AUTO_LENGTH, &name), "make a string");
  check(napi_create_threadsafe_function(env, nullptr, nullptr, name, 0, 1, nullptr, nullptr, this, on_done, &done_),
        "make a thread-safe function");
  check(napi_unref_threadsafe_function(env, done_), "let the process end");
  // Added after the function's own hook, so called before it: then nothing must call it any more.
  const auto close = [](void* data) {
    Jobs& jobs = *static_cast<Jobs*>(data);
    std::lock_guard<std::mutex> lock(jobs.mutex_);
    jobs.closed_ = true;
  };
  check(napi_add_env_cleanup_hook(env, close, this), "hear of the end");
}

Jobs::~Jobs() = default;

Jobs::Pending* Jobs::prepare(Call& call, Job job) {
  auto pending = std::make_unique<Pending>();
  pending->job = std::move(job);
  pending->entry = &call.entry();
  check(napi_create_promise(env_, &pending->deferred, &pending->promise), "make a promise");
  pending->kept = call.keep_arguments();
  if (pending_++ == 0) check(napi_ref_threadsafe_function(env_, done_), "keep the process");
  return pending.release();
}

void Jobs::run(Pending* pending) {
  try {
    pending->job.work();
  } catch (...) {
    pending->failure = std::current_exception();
  }
  std::lock_guard<std::mutex> lock(mutex_);
  // At the end of the process nobody waits for it, and what it holds can't be given back on this thread.
  if (!closed_) napi_call_threadsafe_function(done_, pending, napi_tsfn_nonblocking);
}

void Jobs::on_done(napi_env env, napi_value, void* context, void* data) {
  if (env == nullptr) return;
  static_cast<Jobs*>(context)->settle(static_cast<Pending*>(data));
}

void Jobs::settle(Pending* given) {
  const std::unique_ptr<Pending> pending(given);
  if (--pending_ == 0) napi_unref_threadsafe_function(env_, done_);
  for (const napi_ref reference : pending->kept) napi_delete_reference(env_, reference);
  try {
    if (pending->failure != nullptr) std::rethrow_exception(pending->failure);
    napi_value value;
    if (pending->job.result) value = pending->job.result(env_);
    else check(napi_get_undefined(env_, &value), "make undefined");
    check(napi_resolve_deferred(env_, pending->deferred, value), "keep a promise");
  } catch (...) {
    throw_to_javascript(env_, pending->entry, nullptr, 0);
    napi_value error;
    if (napi_get_and_clear_last_exception(env_, &error) == napi_ok) napi_reject_deferred(env_, pending->deferred, error);
  }
}

}  // namespace nmt
