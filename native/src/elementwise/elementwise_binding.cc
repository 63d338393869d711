// Element-wise arithmetic, sums, copies and transposition of float tensors seen as matrices [rows, columns].
#include <cstring>

#include "binding/registry.h"
#include "elementwise/elementwise_kernels.h"
#include "memory/sizes.h"
#include "threads/share.h"

namespace nmt {

namespace {

constexpr size_t kGrain = 1024;

// How an operand fills the result, numbered as `operandForms` in src/backends/native/kernels/elementwise.ts.
enum class Form { full, scalar, row, column };
constexpr int kFormCount = 4;

size_t operand_size(Form form, size_t rows, size_t columns) {
  switch (form) {
    case Form::full: return rows * columns;
    case Form::scalar: return 1;
    case Form::row: return columns;
    case Form::column: return rows;
  }
  return 0;
}

Form read_form(Call& call, const char* name) {
  const int form = call.size(name);
  call.require(form < kFormCount, std::string(name) + " is unknown");
  return static_cast<Form>(form);
}

// One operand full, or both; out [rows, columns].
napi_value binary(Call& call) {
  const int operation = call.size("operation");
  call.require(operation < kBinaryCount, "unknown operation");
  const auto a = call.floats("a"), b = call.floats("b"), out = call.floats("out");
  const Form left = read_form(call, "formOfA"), right = read_form(call, "formOfB");
  const size_t rows = call.size("rows"), columns = call.size("columns");
  call.require_length(a, operand_size(left, rows, columns), "a");
  call.require_length(b, operand_size(right, rows, columns), "b");
  call.require_length(out, rows * columns, "out");
  call.require(left == Form::full || right == Form::full, "one operand must have the result's shape");

  const BinaryKernels& kernels = elementwise_kernels().binary[operation];
  const Form other = left == Form::full ? right : left;
  if (other == Form::full || other == Form::scalar) {
    const BinaryKernel kernel = other == Form::full   ? kernels.vectors
                                : left == Form::full ? kernels.right_scalar
                                                     : kernels.left_scalar;
    const size_t a_step = left == Form::scalar ? 0 : 1, b_step = right == Form::scalar ? 0 : 1;
    share(thread_group(), rows * columns, 1, kGrain, [&](size_t begin, size_t end) {
      kernel(a.data + begin * a_step, b.data + begin * b_step, out.data + begin, end - begin);
    });
    return call.nothing();
  }
  const BinaryKernel kernel = other == Form::row   ? kernels.vectors
                              : left == Form::full ? kernels.right_scalar
                                                   : kernels.left_scalar;
  const size_t other_step = other == Form::row ? 0 : 1;
  const size_t a_step = left == Form::full ? columns : other_step, b_step = right == Form::full ? columns : other_step;
  share(thread_group(), rows, columns, 1, [&](size_t begin, size_t end) {
    for (size_t i = begin; i < end; i++) kernel(a.data + i * a_step, b.data + i * b_step, out.data + i * columns, columns);
  });
  return call.nothing();
}

napi_value unary(Call& call) {
  const int operation = call.size("operation");
  call.require(operation < kUnaryCount, "unknown operation");
  const auto x = call.floats("x"), out = call.floats("out");
  call.require_length(out, x.length, "out");
  const auto kernel = elementwise_kernels().unary[operation];
  share(thread_group(), x.length, 1, kGrain, [&](size_t begin, size_t end) {
    kernel(x.data + begin, out.data + begin, end - begin);
  });
  return call.nothing();
}

// x [rows, columns] → out [rows]. A row is summed in blocks, then over its blocks.
napi_value sum_columns(Call& call) {
  const auto x = call.floats("x"), out = call.floats("out");
  const size_t rows = call.size("rows"), columns = call.size("columns");
  call.require_length(x, rows * columns, "x");
  call.require_length(out, rows, "out");
  constexpr size_t kBlock = 8192;
  const size_t blocks = columns == 0 ? 0 : (columns + kBlock - 1) / kBlock;
  std::vector<float> sums(rows * blocks);
  const auto sum = elementwise_kernels().sum;
  share(thread_group(), rows * blocks, columns < kBlock ? columns : kBlock, 1, [&](size_t begin, size_t end) {
    for (size_t i = begin; i < end; i++) {
      const size_t at = i % blocks * kBlock;
      sums[i] = sum(x.data + i / blocks * columns + at, columns - at < kBlock ? columns - at : kBlock);
    }
  });
  for (size_t row = 0; row < rows; row++) {
    double total = 0;
    for (size_t block = 0; block < blocks; block++) total += sums[row * blocks + block];
    out[row] = static_cast<float>(total);
  }
  return call.nothing();
}

// x [batch, rows, columns] → out [batch, columns].
napi_value sum_rows(Call& call) {
  const auto x = call.floats("x"), out = call.floats("out");
  const size_t batch = call.size("batch"), rows = call.size("rows"), columns = call.size("columns");
  call.require_length(x, batch * rows * columns, "x");
  call.require_length(out, batch * columns, "out");
  const auto kernel = elementwise_kernels().sum_rows;
  if (batch == 1) {
    share(thread_group(), columns, rows, kLine, [&](size_t begin, size_t end) {
      kernel(x.data + begin, rows, columns, end - begin, out.data + begin);
    });
  } else {
    share(thread_group(), batch, rows * columns, 1, [&](size_t begin, size_t end) {
      for (size_t b = begin; b < end; b++) kernel(x.data + b * rows * columns, rows, columns, columns, out.data + b * columns);
    });
  }
  return call.nothing();
}

// `columns` of each of `rows` rows: from x, whose rows are xStep apart, into out, whose rows are outStep apart.
napi_value copy_block(Call& call) {
  const auto x = call.floats("x");
  const size_t x_start = call.size("xStart"), x_step = call.size("xStep");
  const auto out = call.floats("out");
  const size_t out_start = call.size("outStart"), out_step = call.size("outStep");
  const size_t rows = call.size("rows"), columns = call.size("columns");
  if (rows == 0 || columns == 0) return call.nothing();
  call.require_length(x, x_start + (rows - 1) * x_step + columns, "x");
  call.require_length(out, out_start + (rows - 1) * out_step + columns, "out");
  share(thread_group(), rows, columns, 1, [&](size_t begin, size_t end) {
    for (size_t i = begin; i < end; i++) {
      std::memcpy(out.data + out_start + i * out_step, x.data + x_start + i * x_step, columns * sizeof(float));
    }
  });
  return call.nothing();
}

// x [rows, columns] → out [columns, rows].
napi_value transpose(Call& call) {
  const auto x = call.floats("x"), out = call.floats("out");
  const size_t rows = call.size("rows"), columns = call.size("columns");
  call.require_length(x, rows * columns, "x");
  call.require_length(out, rows * columns, "out");
  const auto kernel = elementwise_kernels().transpose;
  share(thread_group(), rows, columns, kLine, [&](size_t begin, size_t end) {
    kernel(x.data + begin * columns, columns, out.data + begin, rows, end - begin, columns);
  });
  return call.nothing();
}

napi_value fill(Call& call) {
  const auto out = call.floats("out");
  const float value = static_cast<float>(call.number("value"));
  const auto kernel = elementwise_kernels().fill;
  share(thread_group(), out.length, 1, kGrain, [&](size_t begin, size_t end) { kernel(out.data + begin, end - begin, value); });
  return call.nothing();
}

}  // namespace

void register_elementwise(Registry& registry) {
  registry.add("binary", {"operation", "a", "b", "out", "formOfA", "formOfB", "rows", "columns"}, binary);
  registry.add("unary", {"operation", "x", "out"}, unary);
  registry.add("sumColumns", {"x", "out", "rows", "columns"}, sum_columns);
  registry.add("sumRows", {"x", "out", "batch", "rows", "columns"}, sum_rows);
  registry.add("copyBlock", {"x", "xStart", "xStep", "out", "outStart", "outStep", "rows", "columns"}, copy_block);
  registry.add("transpose", {"x", "out", "rows", "columns"}, transpose);
  registry.add("fill", {"out", "value"}, fill);
}

}  // namespace nmt
