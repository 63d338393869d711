// One call from JavaScript: typed arguments read in order, each named for error messages, and the result.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "binding/errors.h"

namespace nmt {

// Memory of a typed array; `data` is null where an optional argument was left out.
template <class T>
struct Array {
  T* data = nullptr;
  size_t length = 0;

  explicit operator bool() const { return data != nullptr; }
  T& operator[](size_t i) const { return data[i]; }
  T* begin() const { return data; }
  T* end() const { return data + length; }
};

struct Environment;
struct Handle;

class Call {
 public:
  static constexpr size_t kMostArguments = 40;

  Call(napi_env env, const Export& entry, size_t count, const napi_value* arguments)
      : env_(env), entry_(entry), count_(count), arguments_(arguments) {}

  // Each reads the next argument, which the function must have registered under this name. `minimum` is the least length of
  // an array, in elements.
  Array<float> floats(const char* name, size_t minimum = 0);
  Array<int32_t> ints(const char* name, size_t minimum = 0);
  Array<uint32_t> words(const char* name, size_t minimum = 0);
  Array<uint8_t> bytes(const char* name, size_t minimum = 0);
  // As `floats`, but undefined and null give an empty array.
  Array<float> optional_floats(const char* name, size_t minimum = 0);
  // An array of Float32Arrays.
  std::vector<Array<float>> float_arrays(const char* name);
  // As `float_arrays`, but elements that are undefined or null give empty arrays.
  std::vector<Array<float>> optional_float_arrays(const char* name);
  double number(const char* name);
  // A whole number from 0 to 2^31 - 1: a count or a dimension.
  int size(const char* name);
  // A whole number from 0 to 2^53.
  uint64_t integer(const char* name);
  bool boolean(const char* name);
  std::string text(const char* name);
  napi_value function(const char* name);
  // Of an object made by make_handle (binding/handle.h).
  Handle& handle(const char* name);
  // As `ints`, but undefined and null give an empty array.
  Array<int32_t> optional_ints(const char* name, size_t minimum = 0);
  // 8-bit integers.
  Array<int8_t> signed_bytes(const char* name, size_t minimum = 0);

  // Throws a CallError with the function's name unless the condition holds.
  void require(bool condition, const std::string& message) const;
  // Throws unless an array read earlier has at least `minimum` elements.
  template <class T>
  void require_length(const Array<T>& array, size_t minimum, const char* name) const {
    if (array.length < minimum) fail_length(array.length, minimum, name);
  }

  // Results.
  napi_value nothing() const;
  napi_value number_result(double value) const;
  napi_value numbers(const std::vector<uint64_t>& values) const;
  napi_value boolean_result(bool value) const;
  napi_value string(const std::string& value) const;
  napi_value strings(const std::vector<std::string>& values) const;
  napi_value object(const std::vector<std::pair<const char*, double>>& numbers) const;
  // Of all functions of the addon: { name: [argument, …] }.
  napi_value argument_names() const;

  napi_env env() const { return env_; }
  const Export& entry() const { return entry_; }
  // References to the arguments that are objects, so that they outlive the call; to be deleted.
  std::vector<napi_ref> keep_arguments() const;
  Environment& environment() const;
  // Throws if the function has registered more arguments than it read.
  void require_all_read() const;

 private:
  // Goes on to the next argument and checks its name.
  size_t advance(const char* name);
  napi_value next(const char* name);
  bool is_absent(napi_value value) const;
  std::vector<Array<float>> list(const char* name, bool optional);
  template <class T>
  Array<T> array(napi_value value, const char* name, napi_typedarray_type type, const char* type_name,
                 size_t minimum) const;
  [[noreturn]] void fail(const std::string& message) const;
  [[noreturn]] void fail_length(size_t length, size_t minimum, const char* name) const;

  napi_env env_;
  const Export& entry_;
  size_t count_;
  const napi_value* arguments_;
  size_t position_ = 0;
};

}  // namespace nmt
