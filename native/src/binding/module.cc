// The addon's entry point, and the step from a Node-API callback to a `Call`.
#include <new>

#include "binding/registry.h"
#include "isa/isa.h"
#include "threads/flush_denormals.h"

namespace nmt {

namespace {

struct Export {
  const char* name;
  Function function;
};

napi_value enter(napi_env env, napi_callback_info info) {
  napi_value arguments[Call::kMostArguments];
  size_t count = Call::kMostArguments;
  void* data;
  napi_get_cb_info(env, info, &count, arguments, nullptr, &data);
  const Export& entry = *static_cast<Export*>(data);
  Call call(env, entry.name, count, arguments);
  const FlushDenormals flush;
  try {
    return entry.function(call);
  } catch (const CallError& error) {
    napi_throw_type_error(env, nullptr, error.what());
  } catch (const std::bad_alloc&) {
    napi_throw_error(env, nullptr, (std::string(entry.name) + ": out of memory").c_str());
  }
  return nullptr;
}

}  // namespace

void Registry::add(const char* name, Function function) {
  Export* entry = new Export{name, function};
  napi_value value;
  napi_create_function(env_, name, NAPI_AUTO_LENGTH, enter, entry, &value);
  napi_set_named_property(env_, exports_, name, value);
}

}  // namespace nmt

NAPI_MODULE_INIT() {
  if (!nmt::isa_environment_valid()) {
    napi_throw_error(env, nullptr, "NMT_ISA names an instruction set that this processor or this build does not have");
    return nullptr;
  }
  nmt::Registry registry(env, exports);
  nmt::register_families(registry);
  return exports;
}
