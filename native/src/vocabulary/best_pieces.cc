// Threads take blocks of the vocabulary. A row's results are put together from all blocks in order, so they have the same
// bits whatever the number of threads and the other rows.
#include "vocabulary/best_pieces.h"

#include <algorithm>
#include <vector>

#include "gemm/matrix_product.h"
#include "gemm/packed.h"
#include "memory/aligned.h"
#include "vocabulary/best_list.h"
#include "vocabulary/best_pieces_kernels.h"

namespace nmt {

namespace {

constexpr int kBlock = 64;           // about so many pieces are a block, in whole panels
constexpr double kLittle = 1 << 18;  // multiply-adds that stay on the calling thread

// The logits of all rows, block by block of the vocabulary, and what each block leaves.
class Logits {
 public:
  Logits(const Projection& p, Scratch& scratch)
      : p_(p),
        product_(matrix_product(Precision::f32, false, false, p.rows, p.vocabulary, p.width, p.hidden, p.width, nullptr,
                                0, nullptr, 0, false, p.bias)),
        columns_(ceil_div(kBlock, product_.tile.columns) * product_.tile.columns),
        blocks_(ceil_div(p.vocabulary, columns_)) {
    const size_t results = static_cast<size_t>(p.rows) * blocks_;
    const size_t left = static_cast<size_t>(p.rows) * product_.elements();
    left_ = scratch.reserve(left + 2 * results);
    results_ = {blocks_, left_ + left, left_ + left + results};
  }

  // Calls task(thread, row, logits, first, count, largest) for each row of each block of pieces [first, first + count),
  // on each thread in ascending order of blocks.
  template <class Task>
  void each(ThreadGroup& group, Task&& task) {
    if (static_cast<double>(p_.rows) * p_.width * p_.vocabulary < kLittle) {
      pack_all_rows(product_, left_, Member{});
      for (int block = 0; block < blocks_; block++) each_row(0, block, task);
      return;
    }
    group.run([&](Member member) {
      pack_all_rows(product_, left_, member);
      group.barrier();
      const Range mine = member.share(blocks_);
      for (int block = mine.begin; block < mine.end; block++) each_row(member.thread, block, task);
    });
  }

  // log Σ e^logit of a row, over all blocks.
  double normaliser(int row) const { return kernels_.normaliser(results_, row); }

 private:
  template <class Task>
  void each_row(int thread, int block, Task&& task) {
    static thread_local Scratch scratch;
    const int first = block * columns_, count = least(columns_, p_.vocabulary - first);
    float* logits = scratch.reserve(static_cast<size_t>(p_.rows) * columns_);
    MatrixProduct part = product_;
    part.n = count;
    part.c = logits;
    part.ldc = columns_;
    part.bias = p_.bias + first;
    const float* panels = packed_panels(p_.weights) + static_cast<size_t>(first) * product_.elements();
    multiply_columns(part, left_, {0, part.column_panels()}, panels);
    for (int row = 0; row < p_.rows; row++) {
      const float* mine = logits + static_cast<size_t>(row) * columns_;
      const size_t at = static_cast<size_t>(row) * blocks_ + block;
      results_.total[at] = kernels_.total(mine, count, &results_.largest[at]);
      task(thread, row, mine, first, count, results_.largest[at]);
    }
  }

  const Projection& p_;
  const BestPiecesKernels& kernels_ = best_pieces_kernels();
  MatrixProduct product_;
  int columns_;  // of a block
  int blocks_;
  float* left_;  // packed hidden rows
  BlockResults results_;
};

Scratch& calls_scratch() {
  static thread_local Scratch scratch;
  return scratch;
}

}  // namespace

void best_pieces(ThreadGroup& group, const Projection& p, int k, int32_t* ids, float* log_probabilities) {
  Logits logits(p, calls_scratch());
  const size_t rows = static_cast<size_t>(p.rows), most = static_cast<size_t>(k);
  const size_t threads = static_cast<size_t>(group.threads());
  std::vector<Candidate> candidates(threads * rows * most);
  std::vector<BestList> lists;
  for (size_t i = 0; i < threads * rows; i++) lists.emplace_back(candidates.data() + i * most, k);

  logits.each(group, [&](int thread, int row, const float* values, int first, int count, float largest) {
    BestList& list = lists[static_cast<size_t>(thread) * rows + row];
    if (list.full() && !(largest > list.threshold())) return;
    for (int i = 0; i < count; i++) list.add(values[i], first + i);
  });

  std::vector<Candidate> merged;
  for (size_t row = 0; row < rows; row++) {
    merged.clear();
    for (size_t thread = 0; thread < threads; thread++) {
      const BestList& list = lists[thread * rows + row];
      merged.insert(merged.end(), list.begin(), list.end());
    }
    std::partial_sort(merged.begin(), merged.begin() + k, merged.end(), better);
    const double normaliser = logits.normaliser(static_cast<int>(row));
    for (size_t i = 0; i < most; i++) {
      ids[row * most + i] = merged[i].id;
      log_probabilities[row * most + i] = static_cast<float>(merged[i].logit - normaliser);
    }
  }
}

void log_probabilities(ThreadGroup& group, const Projection& p, const int32_t* targets, float* out) {
  Logits logits(p, calls_scratch());
  logits.each(group, [&](int, int row, const float* values, int first, int count, float) {
    const int target = targets[row] - first;
    if (target >= 0 && target < count) out[row] = values[target];
  });
  for (int row = 0; row < p.rows; row++) out[row] = static_cast<float>(out[row] - logits.normaliser(row));
}

}  // namespace nmt
