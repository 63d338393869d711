#include "binding/handle.h"

#include "binding/registry.h"

namespace nmt {

napi_value make_handle(napi_env env, const void* kind, std::shared_ptr<void> object) {
  auto handle = std::make_unique<Handle>(Handle{kind, std::move(object)});
  napi_value value;
  const auto release = [](napi_env, void* data, void*) { delete static_cast<Handle*>(data); };
  check(napi_create_external(env, handle.get(), release, nullptr, &value), "make a handle");
  handle.release();
  return value;
}

// closeHandle(handle): frees what it holds, unless work under way still uses it.
void register_handles(Registry& registry) {
  registry.add("closeHandle", {"handle"}, [](Call& call) {
    call.handle("handle").object.reset();
    return call.nothing();
  });
}

}  // namespace nmt
