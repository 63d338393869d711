// Each chunk: logits by one product, losses and gradients of the logits row by row, then the two products backward.
#include "vocabulary/cross_entropy.h"

#include <algorithm>
#include <vector>

#include "memory/aligned.h"
#include "vocabulary/cross_entropy_kernels.h"

namespace nmt {

namespace {

constexpr int kChunkRows = 640;  // enough for the products to run at full speed
constexpr int kBlockRows = 16;   // rows whose bias gradient is summed before it is added to the total

int ceil_div(int a, int b) { return (a + b - 1) / b; }

// Row length of the logits in memory: whole cache lines, and no power of two, whose rows would share cache sets.
int padded(int vocabulary) {
  const int stride = ceil_div(vocabulary, 16) * 16;
  return stride % 1024 == 0 ? stride + 16 : stride;
}

}  // namespace

LossSums cross_entropy(Team& team, Precision precision, const CrossEntropy& c, const CrossEntropyGradients* gradients) {
  static thread_local Scratch logit_scratch, sum_scratch;
  const CrossEntropyKernels& kernels = cross_entropy_kernels();
  const int chunks = ceil_div(c.positions, kChunkRows);
  const int stride = padded(c.vocabulary);
  std::vector<RowLoss> losses(static_cast<size_t>(c.positions));
  if (gradients != nullptr) std::fill_n(gradients->bias, c.vocabulary, 0.0f);

  for (int chunk = 0; chunk < chunks; chunk++) {
    const Range range = split(c.positions, chunk, chunks, kBlockRows);
    const int rows = range.size(), blocks = ceil_div(rows, kBlockRows);
    const float* hidden = c.hidden + static_cast<size_t>(range.begin) * c.width;
    float* logits = logit_scratch.reserve(static_cast<size_t>(rows) * stride);
    gemm(team, precision, false, true, rows, c.vocabulary, c.width, hidden, c.width, c.weights, c.width, logits, stride,
         false);

    float* sums = gradients == nullptr ? nullptr : sum_scratch.reserve(static_cast<size_t>(blocks) * stride);
    const CrossEntropyRows all = {logits,       static_cast<size_t>(stride), c.bias, c.targets + range.begin,
                                  c.vocabulary, c.smoothing};
    RowLoss* out = losses.data() + range.begin;
    team.parallel_dynamic(blocks, [&](int block) {
      const int row = block * kBlockRows, count = std::min(kBlockRows, rows - row);
      if (gradients == nullptr) kernels.losses(all, row, count, out);
      else kernels.gradients(all, row, count, out, sums + static_cast<size_t>(block) * stride);
    });
    if (gradients == nullptr) continue;

    gemm(team, precision, false, false, rows, c.width, c.vocabulary, logits, stride, c.weights, c.width,
         gradients->hidden + static_cast<size_t>(range.begin) * c.width, c.width, false);
    gemm(team, precision, true, false, c.vocabulary, c.width, rows, logits, stride, hidden, c.width, gradients->weights,
         c.width, chunk > 0);
    team.run([&](int thread, int threads) {
      const Range mine = split(c.vocabulary, thread, threads, 16);
      kernels.add_rows(sums, blocks, static_cast<size_t>(stride), mine.begin, mine.end, gradients->bias);
    });
  }

  LossSums total = {0, 0};
  for (const RowLoss& loss : losses) {
    total.smoothed += loss.smoothed;
    total.nll += loss.nll;
  }
  return total;
}

}  // namespace nmt
