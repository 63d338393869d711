// Adam for experts' matrices (Shazeer et al. 2017, appendix D): no first moment, and a second moment kept as the means of
// its rows r and columns c, V = r cᵀ / mean(r). A matrix's gradient is clipped by its own length. Sums run in an order that
// depends on nothing but the matrix's size, so that results have the same bits however the work is shared out.
#pragma once

#include <cstddef>

#include "threads/thread_group.h"

namespace nmt {

struct FactoredRates {
  float learning_rate;
  float beta2;
  float floor;              // added to squares of gradients, so that no mean is zero
  float second_correction;  // 1 / (1 - beta2^step)
  float gradient_scale;
  float longest;  // gradients longer than this, once scaled, are shortened to it; 0 = never
};

// Where a weight matrix [rows][columns] and its moments are.
struct FactoredMatrix {
  int rows, columns;
  float* value;
  float* row_means;     // [rows]
  float* column_means;  // [columns]
};

// One matrix's step, from the sums of squares of its gradient to its new value.
class FactoredStep {
 public:
  // Sums are made in groups of so many rows, and segments of so many columns: parts of a gradient start at multiples.
  static constexpr int kGroup = 16, kSegment = 512;

  // Floats of working memory.
  static size_t memory(int rows, int columns) { return static_cast<size_t>(rows) + columns + 1; }

  FactoredStep(const FactoredMatrix& matrix, float* memory)
      : matrix_(matrix), rows_(memory), columns_(rows_ + matrix.rows), finite_(columns_ + matrix.columns) {}

  void clear_sums();
  // Adds the squares of a part of the gradient, both ways: the parts in order.
  void add_squares(const float* gradient, size_t step, Range rows, Range columns);
  // Adds them to the sums of these rows, or of these columns, only: the whole of the others in one call.
  void add_squares_of_rows(const float* gradient, size_t step, Range rows);
  void add_squares_of_columns(const float* gradient, size_t step, Range columns);

  // Or writes them all: sums of squares of rows, and of columns.
  float* row_sums() { return rows_; }
  float* column_sums() { return columns_; }

  // Once all squares are summed: updates the moments and returns the gradient's Σ g² before clipping. If that is no
  // finite number, changes nothing.
  double update_moments(const FactoredRates& rates);
  // After that, rows of the matrix itself.
  void update_rows(const float* gradient, size_t step, Range rows) const;
  // Or element by element: value -= row_scales()[i] · column_scales()[j] · gradient, unless it has no finite length.
  bool finite() const { return *finite_ != 0; }
  const float* row_scales() const { return rows_; }
  const float* column_scales() const { return columns_; }

 private:
  FactoredMatrix matrix_;
  float* rows_;     // sums of squares; then what a row's update is multiplied by
  float* columns_;  // the same of columns
  float* finite_;   // 0 if the gradient isn't
};

// A matrix whose gradient is zero: only its moments change.
void decay_moments(const FactoredMatrix& matrix, const FactoredRates& rates);

// The calling thread's work on one matrix whose whole gradient [rows][columns] is there. Returns Σ g².
double factored_adam(const FactoredMatrix& matrix, const float* gradient, const FactoredRates& rates);

}  // namespace nmt
