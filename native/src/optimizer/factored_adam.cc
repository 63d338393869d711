#include "optimizer/factored_adam.h"

#include <algorithm>
#include <cmath>

#include "memory/aligned.h"
#include "optimizer/optimizer_kernels.h"

namespace nmt {

namespace {

template <class Work>
void for_each_stretch(Range range, int length, Work&& work) {
  for (int at = range.begin; at < range.end; at += length) work(Range{at, std::min(at + length, range.end)});
}

void decay(float* means, const float* sums, int count, float squares, const FactoredRates& rates) {
  const float rest = 1 - rates.beta2;
  for (int i = 0; i < count; i++) {
    const float square = (sums == nullptr ? 0.0f : sums[i] * squares) + rates.floor;
    means[i] = rates.beta2 * means[i] + rest * square;
  }
}

}  // namespace

void FactoredStep::clear_sums() { std::fill_n(rows_, matrix_.rows + matrix_.columns, 0.0f); }

void FactoredStep::add_squares(const float* gradient, size_t step, Range rows, Range columns) {
  const OptimizerKernels& kernels = optimizer_kernels();
  for_each_stretch(rows, kGroup, [&](Range group) {
    for_each_stretch(columns, kSegment, [&](Range segment) {
      const float* part = gradient + (group.begin - rows.begin) * step + (segment.begin - columns.begin);
      kernels.add_squares(part, step, group.size(), segment.size(), rows_ + group.begin, columns_ + segment.begin);
    });
  });
}

void FactoredStep::add_squares_of_rows(const float* gradient, size_t step, Range rows) {
  const OptimizerKernels& kernels = optimizer_kernels();
  for_each_stretch(rows, kGroup, [&](Range group) {
    for_each_stretch({0, matrix_.columns}, kSegment, [&](Range segment) {
      float unused[kSegment] = {};
      kernels.add_squares(gradient + group.begin * step + segment.begin, step, group.size(), segment.size(),
                          rows_ + group.begin, unused);
    });
  });
}

void FactoredStep::add_squares_of_columns(const float* gradient, size_t step, Range columns) {
  const OptimizerKernels& kernels = optimizer_kernels();
  for_each_stretch({0, matrix_.rows}, kGroup, [&](Range group) {
    for_each_stretch(columns, kSegment, [&](Range segment) {
      float unused[kGroup] = {};
      kernels.add_squares(gradient + group.begin * step + segment.begin, step, group.size(), segment.size(), unused,
                          columns_ + segment.begin);
    });
  });
}

double FactoredStep::update_moments(const FactoredRates& rates) {
  double squares = 0;
  for (int i = 0; i < matrix_.rows; i++) squares += rows_[i];
  *finite_ = std::isfinite(squares) ? 1 : 0;
  if (*finite_ == 0) return squares;
  const double length = rates.gradient_scale * std::sqrt(squares);
  const bool too_long = rates.longest > 0 && length > rates.longest;
  const float scale =
      static_cast<float>(too_long ? rates.gradient_scale * (rates.longest / length) : rates.gradient_scale);

  decay(matrix_.row_means, rows_, matrix_.rows, scale * scale / matrix_.columns, rates);
  decay(matrix_.column_means, columns_, matrix_.columns, scale * scale / matrix_.rows, rates);
  double sum = 0;
  for (int i = 0; i < matrix_.rows; i++) sum += matrix_.row_means[i];
  const double mean = sum / matrix_.rows;
  for (int i = 0; i < matrix_.rows; i++) {
    const double share = mean / (matrix_.row_means[i] * static_cast<double>(rates.second_correction));
    rows_[i] = static_cast<float>(rates.learning_rate * scale * std::sqrt(share));
  }
  for (int j = 0; j < matrix_.columns; j++) columns_[j] = 1 / std::sqrt(matrix_.column_means[j]);
  return squares;
}

void FactoredStep::update_rows(const float* gradient, size_t step, Range rows) const {
  if (*finite_ == 0) return;
  const OptimizerKernels& kernels = optimizer_kernels();
  for (int i = rows.begin; i < rows.end; i++) {
    float* value = matrix_.value + static_cast<size_t>(i) * matrix_.columns;
    kernels.subtract_scaled(value, gradient + i * step, rows_[i], columns_, matrix_.columns);
  }
}

void decay_moments(const FactoredMatrix& matrix, const FactoredRates& rates) {
  decay(matrix.row_means, nullptr, matrix.rows, 0, rates);
  decay(matrix.column_means, nullptr, matrix.columns, 0, rates);
}

double factored_adam(const FactoredMatrix& matrix, const float* gradient, const FactoredRates& rates) {
  thread_local Scratch memory;
  FactoredStep step(matrix, memory.reserve(FactoredStep::memory(matrix.rows, matrix.columns)));
  step.clear_sums();
  step.add_squares(gradient, matrix.columns, {0, matrix.rows}, {0, matrix.columns});
  const double squares = step.update_moments(rates);
  step.update_rows(gradient, matrix.columns, {0, matrix.rows});
  return squares;
}

}  // namespace nmt
