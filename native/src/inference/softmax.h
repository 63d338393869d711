// The softmax over the vocabulary: the best next pieces of each row, all of them, or given ones.
#pragma once

#include <cstdint>

#include "inference/linear.h"

namespace nmt {

// Rows that the softmax reads, [rows][width], and its layer, which may cover few of the vocabulary's pieces.
struct SoftmaxRows {
  const Linear& layer;
  const float* hidden;
  int rows;
  const int32_t* pieces;  // [layer's outputs] the piece of each output, ascending; null where they are the vocabulary
};

// The `count` best pieces of each row, best first, ties to the lower id: [rows][count], log-probabilities being natural logarithms.
void best_pieces(Run& run, const SoftmaxRows& rows, int count, int32_t* ids, float* log_probabilities);

// Log-probabilities of all pieces, [rows][vocabulary]; −∞ for those that the layer doesn't cover.
void all_pieces(Run& run, const SoftmaxRows& rows, int vocabulary, float* log_probabilities);

// The log-probability of one given output of each row, [rows].
void given_pieces(Run& run, const SoftmaxRows& rows, const int32_t* pieces, float* log_probabilities);

}  // namespace nmt
