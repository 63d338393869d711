// Weights that products will read, in the order in which they will, brought into the second cache a little before. They are
// asked for in runs of neighbouring lines, which the processor's own prefetcher continues.
#pragma once

#include <cstddef>
#include <vector>

#include "gemm/gemm_kernels.h"

namespace nmt {

class PrefetchQueue {
 public:
  // More weights, after those queued before: `rows` pieces of `floats` each, `step` apart.
  void add(const float* memory, int rows, int floats, size_t step) {
    if (current_ > kMostDone) {
      pieces_.erase(pieces_.begin(), pieces_.begin() + static_cast<std::ptrdiff_t>(current_));
      current_ = 0;
    }
    if (rows > 0 && floats > 0) pieces_.push_back({memory, rows, lines(floats), step});
  }

  // A matrix that a product will read line by line, after those added before. Lines of one such matrix are asked for while
  // those before them are used, the first of the next one with the last of this.
  void add_lines(const float* matrix) {
    if (next_lines_ > kMostDone) {
      lines_.erase(lines_.begin(), lines_.begin() + static_cast<std::ptrdiff_t>(next_lines_));
      next_lines_ = 0;
    }
    lines_.push_back(matrix);
  }

  // The matrix whose turn comes after this one's, which begins; null if it isn't known.
  const float* after(const float* matrix) {
    if (next_lines_ < lines_.size() && lines_[next_lines_] == matrix) next_lines_++;
    return next_lines_ < lines_.size() ? lines_[next_lines_] : nullptr;
  }

  // So many floats of weights are being read for the first time.
  void use(int rows, int floats) { used_ += static_cast<size_t>(rows) * lines(floats); }

  // What a product of so many elements should bring in, one of `products` that use the same panel of weights: together they
  // ask for one more panel. Nothing while enough is there.
  Prefetch next(int elements, int products) {
    while (current_ < pieces_.size() && asked_ + left_of_piece() <= used_) next_piece();
    if (current_ == pieces_.size() || asked_ > used_ + kMostLines) return {};
    const Piece& piece = pieces_[current_];
    const bool in_pairs = products == 1;
    const int every = in_pairs ? 1 : products / 2;
    const int step = in_pairs ? 2 * kLine : kLine, run = piece.lines * kLine / step;
    const Prefetch prefetch{piece.memory + row_ * piece.step,
                      static_cast<size_t>(step),
                      every,
                      in_pairs ? size_t{kLine} : 0,
                      run,
                      piece.step - static_cast<size_t>(run) * step};
    // Whole rows, so that the next call starts one.
    const int rows = elements / (every * run) > 0 ? elements / (every * run) : 1;
    if (row_ + rows >= piece.rows) {
      next_piece();
    } else {
      row_ += rows;
      asked_ += static_cast<size_t>(rows) * piece.lines;
    }
    return prefetch;
  }

 private:
  static constexpr size_t kMostLines = 4096;  // 256 KiB
  static constexpr size_t kMostDone = 256;    // pieces, before they are forgotten

  struct Piece {
    const float* memory;
    int rows, lines;
    size_t step;
  };

  // Two for every 32 floats begun: an even number, for pairs.
  static int lines(int floats) { return (floats + 2 * kLine - 1) / (2 * kLine) * 2; }
  size_t left_of_piece() const {
    const Piece& piece = pieces_[current_];
    return static_cast<size_t>(piece.rows - row_) * piece.lines;
  }
  void next_piece() {
    asked_ += left_of_piece();
    row_ = 0;
    current_++;
  }

  std::vector<const float*> lines_;
  size_t next_lines_ = 0;
  std::vector<Piece> pieces_;
  size_t current_ = 0;
  size_t asked_ = 0, used_ = 0;
  int row_ = 0;
};

}  // namespace nmt
