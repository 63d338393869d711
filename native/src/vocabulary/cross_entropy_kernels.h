// What cross-entropy does with logits: softmax, a block of the vocabulary at a time, and gradients of the logits.
//
// A block's row holds e^(logit - the block's largest); the row's probabilities are those times a factor for each block.
#pragma once

#include <cstddef>
#include <cstdint>

#include "isa/family.h"

namespace nmt {

// Of each block's rows: [blocks, stride].
struct BlockStatistics {
  int blocks;
  size_t stride;
  float* largest;  // the largest logit; then the factor
  float* total;    // Σ e^(logit - largest)
  float* sum;      // Σ logit

  size_t at(int block, int row) const { return static_cast<size_t>(block) * stride + static_cast<size_t>(row); }
  float factor(int block, int row) const { return largest[at(block, row)]; }
};

// Of each row over the whole vocabulary: [rows].
struct RowStatistics {
  float* largest;
  float* total;
  float* sum;
};

struct CrossEntropyKernels {
  // Logits of one row of a block → exponentials, in place.
  void (*exponentials)(float* row, int columns, float* largest, float* total, float* sum);
  // Rows [begin, end): statistics of the whole row, and each block's factor in place of its largest logit.
  void (*combine)(const BlockStatistics&, int begin, int end, const RowStatistics&);
  // One row's gradients, exponential · factor - rest; also added to the column sums.
  void (*gradients)(const float* exponentials, int columns, float factor, float rest, float* out, float* column_sums);
};

NMT_DECLARE_KERNELS(CrossEntropyKernels, cross_entropy)

}  // namespace nmt
