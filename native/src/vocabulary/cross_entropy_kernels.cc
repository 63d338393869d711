// A row of logits stays in the first caches for its three passes: maximum and mean, exponentials, scaling.
#include "vocabulary/cross_entropy_kernels.h"

#include <cmath>
#include <cstring>

#include "isa/vec.h"

namespace nmt::NMT_ISA {

namespace {

int lanes_at(int i, int count) { return count - i < W ? count - i : W; }

struct RowStatistics {
  float largest;
  float sum;
};

// logits += bias; their maximum and sum.
RowStatistics add_bias(float* logits, const float* bias, int count) {
  vf largest = vset1(-3.4e38f), sum = vzero();
  int i = 0;
  for (; i + W <= count; i += W) {
    const vf x = vload(logits + i) + vload(bias + i);
    vstore(logits + i, x);
    largest = vmax(largest, x);
    sum = sum + x;
  }
  RowStatistics statistics = {hmax(largest), hsum(sum)};
  for (; i < count; i++) {
    logits[i] += bias[i];
    statistics.largest = logits[i] > statistics.largest ? logits[i] : statistics.largest;
    statistics.sum += logits[i];
  }
  return statistics;
}

// logits → e^(logit - largest) if KEEP; returns their sum.
template <bool KEEP>
float exponentials(float* logits, float largest, int count) {
  const vf shift = vset1(largest);
  vf sums[2] = {vzero(), vzero()};
  int i = 0;
  for (; i + 2 * W <= count; i += 2 * W) {
    for (int u = 0; u < 2; u++) {
      const vf e = vexp(vload(logits + i + u * W) - shift);
      if (KEEP) vstore(logits + i + u * W, e);
      sums[u] = sums[u] + e;
    }
  }
  float rest = 0;
  for (; i < count; i += W) {
    float last[W];
    const int lanes = lanes_at(i, count);
    vstore(last, vexp(vload_n(logits + i, lanes) - shift));
    for (int j = 0; j < lanes; j++) rest += last[j];
    if (KEEP) std::memcpy(logits + i, last, static_cast<size_t>(lanes) * sizeof(float));
  }
  return hsum(sums[0] + sums[1]) + rest;
}

// exponentials → probability - rest; added to (or, for the first row, written to) the column sums.
template <bool FIRST>
void subtract_rest(float* row, float scale, float rest, int count, float* column_sums) {
  const vf factor = vset1(scale), shift = vset1(-rest);
  int i = 0;
  for (; i + W <= count; i += W) {
    const vf g = vfma(vload(row + i), factor, shift);
    vstore(row + i, g);
    vstore(column_sums + i, FIRST ? g : vload(column_sums + i) + g);
  }
  if (i < count) {
    const int lanes = lanes_at(i, count);
    const vf g = vfma(vload_n(row + i, lanes), factor, shift);
    vstore_n(row + i, g, lanes);
    vstore_n(column_sums + i, FIRST ? g : vload_n(column_sums + i, lanes) + g, lanes);
  }
}

RowLoss loss_of(const CrossEntropyRows& c, float gold, const RowStatistics& statistics, float total) {
  const double normaliser = static_cast<double>(statistics.largest) + std::log(static_cast<double>(total));
  const double mean = static_cast<double>(statistics.sum) / c.vocabulary;
  const double smoothing = c.smoothing;
  return {normaliser - (1 - smoothing) * gold - smoothing * mean, normaliser - gold};
}

void losses(const CrossEntropyRows& c, int row, int rows, RowLoss* out) {
  for (int r = row; r < row + rows; r++) {
    float* logits = c.logits + static_cast<size_t>(r) * c.stride;
    const RowStatistics statistics = add_bias(logits, c.bias, c.vocabulary);
    out[r] = loss_of(c, logits[c.targets[r]], statistics, exponentials<false>(logits, statistics.largest, c.vocabulary));
  }
}

void gradients(const CrossEntropyRows& c, int row, int rows, RowLoss* out, float* column_sums) {
  const float rest = c.smoothing / static_cast<float>(c.vocabulary);
  for (int r = row; r < row + rows; r++) {
    float* logits = c.logits + static_cast<size_t>(r) * c.stride;
    const int target = c.targets[r];
    const RowStatistics statistics = add_bias(logits, c.bias, c.vocabulary);
    const float gold = logits[target];
    const float total = exponentials<true>(logits, statistics.largest, c.vocabulary);
    out[r] = loss_of(c, gold, statistics, total);
    if (r == row) subtract_rest<true>(logits, 1.0f / total, rest, c.vocabulary, column_sums);
    else subtract_rest<false>(logits, 1.0f / total, rest, c.vocabulary, column_sums);
    logits[target] -= 1.0f - c.smoothing;
    column_sums[target] -= 1.0f - c.smoothing;
  }
}

void add_rows(const float* rows, int count, size_t width, int begin, int end, float* out) {
  for (int i = begin; i < end; i += W) {
    const int lanes = lanes_at(i, end);
    vf sum = vload_n(out + i, lanes);
    for (int r = 0; r < count; r++) sum = sum + vload_n(rows + static_cast<size_t>(r) * width + i, lanes);
    vstore_n(out + i, sum, lanes);
  }
}

}  // namespace

}  // namespace nmt::NMT_ISA

namespace nmt {

NMT_DEFINE_KERNELS(CrossEntropyKernels, cross_entropy) = {&NMT_ISA::losses, &NMT_ISA::gradients, &NMT_ISA::add_rows};

}  // namespace nmt
