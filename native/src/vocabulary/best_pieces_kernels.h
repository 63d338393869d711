// Logits of rows over a block of the vocabulary, and what decoding keeps of them.
#pragma once

#include <cstdint>

#include "isa/family.h"

namespace nmt {

struct Projection {
  const float* hidden;   // [rows, width]
  const float* weights;  // [vocabulary, width]
  const float* bias;     // [vocabulary]
  int rows;
  int width;
  int vocabulary;
};

struct Candidate {
  float logit;
  int32_t id;
};

// The order of candidates: higher logit first, then lower id.
inline bool better(const Candidate& a, const Candidate& b) {
  return a.logit != b.logit ? a.logit > b.logit : a.id < b.id;
}

// The best `most` candidates seen of one row: a heap whose root is the worst of them.
struct BestList {
  Candidate* heap;
  int count;
};

// What blocks leave for each row.
struct BlockResults {
  int blocks;
  float* largest;  // [rows, blocks] largest logit
  float* total;    // [rows, blocks] Σ e^(logit - largest)
};

struct BestPiecesKernels {
  // Pieces [begin, end) of block `block`, every row. With `lists`, keeps the best `most`; with `targets`, keeps the
  // target's logit.
  void (*block)(const Projection&, int block, int begin, int end, const BlockResults&, BestList* lists, int most,
                const int32_t* targets, float* target_logits);
  // log Σ e^logit of a row, from its blocks in order.
  double (*normaliser)(const BlockResults&, int row);
};

NMT_DECLARE_KERNELS(BestPiecesKernels, best_pieces)

}  // namespace nmt
