// C++ objects that JavaScript holds: freed when it drops them, or before that when it closes them.
#pragma once

#include <memory>

#include "binding/call.h"

namespace nmt {

// What a JavaScript value of an object points at; `kind` is its class's own address, so that no other passes for it.
struct Handle {
  const void* kind;
  std::shared_ptr<void> object;
};

template <class T>
const void* kind_of() {
  static const char kind = 0;
  return &kind;
}

napi_value make_handle(napi_env env, const void* kind, std::shared_ptr<void> object);

template <class T>
napi_value make_handle(napi_env env, std::shared_ptr<T> object) {
  return make_handle(env, kind_of<T>(), std::move(object));
}

// The object of the next argument. Throws a CallError if it is another one, or closed.
template <class T>
std::shared_ptr<T> handle(Call& call, const char* name) {
  const Handle& found = call.handle(name);
  call.require(found.kind == kind_of<T>(), std::string(name) + " is a handle of something else");
  call.require(found.object != nullptr, std::string(name) + " has been closed");
  return std::static_pointer_cast<T>(found.object);
}

}  // namespace nmt
