#include "binding/call.h"

#include <cmath>
#include <cstring>

#include "binding/registry.h"

namespace nmt {

void Call::fail(const std::string& message) const { throw CallError(std::string(entry_.name) + ": " + message); }

void Call::fail_length(size_t length, size_t minimum, const char* name) const {
  fail(std::string(name) + " has " + std::to_string(length) + " elements, needs " + std::to_string(minimum));
}

void Call::require(bool condition, const std::string& message) const {
  if (!condition) fail(message);
}

size_t Call::advance(const char* name) {
  const std::vector<const char*>& registered = entry_.arguments;
  // Equal literals mostly are one.
  const bool known = position_ < registered.size() &&
                     (registered[position_] == name || std::strcmp(registered[position_], name) == 0);
  if (!known) fail("argument " + std::to_string(position_ + 1) + " isn't registered as " + name);
  return position_++;
}

void Call::require_all_read() const {
  if (position_ != entry_.arguments.size()) fail(std::string("argument ") + entry_.arguments[position_] + " isn't read");
}

napi_value Call::next(const char* name) {
  const size_t position = advance(name);
  if (position >= count_) fail(std::string("argument ") + name + " is missing");
  return arguments_[position];
}

bool Call::is_absent(napi_value value) const {
  napi_valuetype type;
  check(napi_typeof(env_, value, &type), "read a type");
  return type == napi_undefined || type == napi_null;
}

template <class T>
Array<T> Call::array(napi_value value, const char* name, napi_typedarray_type type, const char* type_name,
                     size_t minimum) const {
  napi_typedarray_type actual;
  size_t length;
  void* data;
  const bool typed =
      napi_get_typedarray_info(env_, value, &actual, &length, &data, nullptr, nullptr) == napi_ok && actual == type;
  if (!typed) fail(std::string(name) + " must be a " + type_name);
  if (length < minimum) fail_length(length, minimum, name);
  return {static_cast<T*>(data), length};
}

Handle& Call::handle(const char* name) {
  const napi_value value = next(name);
  napi_valuetype type;
  void* data = nullptr;
  check(napi_typeof(env_, value, &type), "read a type");
  if (type != napi_external) fail(std::string(name) + " must be a handle");
  check(napi_get_value_external(env_, value, &data), "read a handle");
  return *static_cast<Handle*>(data);
}

Array<int32_t> Call::optional_ints(const char* name, size_t minimum) {
  const napi_value value = next(name);
  if (is_absent(value)) return {};
  return array<int32_t>(value, name, napi_int32_array, "Int32Array", minimum);
}

Array<int8_t> Call::signed_bytes(const char* name, size_t minimum) {
  return array<int8_t>(next(name), name, napi_int8_array, "Int8Array", minimum);
}

std::vector<napi_ref> Call::keep_arguments() const {
  std::vector<napi_ref> references;
  for (size_t i = 0; i < count_ && i < kMostArguments; i++) {
    napi_valuetype type;
    check(napi_typeof(env_, arguments_[i], &type), "read a type");
    if (type != napi_object && type != napi_external) continue;
    napi_ref reference;
    check(napi_create_reference(env_, arguments_[i], 1, &reference), "make a reference");
    references.push_back(reference);
  }
  return references;
}

Array<float> Call::floats(const char* name, size_t minimum) {
  return array<float>(next(name), name, napi_float32_array, "Float32Array", minimum);
}

Array<int32_t> Call::ints(const char* name, size_t minimum) {
  return array<int32_t>(next(name), name, napi_int32_array, "Int32Array", minimum);
}

Array<uint32_t> Call::words(const char* name, size_t minimum) {
  return array<uint32_t>(next(name), name, napi_uint32_array, "Uint32Array", minimum);
}

Array<uint8_t> Call::bytes(const char* name, size_t minimum) {
  return array<uint8_t>(next(name), name, napi_uint8_array, "Uint8Array", minimum);
}

Array<float> Call::optional_floats(const char* name, size_t minimum) {
  if (position_ < count_ && !is_absent(arguments_[position_])) return floats(name, minimum);
  advance(name);
  return {};
}

std::vector<Array<float>> Call::list(const char* name, bool optional) {
  const napi_value list = next(name);
  uint32_t length;
  if (napi_get_array_length(env_, list, &length) != napi_ok) fail(std::string(name) + " must be an array");
  std::vector<Array<float>> arrays(length);
  for (uint32_t i = 0; i < length; i++) {
    napi_value element;
    check(napi_get_element(env_, list, i, &element), "read an element");
    if (optional && is_absent(element)) continue;
    arrays[i] = array<float>(element, name, napi_float32_array, "list of Float32Array", 0);
  }
  return arrays;
}

std::vector<Array<float>> Call::float_arrays(const char* name) { return list(name, false); }

std::vector<Array<float>> Call::optional_float_arrays(const char* name) { return list(name, true); }

double Call::number(const char* name) {
  double value;
  if (napi_get_value_double(env_, next(name), &value) != napi_ok) fail(std::string(name) + " must be a number");
  return value;
}

uint64_t Call::integer(const char* name) {
  const double value = number(name);
  if (!(value >= 0 && value <= 9007199254740992.0) || value != std::floor(value)) {
    fail(std::string(name) + " must be a whole number");
  }
  return static_cast<uint64_t>(value);
}

int Call::size(const char* name) {
  const uint64_t value = integer(name);
  if (value > INT32_MAX) fail(std::string(name) + " is too large");
  return static_cast<int>(value);
}

bool Call::boolean(const char* name) {
  bool value;
  if (napi_get_value_bool(env_, next(name), &value) != napi_ok) fail(std::string(name) + " must be true or false");
  return value;
}

std::string Call::text(const char* name) {
  const napi_value value = next(name);
  size_t length;
  if (napi_get_value_string_utf8(env_, value, nullptr, 0, &length) != napi_ok) {
    fail(std::string(name) + " must be a string");
  }
  std::string result(length, '\0');
  check(napi_get_value_string_utf8(env_, value, &result[0], length + 1, &length), "read a string");
  return result;
}

napi_value Call::function(const char* name) {
  const napi_value value = next(name);
  napi_valuetype type;
  check(napi_typeof(env_, value, &type), "read a type");
  if (type != napi_function) fail(std::string(name) + " must be a function");
  return value;
}

Environment& Call::environment() const { return *entry_.environment; }

napi_value Call::nothing() const {
  napi_value value;
  check(napi_get_undefined(env_, &value), "make a value");
  return value;
}

napi_value Call::number_result(double number) const {
  napi_value value;
  check(napi_create_double(env_, number, &value), "make a value");
  return value;
}

napi_value Call::numbers(const std::vector<uint64_t>& values) const {
  napi_value list;
  check(napi_create_array_with_length(env_, values.size(), &list), "make an array");
  for (size_t i = 0; i < values.size(); i++) {
    check(napi_set_element(env_, list, static_cast<uint32_t>(i), number_result(static_cast<double>(values[i]))), "write an element");
  }
  return list;
}

napi_value Call::boolean_result(bool truth) const {
  napi_value value;
  check(napi_get_boolean(env_, truth, &value), "make a value");
  return value;
}

napi_value Call::string(const std::string& text) const {
  napi_value value;
  check(napi_create_string_utf8(env_, text.data(), text.size(), &value), "make a value");
  return value;
}

napi_value Call::strings(const std::vector<std::string>& values) const {
  napi_value list;
  check(napi_create_array_with_length(env_, values.size(), &list), "make an array");
  for (size_t i = 0; i < values.size(); i++) {
    check(napi_set_element(env_, list, static_cast<uint32_t>(i), string(values[i])), "write an element");
  }
  return list;
}

napi_value Call::object(const std::vector<std::pair<const char*, double>>& numbers) const {
  napi_value result;
  check(napi_create_object(env_, &result), "make an object");
  for (const auto& [key, number] : numbers) {
    check(napi_set_named_property(env_, result, key, number_result(number)), "write a property");
  }
  return result;
}

napi_value Call::argument_names() const {
  napi_value result;
  check(napi_create_object(env_, &result), "make an object");
  for (const Export& entry : environment().exports) {
    const std::vector<std::string> names(entry.arguments.begin(), entry.arguments.end());
    check(napi_set_named_property(env_, result, entry.name, strings(names)), "write a property");
  }
  return result;
}

}  // namespace nmt
