// The k largest of a row of gate logits, and the softmax over them. For kernels: everything is of the instruction set that includes it.
#pragma once

#include <cstddef>
#include <cstdint>

#include "isa/vec.h"

namespace nmt::NMT_ISA {
namespace {

inline int least(int a, int b) { return a < b ? a : b; }

inline vf load_part(const float* p, int n) { return n == W ? vload(p) : vload_n(p, n); }

// Columns of the k largest of a row, best first, ties to the lower column.
inline void largest(const float* row, int width, int k, int32_t* columns) {
  const auto offer = [&](int column) {
    int place = least(column, k);
    if (place == k && !(row[column] > row[columns[k - 1]])) return;
    if (place == k) place--;
    while (place > 0 && row[column] > row[columns[place - 1]]) {
      columns[place] = columns[place - 1];
      place--;
    }
    columns[place] = column;
  };
  int column = 0;
  for (; column < k; column++) offer(column);
  for (; column + W <= width; column += W) {
    if (!(hmax(vload(row + column)) > row[columns[k - 1]])) continue;
    for (int i = 0; i < W; i++) offer(column + i);
  }
  for (; column < width; column++) offer(column);
}

// gates [k]: softmax over the given columns of a row, the best of them first.
inline void softmax_of(const float* row, const int32_t* columns, int k, float* gates) {
  const float best = row[columns[0]];
  for (int j = 0; j < k; j++) gates[j] = row[columns[j]] - best;
  float sum = 0;
  for (int j = 0; j < k; j += W) {
    const int n = least(W, k - j);
    vstore_n(gates + j, vexp(load_part(gates + j, n)), n);
    for (int i = j; i < j + n; i++) sum += gates[i];
  }
  for (int j = 0; j < k; j++) gates[j] /= sum;
}

}  // namespace
}  // namespace nmt::NMT_ISA
