// gatherRows and scatterAddRows: rows of a matrix by index, and the gradient of that.
#include <cstring>

#include "binding/registry.h"
#include "memory/sizes.h"
#include "threads/share.h"

namespace nmt {

namespace {

struct Rows {
  Array<float> x;
  Array<int32_t> index;  // [n]
  Array<float> out;
  int rows, width;

  explicit Rows(Call& call)
      : x(call.floats("x")),
        index(call.ints("index")),
        out(call.floats("out")),
        rows(call.size("rows")),
        width(call.size("width")) {
    for (const int32_t i : index) call.require(i >= 0 && i < rows, "index " + std::to_string(i) + " is out of range");
  }

  size_t indexed() const { return index.length * width; }
  size_t table() const { return static_cast<size_t>(rows) * width; }
};

// x [rows, width] → out [n, width]
napi_value gather_rows(Call& call) {
  const Rows r(call);
  call.require_length(r.x, r.table(), "x");
  call.require_length(r.out, r.indexed(), "out");
  const size_t width = r.width;
  share(thread_group(), r.index.length, width, 1, [&](size_t begin, size_t end) {
    for (size_t i = begin; i < end; i++) {
      std::memcpy(r.out.data + i * width, r.x.data + r.index[i] * width, width * sizeof(float));
    }
  });
  return call.nothing();
}

// x [n, width] → out [rows, width]. Threads take columns, so that each sum is in the order of x's rows.
napi_value scatter_add_rows(Call& call) {
  const Rows r(call);
  call.require_length(r.x, r.indexed(), "x");
  call.require_length(r.out, r.table(), "out");
  const size_t width = r.width;
  share(thread_group(), width, r.rows + r.index.length, kLine, [&](size_t begin, size_t end) {
    if (begin == 0 && end == width) {
      std::memset(r.out.data, 0, r.table() * sizeof(float));
    } else {
      for (int row = 0; row < r.rows; row++) {
        std::memset(r.out.data + row * width + begin, 0, (end - begin) * sizeof(float));
      }
    }
    for (size_t i = 0; i < r.index.length; i++) {
      float* sum = r.out.data + r.index[i] * width;
      const float* row = r.x.data + i * width;
      for (size_t j = begin; j < end; j++) sum[j] += row[j];
    }
  });
  return call.nothing();
}

}  // namespace

void register_embedding(Registry& registry) {
  registry.add("gatherRows", {"x", "index", "out", "rows", "width"}, gather_rows);
  registry.add("scatterAddRows", {"x", "index", "out", "rows", "width"}, scatter_add_rows);
}

}  // namespace nmt
