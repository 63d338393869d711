// Attention of one group: the queries of a sentence over the keys of the same sentence.
#pragma once

#include <cstddef>
#include <cstdint>

#include "isa/family.h"

namespace nmt {

// Group g is rows[offsets[g] … offsets[g + 1]).
struct RowGroups {
  const int32_t* rows;
  const int32_t* offsets;

  const int32_t* begin(int group) const { return rows + offsets[group]; }
  int size(int group) const { return offsets[group + 1] - offsets[group]; }
};

// What a given alignment costs: cross-entropy of the weights, or half the squared distance from them.
enum class GuideCost { kCrossEntropy, kSquares };

// Given alignments: query q, in the order of the groups, should look at its group's keys keys[offsets[q] … offsets[q + 1])
// with equal weights. One without keys is free.
struct AttentionGuide {
  const int32_t* offsets;  // [query rows of the groups + 1]
  const int32_t* keys;     // places in the group, each at most once for a query
  GuideCost cost;
};

struct Attention {
  const float* queries;  // [query rows, hidden]
  const float* keys;     // [key rows, hidden]
  const float* values;   // [key rows, value_width]
  const float* energy;   // [hidden]; null for dot-product scores
  RowGroups query_rows;
  RowGroups key_rows;
  const size_t* weight_offsets;  // [groups + 1]: where each group's weights [queries, keys] begin
  int hidden;
  int value_width;
  const AttentionGuide* guide;  // null where there is none
};

// Gradients, of the operands of the same names.
struct AttentionGradients {
  float* queries;
  float* keys;
  float* values;
  float* energy;  // [groups, hidden]: each group's share
};

// Both write only the rows of their group, so groups can run on any thread in any order. With a guide, `forward` gives the
// sum of its queries' costs, and `backward` adds the gradient of `guide_scale` times that.
struct AttentionKernels {
  double (*forward)(const Attention&, int group, float* context, float* weights);
  void (*backward)(const Attention&, int group, const float* weights, const float* context_gradient, float guide_scale,
                   const AttentionGradients&);
};

NMT_DECLARE_KERNELS(AttentionKernels, attention)

}  // namespace nmt
