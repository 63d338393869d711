// adamStep and sumOfSquares: one call for all tensors of a model, cut into pieces of equal size over the group.
#include <algorithm>
#include <cmath>

#include "binding/registry.h"
#include "optimizer/factored_rates.h"
#include "optimizer/optimizer_kernels.h"
#include "threads/thread_group.h"

namespace nmt {

namespace {

using Tensors = std::vector<Array<float>>;

struct Piece {
  size_t tensor, begin, length;
};

// Cuts tensors into pieces that depend on nothing but their sizes.
std::vector<Piece> pieces(const Tensors& tensors) {
  constexpr size_t kLargest = 16 * 1024;
  std::vector<Piece> list;
  for (size_t t = 0; t < tensors.size(); t++) {
    for (size_t at = 0; at < tensors[t].length; at += kLargest) {
      list.push_back({t, at, std::min(kLargest, tensors[t].length - at)});
    }
  }
  return list;
}

void check_lengths(Call& call, const Tensors& tensors, const Tensors& values, const char* name) {
  call.require(tensors.size() == values.size(), std::string(name) + " must be as many as values");
  for (size_t t = 0; t < values.size(); t++) call.require_length(tensors[t], values[t].length, name);
}

AdamRates read_rates(Call& call) {
  AdamRates rates;
  rates.learning_rate = static_cast<float>(call.number("learningRate"));
  rates.beta1 = static_cast<float>(call.number("beta1"));
  rates.beta2 = static_cast<float>(call.number("beta2"));
  rates.epsilon = static_cast<float>(call.number("epsilon"));
  rates.second_correction = static_cast<float>(call.number("secondCorrection"));
  rates.gradient_scale = static_cast<float>(call.number("gradientScale"));
  return rates;
}

napi_value adam_step(Call& call) {
  const Tensors values = call.float_arrays("values"), gradients = call.float_arrays("gradients");
  const Tensors first = call.float_arrays("first"), second = call.float_arrays("second");
  const AdamRates rates = read_rates(call);
  check_lengths(call, gradients, values, "gradients");
  check_lengths(call, first, values, "first");
  check_lengths(call, second, values, "second");

  const std::vector<Piece> work = pieces(values);
  const OptimizerKernels& kernels = optimizer_kernels();
  thread_group().parallel_for(static_cast<int>(work.size()), [&](int i) {
    const auto [t, at, length] = work[i];
    kernels.adam(values[t].data + at, gradients[t].data + at, first[t].data + at, second[t].data + at, length, rates);
  });
  return call.nothing();
}

// A table [rows][width] of which the rows with rowOf[r] ≥ 0 have a gradient, sums [][width].
napi_value adam_row_step(Call& call) {
  const auto value = call.floats("value"), sums = call.floats("sums");
  const auto row_of = call.ints("rowOf");
  const auto first = call.floats("first"), second = call.floats("second");
  const size_t width = call.size("width");
  const AdamRates rates = read_rates(call);
  const size_t rows = row_of.length, size = rows * width, summed = width == 0 ? 0 : sums.length / width;
  call.require_length(value, size, "value");
  call.require_length(first, size, "first");
  call.require_length(second, size, "second");
  for (const int32_t row : row_of) {
    call.require(row < 0 || static_cast<size_t>(row) < summed, "rowOf " + std::to_string(row) + " is out of range");
  }
  const std::vector<float> none(width);
  const auto kernel = optimizer_kernels().adam;
  thread_group().parallel_for(static_cast<int>(rows), [&](int r) {
    const float* gradient = row_of[r] < 0 ? none.data() : sums.data + row_of[r] * width;
    const size_t at = r * width;
    kernel(value.data + at, gradient, first.data + at, second.data + at, width, rates);
  });
  return call.nothing();
}

// One matrix [rows][columns] after the other; returns Σ g².
napi_value factored_adam_step(Call& call) {
  const auto value = call.floats("value"), gradient = call.floats("gradient");
  const auto row_means = call.floats("rowMeans"), column_means = call.floats("columnMeans");
  const size_t matrices = call.size("matrices"), rows = call.size("rows"), columns = call.size("columns");
  const FactoredRates rates = read_factored_rates(call);
  call.require_length(value, matrices * rows * columns, "value");
  call.require_length(gradient, matrices * rows * columns, "gradient");
  call.require_length(row_means, matrices * rows, "rowMeans");
  call.require_length(column_means, matrices * columns, "columnMeans");
  std::vector<double> squares(matrices);
  thread_group().parallel_dynamic(static_cast<int>(matrices), [&](int m) {
    const size_t at = static_cast<size_t>(m) * rows * columns;
    const FactoredMatrix matrix{static_cast<int>(rows), static_cast<int>(columns), value.data + at,
                                row_means.data + m * rows, column_means.data + m * columns};
    squares[m] = factored_adam(matrix, gradient.data + at, rates);
  });
  double sum = 0;
  for (const double square : squares) sum += square;
  return call.number_result(sum);
}

// Σ g² of all tensors.
napi_value sum_of_squares(Call& call) {
  const Tensors gradients = call.float_arrays("gradients");
  const std::vector<Piece> work = pieces(gradients);
  std::vector<float> squares(work.size());
  const OptimizerKernels& kernels = optimizer_kernels();
  thread_group().parallel_for(static_cast<int>(work.size()), [&](int i) {
    const auto [t, at, length] = work[i];
    squares[i] = kernels.sum_of_squares(gradients[t].data + at, length);
  });
  double sum = 0;
  for (const float square : squares) sum += square;
  return call.number_result(sum);
}

}  // namespace

void register_optimizer(Registry& registry) {
  registry.add("adamStep", {"values", "gradients", "first", "second", "learningRate", "beta1", "beta2", "epsilon",
                            "secondCorrection", "gradientScale"}, adam_step);
  registry.add("adamRowStep", {"value", "sums", "rowOf", "first", "second", "width", "learningRate", "beta1", "beta2",
                               "epsilon", "secondCorrection", "gradientScale"}, adam_row_step);
  registry.add("factoredAdamStep", {"value", "gradient", "rowMeans", "columnMeans", "matrices", "rows", "columns",
                                    "learningRate", "beta2", "floor", "secondCorrection", "gradientScale", "longest"},
               factored_adam_step);
  registry.add("sumOfSquares", {"gradients"}, sum_of_squares);
}

}  // namespace nmt
