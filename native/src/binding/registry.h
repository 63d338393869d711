// The functions the addon exports. Each family adds its own in `register_<family>`.
#pragma once

#include "binding/call.h"

namespace nmt {

using Function = napi_value (*)(Call&);

class Registry {
 public:
  Registry(napi_env env, napi_value exports) : env_(env), exports_(exports) {}

  // `name` must outlive the process: a string literal.
  void add(const char* name, Function function);

 private:
  napi_env env_;
  napi_value exports_;
};

// Written by build.mjs from the folders of native/src.
void register_families(Registry& registry);

}  // namespace nmt
