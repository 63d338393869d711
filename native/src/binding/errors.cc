#include "binding/errors.h"

#include <cstdarg>
#include <cstdio>
#include <new>

#include "binding/registry.h"

namespace nmt {

namespace {

// Text of bounded length, made without asking for memory.
class Text {
 public:
  void add(const char* format, ...) __attribute__((format(printf, 2, 3))) {
    va_list values;
    va_start(values, format);
    const int written = std::vsnprintf(text_ + length_, sizeof text_ - length_, format, values);
    va_end(values);
    if (written > 0) length_ = length_ + written < sizeof text_ ? length_ + written : sizeof text_ - 1;
  }
  const char* data() const { return text_; }
  size_t length() const { return length_; }

 private:
  char text_[1024] = "";
  size_t length_ = 0;
};

// The numbers and the arrays' lengths among a call's arguments, by name.
Text sizes_of(napi_env env, const Export& entry, const napi_value* arguments, size_t count) {
  Text text;
  for (size_t i = 0; i < count && i < entry.arguments.size(); i++) {
    napi_valuetype type;
    if (napi_typeof(env, arguments[i], &type) != napi_ok) continue;
    const char* separator = text.length() == 0 ? "" : ", ";
    double number;
    bool typed;
    size_t length;
    if (type == napi_number && napi_get_value_double(env, arguments[i], &number) == napi_ok) {
      text.add("%s%s %.10g", separator, entry.arguments[i], number);
    } else if (type == napi_object && napi_is_typedarray(env, arguments[i], &typed) == napi_ok && typed &&
               napi_get_typedarray_info(env, arguments[i], nullptr, &length, nullptr, nullptr, nullptr) == napi_ok) {
      text.add("%s%s [%zu]", separator, entry.arguments[i], length);
    }
  }
  return text;
}

bool is_pending(napi_env env) {
  bool pending = false;
  return napi_is_exception_pending(env, &pending) == napi_ok && pending;
}

napi_value text_value(napi_env env, const char* text) {
  napi_value value;
  check(napi_create_string_utf8(env, text, NAPI_AUTO_LENGTH, &value), "make a string");
  return value;
}

// Throws what the function given to `onOutOfMemory` makes of it, or where that fails a plain Error.
void throw_out_of_memory(napi_env env, const Export& entry, const char* sizes) {
  if (entry.environment->out_of_memory != nullptr) {
    try {
      napi_value function, global, error;
      check(napi_get_reference_value(env, entry.environment->out_of_memory, &function), "read a reference");
      check(napi_get_global(env, &global), "read the global object");
      const napi_value given[] = {text_value(env, entry.name), text_value(env, sizes)};
      check(napi_call_function(env, global, function, 2, given, &error), "make an error");
      check(napi_throw(env, error), "throw an error");
    } catch (const NodeApiError&) {
    }
  }
  if (is_pending(env)) return;
  Text message;
  message.add("%s: out of memory (%s)", entry.name, sizes);
  napi_throw_error(env, nullptr, message.data());
}

}  // namespace

void check(napi_status status, const char* action) {
  if (status == napi_ok) return;
  Text text;
  text.add("Node.js could not %s (status %d)", action, static_cast<int>(status));
  throw NodeApiError(text.data());
}

// The status of a throw is not looked at: it fails only where an exception is pending already.
void throw_to_javascript(napi_env env, const Export* entry, const napi_value* arguments, size_t count) noexcept {
  if (is_pending(env)) return;
  const char* const name = entry == nullptr ? "native addon" : entry->name;
  Text text;
  const auto throw_error = [&](const char* what) {
    text.add("%s: %s", name, what);
    napi_throw_error(env, nullptr, text.data());
  };
  const auto out_of_memory = [&] {
    if (entry == nullptr) throw_error("out of memory");
    else throw_out_of_memory(env, *entry, sizes_of(env, *entry, arguments, count).data());
  };
  try {
    throw;
  } catch (const CallError& error) {
    napi_throw_type_error(env, nullptr, error.what());
  } catch (const std::bad_alloc&) {
    out_of_memory();
  } catch (const std::length_error&) {  // a vector longer than any memory
    out_of_memory();
  } catch (const std::exception& error) {
    throw_error(error.what());
  } catch (...) {
    throw_error("unknown C++ exception");
  }
}

}  // namespace nmt
