// Experts with so few rows that their weight gradients would cost more to store than to compute. These are products of few
// rows, dW = aᵀ b with a [rows][m] and b [rows][n]. The sums of squares that the optimiser needs follow from a and b alone:
// those of a row i of dW are Σ a[r][i] a[s][i] (b bᵀ)[r][s], those of its columns likewise. So each element of dW is
// computed once, in a register, and used there. Matrices are read line by line, as they lie in memory.
#pragma once

#include "moe/expert_passes.h"
#include "moe/few_rows_kernels.h"

namespace nmt {

// Rows of numbers whose lines don't fall into the same sets of the first cache.
struct Rows {
  float* data;
  size_t step;
};

class FewRows {
 public:
  static size_t memory(const Expert& e) {
    const size_t rows = e.rows;
    const size_t longest = std::max(padded(e.width), padded(e.hidden)) + kMostGroup, grouped = rows + kMostGroup;
    return 2 * rows * (padded(e.width) + padded(e.hidden)) + padded(e.rows * e.rows) + rows * longest +
           grouped * (longest + kMostTileRows);
  }

  // Queues the weights to be prefetched.
  static void queue_weights(const ExpertWorker& worker, const Expert& e) {
    if (by_dots(worker, e)) {
      worker.queue_lines_in_turn(e.w2);
      worker.queue_lines_in_turn(e.w1);
    } else {
      worker.queue_lines(e.w2, e.hidden, e.width);
      worker.queue_lines(e.w1, e.width, e.hidden);
    }
  }

  // Reads the expert's inputs and the gradient of its outputs, [rows][width] each.
  FewRows(const ExpertWorker& worker, const Expert& e, const float* d_y, float* memory)
      : worker_(worker), e_(e), rounded_(worker.precision() == Precision::bf16) {
    for (Rows* part : {&x_, &d_y_}) *part = take(memory, e.width);
    for (Rows* part : {&hidden_, &d_hidden_}) *part = take(memory, e.hidden);
    inner_ = memory;
    left_ = inner_ + padded(e.rows * e.rows);
    const size_t grouped = static_cast<size_t>(e.rows) + kMostGroup;
    right_ = left_ + grouped * kMostTileRows;
    all_left_ = right_ + grouped * (std::max(padded(e.width), padded(e.hidden)) + kMostGroup);
    copy(e.x, e.width, x_);
    copy(d_y, e.width, d_y_);
    copy(e.activations, e.hidden, hidden_);
  }

  // Updates W2 and computes the gradient of the hidden layer. Returns Σ g².
  double update_outer(FactoredStep& step, float* w2, const FactoredRates& rates) {
    sum_squares(hidden_, e_.hidden, d_y_, e_.width, step);
    const double squares = step.update_moments(rates);
    prepare_update(d_y_, e_.width);
    const float* const after = matrix_after(e_.w2);
    for_each_line_block(e_.hidden, [&](Range units) {
      multiply(d_y_, e_.width, w2, units, d_hidden_.data + units.begin, d_hidden_.step);
      for (int i = 0; i < e_.rows; i++) {
        moe_kernels().relu_gradient(at(hidden_, i) + units.begin, at(d_hidden_, i) + units.begin, units.size());
      }
      if (step.finite()) update(step, units, e_.hidden, hidden_, d_y_, e_.width, w2, after);
    });
    if (rounded_) copy(d_hidden_.data, d_hidden_.step, e_.hidden, d_hidden_);
    return squares;
  }

  // After that updates W1 and computes the gradient of the inputs, d_x [rows][width]. Returns Σ g².
  double update_inner(FactoredStep& step, float* w1, const FactoredRates& rates, float* d_x) {
    sum_squares(x_, e_.width, d_hidden_, e_.hidden, step);
    const double squares = step.update_moments(rates);
    prepare_update(d_hidden_, e_.hidden);
    const float* const after = matrix_after(e_.w1);
    for_each_line_block(e_.width, [&](Range inputs) {
      multiply(d_hidden_, e_.hidden, w1, inputs, d_x + inputs.begin, e_.width);
      if (step.finite()) update(step, inputs, e_.width, x_, d_hidden_, e_.hidden, w1, after);
    });
    return squares;
  }

 private:
  static size_t padded(int columns) { return (static_cast<size_t>(columns) + 15) / 16 * 16 + 16; }
  static float* at(const Rows& rows, int i) { return rows.data + i * rows.step; }

  Rows take(float*& memory, int columns) const {
    const Rows rows{memory, padded(columns)};
    memory += e_.rows * rows.step;
    return rows;
  }

  void copy(const float* from, size_t step, const Rows& to) const { copy(from, step, static_cast<int>(step), to); }
  void copy(const float* from, size_t step, int columns, const Rows& to) const {
    kernels_.copy(from, step, e_.rows, columns, rounded_, to.data, to.step);
  }

  // Lines of a matrix that stay in the caches between the two products that read them.
  template <class Work>
  void for_each_line_block(int lines, Work&& work) const {
    const int block = by_dots(worker_, e_) ? 2 * tile_.f32.rows : 2 * tile_.columns;
    for (int line = 0; line < lines; line += block) work(Range{line, least(line + block, lines)});
  }

  // The matrix whose lines are asked for with the last ones of this; null for none.
  const float* matrix_after(const float* matrix) const {
    return by_dots(worker_, e_) ? worker_.lines_after(matrix) : nullptr;
  }

  // Whether packing lines of weights would cost more than adding up lanes. Lines are then asked for while those before them are
  // updated.
  static bool by_dots(const ExpertWorker& worker, const Expert& e) {
    return e.rows < kRowsWorthPacking && worker.kernels().group == 1;
  }

  // out [rows][lines] = left [rows][k] · some lines of a matrix [][k], read for the first time: one block after another.
  void multiply(const Rows& left, int k, const float* matrix, Range block, float* out, size_t out_step) const {
    const float* right = matrix + static_cast<size_t>(block.begin) * k;
    const size_t step = k;
    if (!by_dots(worker_, e_)) {
      const Side weights_of_block = weights(lines(right, step));
      const ExpertProduct product = worker_.product(e_.rows, block.size(), k, lines(left.data, left.step),
                                                  weights_of_block, {out, out_step}, all_left_);
      if (block.begin == 0) worker_.pack_left(product);
      return worker_.multiply(product);
    }
    Dots work{left.data, left.step, e_.rows, right, step, block.size(), k, out, out_step};
    if (!rounded_) return kernels_.dots(work);
    if (kernels_.pack_rounded != nullptr) {
      work.left = all_left_;
      work.left_step = padded(k);
      if (block.begin == 0) kernels_.pack_rounded(left.data, left.step, e_.rows, k, all_left_, work.left_step);
    }
    kernels_.rounded_dots(work);
  }

  // Sums of squares of dW = aᵀ b.
  void sum_squares(const Rows& a, int m, const Rows& b, int n, FactoredStep& step) const {
    kernels_.quadratic(products_of_rows(b, n), e_.rows, a.data, a.step, m, step.row_sums());
    kernels_.quadratic(products_of_rows(a, m), e_.rows, b.data, b.step, n, step.column_sums());
  }

  // x xᵀ [rows][rows] as a lower triangle that gives the same sums: twice what is below the diagonal, nothing above.
  const float* products_of_rows(const Rows& x, int columns) const {
    const int rows = e_.rows;
    for (int i = 0; i < rows; i += kTriangleRows) {
      const int count = least(kTriangleRows, rows - i);
      kernels_.dots(
          {at(x, i), x.step, count, x.data, x.step, i + count, columns, inner_ + i * rows, static_cast<size_t>(rows)});
    }
    for (int i = 0; i < rows; i++) {
      float* row = inner_ + i * rows;
      for (int j = 0; j < i; j++) row[j] *= 2;
      for (int j = i + 1; j < rows; j++) row[j] = 0;
    }
    return inner_;
  }

  // What the update's products have on the right, b [rows][n], as panels where reading it as it is would pair rows each time.
  void prepare_update(const Rows& b, int n) const {
    if (!packs_right()) return;
    const size_t panel = static_cast<size_t>(update_kernels_.elements(e_.rows)) * tile_.columns;
    for (int j = 0; j < n; j += tile_.columns) {
      update_kernels_.pack_right_columns(b.data + j, b.step, least(tile_.columns, n - j), tile_.columns, e_.rows,
                                         right_ + j / tile_.columns * panel);
    }
  }

  bool packs_right() const { return update_kernels_.depth > 1; }

  // matrix[i][j] -= scales · Σ a[r][i] b[r][j] for some of its lines [n], of which there are `count`. Rows are rounded already,
  // so in f32 products have the same factors.
  void update(const FactoredStep& step, Range lines, int count, const Rows& a, const Rows& b, int n, float* matrix,
              const float* after) const {
    const RowPanels panels(lines.size(), update_kernels_);
    const int elements = update_kernels_.elements(e_.rows), tiles = panels.count() * ceil_div(n, tile_.columns);
    const bool last = lines.end == count;
    const float* const next = last ? after : matrix + static_cast<size_t>(lines.end) * n;
    const size_t asked = static_cast<size_t>(last ? lines.size() : least(lines.size(), count - lines.end)) * n;
    for (int i = 0; i < panels.count(); i++) {
      const Range own{lines.begin + panels[i].begin, lines.begin + panels[i].end};
      update_kernels_.pack_left_columns(a.data + own.begin, a.step, own.size(), own.size(), e_.rows, left_);
      for (int j = 0; j < n; j += tile_.columns) {
        float* place = matrix + static_cast<size_t>(own.begin) * n + j;
        MicroTile tile{elements, least(tile_.columns, n - j), left_, b.data + j,
                       place,    static_cast<size_t>(n),      place, static_cast<size_t>(n)};
        if (packs_right()) {
          tile.right = right_ + static_cast<size_t>(j) * elements;
        } else {
          tile.right_step = b.step;
          tile.k = e_.rows;
        }
        if (next != nullptr && by_dots(worker_, e_)) {
          const int part = i * ceil_div(n, tile_.columns) + j / tile_.columns;
          tile.prefetch = prefetch_part(next, asked, part, tiles, elements);
        }
        tile.row_scales = step.row_scales() + own.begin;
        tile.column_scales = step.column_scales() + j;
        update_kernels_.product[own.size()](tile);
      }
    }
  }

  static constexpr int kTriangleRows = 8;
  static constexpr int kRowsWorthPacking = 48;

  const ExpertWorker& worker_;
  const Expert& e_;
  const bool rounded_;
  const GemmKernels& tile_ = gemm_kernels();
  const ElementKernels& update_kernels_ = rounded_ && tile_.bf16.depth > 1 ? tile_.bf16 : tile_.f32;
  const FewRowsKernels& kernels_ = few_rows_kernels();
  Rows x_, d_y_, hidden_, d_hidden_;
  float *inner_, *left_, *right_, *all_left_;
};

}  // namespace nmt
