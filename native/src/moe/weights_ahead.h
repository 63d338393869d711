// Weights that products will read, in the order in which they will, brought into the second cache a little before. They are
// asked for in runs of neighbouring lines, which the processor's own prefetcher continues.
#pragma once

#include <cstddef>
#include <vector>

#include "gemm/gemm_kernels.h"

namespace nmt {

class WeightsAhead {
 public:
  // More weights, after those expected already: `rows` pieces of `floats` each, `step` apart.
  void expect(const float* memory, int rows, int floats, size_t step) {
    if (current_ > kMostDone) {
      pieces_.erase(pieces_.begin(), pieces_.begin() + static_cast<std::ptrdiff_t>(current_));
      current_ = 0;
    }
    const int pairs = (floats + kPair - 1) / kPair;
    if (rows > 0 && pairs > 0) pieces_.push_back({memory, rows, pairs, step});
  }

  // So many floats of weights are being read for the first time.
  void use(int rows, int floats) { used_ += static_cast<size_t>(rows) * ((floats + kPair - 1) / kPair); }

  // What a product of so many elements should bring in; nothing while enough is there.
  Ahead next(int elements) {
    while (current_ < pieces_.size() && asked_ + left_of_piece() <= used_) next_piece();
    if (current_ == pieces_.size() || asked_ > used_ + kMostPairs) return {};
    const Piece& piece = pieces_[current_];
    const size_t run = static_cast<size_t>(piece.pairs) * kPair;
    const Ahead ahead{piece.memory + row_ * piece.step, kPair, kPair / 2, piece.pairs, piece.step - run};
    // Whole rows, so that the next call starts one.
    const int rows = elements / piece.pairs > 0 ? elements / piece.pairs : 1;
    if (row_ + rows >= piece.rows) {
      next_piece();
    } else {
      row_ += rows;
      asked_ += static_cast<size_t>(rows) * piece.pairs;
    }
    return ahead;
  }

 private:
  static constexpr int kPair = 32;          // floats of two cache lines
  static constexpr size_t kMostPairs = 2048;  // 256 KiB
  static constexpr size_t kMostDone = 256;   // pieces, before they are forgotten

  struct Piece {
    const float* memory;
    int rows, pairs;
    size_t step;
  };

  size_t left_of_piece() const {
    const Piece& piece = pieces_[current_];
    return static_cast<size_t>(piece.rows - row_) * piece.pairs;
  }
  void next_piece() {
    asked_ += left_of_piece();
    row_ = 0;
    current_++;
  }

  std::vector<Piece> pieces_;
  size_t current_ = 0;
  size_t asked_ = 0, used_ = 0;
  int row_ = 0;
};

}  // namespace nmt
