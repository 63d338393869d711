// The most probable pieces of each row, or the log-probability of given ones. The logits never reach main memory.
#pragma once

#include <cstdint>

#include "threads/thread_group.h"

namespace nmt {

struct Projection {
  const float* hidden;   // [rows, width]
  const float* weights;  // [width, vocabulary], packed in f32 (gemm/packed.h)
  const float* bias;     // [vocabulary]
  int rows;
  int width;
  int vocabulary;
};

// ids, log_probabilities [rows, k]: best first, equal logits in ascending id order; 1 ≤ k ≤ vocabulary.
void best_pieces(ThreadGroup& group, const Projection&, int k, int32_t* ids, float* log_probabilities);

// log P(targets[row]) of each row: [rows].
void log_probabilities(ThreadGroup& group, const Projection&, const int32_t* targets, float* out);

}  // namespace nmt
