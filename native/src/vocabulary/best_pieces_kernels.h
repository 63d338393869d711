// What decoding keeps of logits.
#pragma once

#include "isa/family.h"

namespace nmt {

// What blocks leave for each row.
struct BlockResults {
  int blocks;
  float* largest;  // [rows, blocks] largest logit
  float* total;    // [rows, blocks] Σ e^(logit - largest)
};

struct BestPiecesKernels {
  // Σ e^(logit - largest) of some logits, and the largest.
  float (*total)(const float* logits, int count, float* largest);
  // log Σ e^logit of a row, from its blocks in order.
  double (*normaliser)(const BlockResults&, int row);
};

NMT_DECLARE_KERNELS(BestPiecesKernels, best_pieces)

}  // namespace nmt
