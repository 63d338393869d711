// Threads take blocks of the vocabulary; a row's results are put together from all blocks in order, so they have the same
// bits whatever the number of threads and the other rows.
#include "vocabulary/best_pieces.h"

#include <algorithm>
#include <atomic>
#include <vector>

#include "memory/aligned.h"

namespace nmt {

namespace {

constexpr int kBlock = 64;  // pieces whose weights stay in the second cache while the rows pass by

// Calls task(thread, block) for every block, each thread's in ascending order. Little work stays on the calling thread.
template <class Task>
void over_blocks(Team& team, const Projection& p, int blocks, Task&& task) {
  constexpr double kLittle = 1 << 18;  // multiply-adds
  if (static_cast<double>(p.rows) * p.width * p.vocabulary < kLittle) {
    for (int block = 0; block < blocks; block++) task(0, block);
    return;
  }
  std::atomic<int> next{0};
  team.run([&](int thread, int) {
    for (int block; (block = next.fetch_add(1, std::memory_order_relaxed)) < blocks;) task(thread, block);
  });
}

int block_end(const Projection& p, int block) { return std::min(p.vocabulary, (block + 1) * kBlock); }

// Space for every block's results.
BlockResults block_results(Scratch& scratch, const Projection& p) {
  const int blocks = (p.vocabulary + kBlock - 1) / kBlock;
  const size_t size = static_cast<size_t>(p.rows) * static_cast<size_t>(blocks);
  float* floats = scratch.reserve(2 * size);
  return {blocks, floats, floats + size};
}

}  // namespace

void best_pieces(Team& team, const Projection& p, int k, int32_t* ids, float* log_probabilities) {
  static thread_local Scratch scratch;
  const BestPiecesKernels& kernels = best_pieces_kernels();
  const BlockResults results = block_results(scratch, p);
  const size_t rows = static_cast<size_t>(p.rows), most = static_cast<size_t>(k);
  const size_t threads = static_cast<size_t>(team.threads());
  std::vector<Candidate> candidates(threads * rows * most);
  std::vector<BestList> lists(threads * rows);
  for (size_t i = 0; i < lists.size(); i++) lists[i] = {candidates.data() + i * most, 0};

  over_blocks(team, p, results.blocks, [&](int thread, int block) {
    BestList* mine = lists.data() + static_cast<size_t>(thread) * rows;
    kernels.block(p, block, block * kBlock, block_end(p, block), results, mine, k, nullptr, nullptr);
  });

  std::vector<Candidate> merged;
  for (size_t row = 0; row < rows; row++) {
    merged.clear();
    for (size_t thread = 0; thread < threads; thread++) {
      const BestList& list = lists[thread * rows + row];
      merged.insert(merged.end(), list.heap, list.heap + list.count);
    }
    std::partial_sort(merged.begin(), merged.begin() + k, merged.end(), better);
    const double normaliser = kernels.normaliser(results, static_cast<int>(row));
    for (size_t i = 0; i < most; i++) {
      ids[row * most + i] = merged[i].id;
      log_probabilities[row * most + i] = static_cast<float>(merged[i].logit - normaliser);
    }
  }
}

void log_probabilities(Team& team, const Projection& p, const int32_t* targets, float* out) {
  static thread_local Scratch scratch;
  const BestPiecesKernels& kernels = best_pieces_kernels();
  const BlockResults results = block_results(scratch, p);
  over_blocks(team, p, results.blocks, [&](int, int block) {
    kernels.block(p, block, block * kBlock, block_end(p, block), results, nullptr, 0, targets, out);
  });
  for (int row = 0; row < p.rows; row++) out[row] = static_cast<float>(out[row] - kernels.normaliser(results, row));
}

}  // namespace nmt
