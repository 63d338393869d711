// The softmax over the vocabulary: the best next pieces of each row, all of them, or given ones.
#pragma once

#include <cstdint>
#include <vector>

#include "inference/candidates.h"

namespace nmt {

// Rows that the softmax reads, [rows][width], and its layer.
struct SoftmaxRows {
  const Linear& layer;
  const float* hidden;
  int rows;
  const CandidateLists* lists;  // null where each row may have every piece
  const int* sentence;          // [rows], for the lists
};

// The `count` best pieces of each row, best first, ties to the lower id: [rows][count], log-probabilities being natural logarithms.
void best_pieces(Run& run, const SoftmaxRows& rows, int count, int32_t* ids, float* log_probabilities);

// Log-probabilities of all pieces, [rows][vocabulary]; −∞ for those that are no candidates.
void all_pieces(Run& run, const SoftmaxRows& rows, int vocabulary, float* log_probabilities);

// The log-probability of one given piece of each row, [rows]; of the whole vocabulary.
void given_pieces(Run& run, const SoftmaxRows& rows, const int32_t* pieces, float* log_probabilities);

}  // namespace nmt
