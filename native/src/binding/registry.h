// The functions the addon exports. Each family adds its own in `register_<family>`.
#pragma once

#include <deque>
#include <initializer_list>
#include <memory>
#include <vector>

#include "binding/call.h"
#include "binding/jobs.h"

namespace nmt {

using Function = napi_value (*)(Call&);

struct Environment;
class Registry;

struct Export {
  const char* name;
  std::vector<const char*> arguments;
  Function function;
  Environment* environment;
};

// What the addon keeps for one JavaScript thread.
struct Environment {
  std::deque<Export> exports;
  napi_ref out_of_memory = nullptr;  // makes the error of a kernel that lacks memory
  std::unique_ptr<Jobs> jobs;        // made when first needed
};

// The jobs of the calling JavaScript thread.
Jobs& jobs_of(Call& call);

void register_handles(Registry& registry);

class Registry {
 public:
  Registry(napi_env env, napi_value exports, Environment& environment)
      : env_(env), exports_(exports), environment_(environment) {}

  // `arguments` are the names of all arguments in their order, optional ones included; a call that reads others fails. Names
  // must outlive the process: string literals.
  void add(const char* name, std::initializer_list<const char*> arguments, Function function);

 private:
  napi_env env_;
  napi_value exports_;
  Environment& environment_;
};

// Written by build.mjs from the folders of native/src.
void register_families(Registry& registry);

}  // namespace nmt
