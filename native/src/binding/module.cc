// The addon's entry point, and the step from a Node-API callback to a `Call`.
#include <memory>

#include "binding/errors.h"
#include "binding/registry.h"
#include "isa/isa.h"
#include "threads/flush_denormals.h"

namespace nmt {

namespace {

// No C++ exception leaves it: above are frames of C, and the process would end.
napi_value enter(napi_env env, napi_callback_info info) {
  napi_value arguments[Call::kMostArguments];
  size_t count = Call::kMostArguments;
  const Export* entry = nullptr;
  try {
    void* data;
    check(napi_get_cb_info(env, info, &count, arguments, nullptr, &data), "read a call's arguments");
    entry = static_cast<const Export*>(data);
    Call call(env, *entry, count, arguments);
    const FlushDenormals flush;
    const napi_value result = entry->function(call);
    call.require_all_read();
    return result;
  } catch (...) {
    throw_to_javascript(env, entry, arguments, entry == nullptr ? 0 : count);
  }
  return nullptr;
}

// argumentNames(): the names of every function's arguments. onOutOfMemory(make): see src/backends/native/kernels/system.ts.
void register_environment(Registry& registry) {
  registry.add("argumentNames", {}, [](Call& call) { return call.argument_names(); });
  registry.add("onOutOfMemory", {"make"}, [](Call& call) {
    napi_ref& reference = call.environment().out_of_memory;
    const napi_value function = call.function("make");
    if (reference != nullptr) check(napi_delete_reference(call.env(), reference), "delete a reference");
    reference = nullptr;
    check(napi_create_reference(call.env(), function, 1, &reference), "make a reference");
    return call.nothing();
  });
}

}  // namespace

Jobs& jobs_of(Call& call) {
  std::unique_ptr<Jobs>& jobs = call.environment().jobs;
  if (jobs == nullptr) jobs = std::make_unique<Jobs>(call.env());
  return *jobs;
}

void Registry::add(const char* name, std::initializer_list<const char*> arguments, Function function) {
  Export& entry = environment_.exports.emplace_back(Export{name, arguments, function, &environment_});
  napi_value value;
  check(napi_create_function(env_, name, NAPI_AUTO_LENGTH, enter, &entry, &value), "make a function");
  check(napi_set_named_property(env_, exports_, name, value), "export a function");
}

}  // namespace nmt

NAPI_MODULE_INIT() {
  using namespace nmt;
  try {
    if (!isa_environment_valid()) {
      throw std::runtime_error("NMT_ISA names an instruction set that this processor or this build does not have");
    }
    auto environment = std::make_unique<Environment>();
    Registry registry(env, exports, *environment);
    register_environment(registry);
    register_handles(registry);
    register_families(registry);
    const auto release = [](napi_env, void* data, void*) { delete static_cast<Environment*>(data); };
    check(napi_set_instance_data(env, environment.get(), release, nullptr), "keep data");
    environment.release();
    return exports;
  } catch (...) {
    throw_to_javascript(env, nullptr, nullptr, 0);
  }
  return nullptr;
}
