// The most probable pieces of each row, or the log-probability of given ones. The logits never reach main memory.
#pragma once

#include "threads/team.h"
#include "vocabulary/best_pieces_kernels.h"

namespace nmt {

// ids, log_probabilities [rows, k]: best first, equal logits in ascending id order; 1 ≤ k ≤ vocabulary.
void best_pieces(Team& team, const Projection&, int k, int32_t* ids, float* log_probabilities);

// log P(targets[row]) of each row: [rows].
void log_probabilities(Team& team, const Projection&, const int32_t* targets, float* out);

}  // namespace nmt
