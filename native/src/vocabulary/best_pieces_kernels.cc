// Dot products of hidden rows with weight rows where they lie: for a few hypotheses, reading the weights is the cost.
#include "vocabulary/best_pieces_kernels.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "attention/row_products.h"
#include "isa/vec.h"
#include "memory/aligned.h"

namespace nmt::NMT_ISA {

namespace {

constexpr int kRowsAtOnce = 2 * kDotRows;  // hidden rows that stay in the first cache

struct Workspace {
  std::vector<const float*> hidden, weights;
  Scratch logits;
};

Workspace& workspace() {
  static thread_local Workspace instance;
  return instance;
}

// Addresses of rows [first, first + count).
const std::vector<const float*>& consecutive_rows(std::vector<const float*>& list, const float* matrix, int width,
                                                  int first, int count) {
  list.resize(static_cast<size_t>(count));
  for (int i = 0; i < count; i++) list[static_cast<size_t>(i)] = matrix + static_cast<long>(first + i) * width;
  return list;
}

// logits += bias; → the largest.
float add_bias(float* logits, const float* bias, int count) {
  vf largest = vset1(-3.4e38f);
  int i = 0;
  for (; i + W <= count; i += W) {
    const vf x = vload(logits + i) + vload(bias + i);
    vstore(logits + i, x);
    largest = vmax(largest, x);
  }
  float result = hmax(largest);
  for (; i < count; i++) {
    logits[i] += bias[i];
    result = std::max(result, logits[i]);
  }
  return result;
}

float sum_of_exponentials(const float* logits, float largest, int count) {
  vf sum = vzero();
  int i = 0;
  for (; i + W <= count; i += W) sum = sum + vexp(vload(logits + i) - vset1(largest));
  float result = hsum(sum);
  if (i < count) {
    float last[W];
    vstore(last, vexp(vload_n(logits + i, count - i) - vset1(largest)));
    for (int j = 0; j < count - i; j++) result += last[j];
  }
  return result;
}

// Pieces come in ascending order of id, so an equal logit never displaces one that is there.
void keep_best(const float* logits, int count, int first_id, BestList& list, int most) {
  for (int i = 0; i < count; i++) {
    if (list.count < most) {
      list.heap[list.count++] = {logits[i], first_id + i};
      std::push_heap(list.heap, list.heap + list.count, better);
    } else if (logits[i] > list.heap[0].logit) {
      std::pop_heap(list.heap, list.heap + most, better);
      list.heap[most - 1] = {logits[i], first_id + i};
      std::push_heap(list.heap, list.heap + most, better);
    }
  }
}

void block(const Projection& p, int index, int begin, int end, const BlockResults& results, BestList* lists, int most,
           const int32_t* targets, float* target_logits) {
  Workspace& work = workspace();
  const int count = end - begin;
  float* logits = work.logits.reserve(static_cast<size_t>(kRowsAtOnce) * count);
  const auto& weights = consecutive_rows(work.weights, p.weights, p.width, begin, count);
  for (int first = 0; first < p.rows; first += kRowsAtOnce) {
    const int rows = std::min(kRowsAtOnce, p.rows - first);
    const auto& hidden = consecutive_rows(work.hidden, p.hidden, p.width, first, rows);
    row_dots(hidden.data(), rows, weights.data(), count, p.width, logits, count);
    for (int i = 0; i < rows; i++) {
      const int row = first + i;
      float* mine = logits + static_cast<long>(i) * count;
      const float largest = add_bias(mine, p.bias + begin, count);
      const long at = static_cast<long>(row) * results.blocks + index;
      results.largest[at] = largest;
      results.total[at] = sum_of_exponentials(mine, largest, count);
      if (lists != nullptr && (lists[row].count < most || largest > lists[row].heap[0].logit)) {
        keep_best(mine, count, begin, lists[row], most);
      }
      const int target = targets == nullptr ? -1 : targets[row] - begin;
      if (target >= 0 && target < count) target_logits[row] = mine[target];
    }
  }
}

double normaliser(const BlockResults& results, int row) {
  const float* largest = results.largest + static_cast<long>(row) * results.blocks;
  const float* total = results.total + static_cast<long>(row) * results.blocks;
  const float top = *std::max_element(largest, largest + results.blocks);
  vf sum = vzero();
  for (int b = 0; b < results.blocks; b += W) {
    const int lanes = std::min(W, results.blocks - b);
    sum = vfma(vexp(vload_n(largest + b, lanes) - vset1(top)), vload_n(total + b, lanes), sum);
  }
  return static_cast<double>(top) + std::log(static_cast<double>(hsum(sum)));
}

constexpr BestPiecesKernels table{&block, &normaliser};

}  // namespace

}  // namespace nmt::NMT_ISA

namespace nmt {

NMT_DEFINE_KERNELS(BestPiecesKernels, best_pieces) = NMT_ISA::table;

}  // namespace nmt
