// What goes wrong at the border to JavaScript.
#pragma once

#define NAPI_VERSION 8
#include <node_api.h>

#include <cstddef>
#include <stdexcept>

namespace nmt {

struct Export;

// A wrong argument; becomes a TypeError in JavaScript.
struct CallError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// A call of Node-API that failed. Where that left a JavaScript exception pending, it is the one that is thrown.
struct NodeApiError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// Throws a NodeApiError unless the status is ok. `action` says what was tried.
void check(napi_status status, const char* action);

// Inside a catch block: makes the C++ exception a JavaScript one. `entry` is the function that was called, with its
// arguments, or null while the addon is loaded. An exception that left memory short names the function and the sizes it was
// given.
void throw_to_javascript(napi_env env, const Export* entry, const napi_value* arguments, size_t count) noexcept;

}  // namespace nmt
