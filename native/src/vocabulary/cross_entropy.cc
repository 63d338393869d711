// A chunk of rows passes three times over blocks of the vocabulary, all products on packed panels (gemm/gemm_kernels.h):
//   1. logits of a block, and their exponentials while they are in the caches;
//   2. once every row's sum is known, gradients of a block's logits: packed for the weights' gradient, which is taken at
//      once, and, in place of the exponentials, for the hidden rows' gradient;
//   3. gradients of the hidden rows, over the blocks in order.
// Threads share out blocks in 1 and 2 and rows in 3, so no sum depends on how many there are.
#include "vocabulary/cross_entropy.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <numeric>
#include <vector>

#include "gemm/blocked.h"
#include "memory/aligned.h"
#include "memory/sizes.h"
#include "optimizer/optimizer_kernels.h"
#include "vocabulary/cross_entropy_kernels.h"

namespace nmt {

namespace {

// Most rows of a chunk, for each k of an element: packed, they fit the second-level cache.
constexpr int kChunkRows = 640;
constexpr size_t kChunkLogits = 16 << 20;  // most logits of a chunk, unless 64 rows have more
constexpr int kBlockColumns = 256;         // pieces of a block

// How the sizes of a problem are cut.
struct Cut {
  const GemmKernels& tile;
  const ElementKernels& product;
  int width;          // of hidden rows
  int block_columns;  // a multiple of the tile's columns
  int blocks;
  int chunks;

  Cut(Precision precision, const CrossEntropy& c)
      : tile(gemm_kernels()),
        product(precision == Precision::bf16 ? tile.bf16 : tile.f32),
        width(c.width),
        block_columns(ceil_div(kBlockColumns, tile.columns) * tile.columns),
        blocks(ceil_div(c.vocabulary, block_columns)) {
    const size_t most = std::max<size_t>(kChunkLogits / area(blocks, block_columns), 64);
    chunks = ceil_div(c.positions, static_cast<int>(std::min<size_t>(most, kChunkRows * product.depth)));
  }

  int elements(int k) const { return product.elements(k); }
  int width_panels() const { return ceil_div(width, tile.columns); }
  int padded_width() const { return width_panels() * tile.columns; }
};

// Work on numbered pieces that threads take as they become free.
class Pieces {
 public:
  template <class Task>
  void each(int count, Task&& task) {
    for (int i; (i = next_.fetch_add(1, std::memory_order_relaxed)) < count;) task(i);
  }

 private:
  std::atomic<int> next_{0};
};

// One chunk of rows. Members are shared by the threads; each phase is called by every thread, with a barrier between.
class Chunk {
 public:
  // `squares` of each block of the weights' gradient are written in the last chunk, and null before.
  Chunk(const Cut& cut, const CrossEntropy& c, const CrossEntropyGradients* gradients, Scratch& scratch, Range rows,
        bool first, double* squares)
      : cut_(cut),
        c_(c),
        gradients_(gradients),
        kernels_(cross_entropy_kernels()),
        rows_(rows),
        first_(first),
        squares_(squares) {
    const size_t stride = static_cast<size_t>(ceil_div(rows.size(), 16) * 16);
    const size_t statistics = static_cast<size_t>(cut.blocks) * stride;
    const size_t left = area(rows.size(), cut.elements(cut.width));
    const size_t right = weights_wanted() ? area(cut.padded_width(), cut.elements(rows.size())) : 0;
    const size_t logits = gradients == nullptr ? 0 : area(cut.blocks * cut.block_columns, rows.size());
    float* at = scratch.reserve(3 * statistics + 4 * stride + left + right + logits + 4 * 16);
    const auto take = [&](size_t floats) {
      float* taken = at;
      at += (floats + 15) / 16 * 16;
      return taken;
    };
    logits_ = take(logits);
    hidden_left_ = take(left);
    hidden_right_ = take(right);
    blocks_ = {cut.blocks, stride, take(statistics), take(statistics), take(statistics)};
    totals_ = {take(stride), take(stride), take(stride)};
    gold_ = take(stride);
  }

  // Packs the hidden rows, for the logits and for the weights' gradient.
  void pack_hidden() {
    const float* hidden = c_.hidden + area(rows_.begin, c_.width);
    const int panels = row_panels(), extra = weights_wanted() ? cut_.width_panels() : 0;
    hidden_pieces_.each(panels + extra, [&](int i) {
      if (i < panels) {
        const Range rows = panel_rows(i);
        cut_.product.pack_left_lines(hidden + area(rows.begin, c_.width), c_.width, rows.size(), rows.size(), c_.width,
                                     hidden_left_ + area(rows.begin, cut_.elements(c_.width)));
      } else {
        const int column = (i - panels) * cut_.tile.columns;
        cut_.product.pack_right_columns(hidden + column, c_.width, std::min(cut_.tile.columns, c_.width - column),
                                        cut_.tile.columns, rows_.size(),
                                        hidden_right_ + area(column, cut_.elements(rows_.size())));
      }
    });
  }

  // Exponentials of the logits, and the statistics of each block.
  void logits() {
    logit_pieces_.each(cut_.blocks, [&](int block) { logits_of_block(block); });
  }

  // Losses of a thread's share of the rows, and what their exponentials lack to be probabilities.
  void losses(Member member, RowLoss* out) {
    const Range mine = member.share(rows_.size(), 16);
    kernels_.combine(blocks_, mine.begin, mine.end, totals_);
    const double smoothing = c_.smoothing;
    for (int r = mine.begin; r < mine.end; r++) {
      const double largest = totals_.largest[r], total = totals_.total[r], sum = totals_.sum[r];
      const double normaliser = largest + std::log(total);
      const double mean = sum / c_.vocabulary;
      out[rows_.begin + r] = {normaliser - (1 - smoothing) * gold_[r] - smoothing * mean, normaliser - gold_[r]};
    }
  }

  // Gradients of weights and bias; the exponentials become panels of the logits' gradients.
  void weight_gradients() {
    weight_pieces_.each(cut_.blocks, [&](int block) { weight_gradients_of_block(block); });
  }

  // Those of a thread's share of the rows, over all blocks. The first product with a panel of weights packs it.
  void hidden_gradients(Member member) {
    static thread_local Scratch weight_scratch;
    const Range panels = member.share(row_panels());
    const int width = cut_.tile.columns;
    float* packed = weight_scratch.reserve(area(cut_.block_columns, width));
    for (int block = 0; block < cut_.blocks; block++) {
      const int begin = first_column(block), elements = cut_.elements(columns(block));
      for (int j = 0; j < cut_.width_panels(); j++) {
        for (int i = panels.begin; i < panels.end; i++) {
          const Range rows = panel_rows(i);
          MicroTile t = onto(gradients_->hidden + area(rows_.begin + rows.begin, c_.width) + j * width, c_.width,
                             std::min(width, c_.width - j * width), block == 0 ? kZeros : nullptr);
          t.elements = elements;
          t.left = block_rows(block) + area(rows.begin, cut_.block_columns);
          t.right = packed;
          if (i == panels.begin) {
            t.right = c_.weights + area(begin, c_.width) + j * width;
            t.right_step = static_cast<size_t>(c_.width);
            t.k = columns(block);
            t.packed = panels.size() > 1 ? packed : nullptr;
          }
          cut_.product.product[rows.size()](t);
        }
      }
    }
  }

 private:
  bool weights_wanted() const { return gradients_ != nullptr && gradients_->weights != nullptr; }

  // Panels of rows start where groups of elements do where rows are summed over. They fit because a tile's rows are a
  // multiple of these.
  int row_panels() const { return ceil_div(rows_.size(), cut_.product.rows); }
  Range panel_rows(int panel) const { return split(rows_.size(), panel, row_panels(), cut_.product.grain()); }
  int first_column(int block) const { return block * cut_.block_columns; }
  int columns(int block) const { return std::min(cut_.block_columns, c_.vocabulary - first_column(block)); }

  // A block's rows [rows, block_columns]: logits, exponentials, then panels of gradients.
  float* block_rows(int block) const { return logits_ + area(rows_.size(), first_column(block)); }

  void logits_of_block(int block) {
    static thread_local Scratch weight_scratch, logit_scratch;
    const int begin = first_column(block), count = columns(block), step = cut_.block_columns;
    const int elements = cut_.elements(c_.width), width = cut_.tile.columns, panels = ceil_div(count, width);
    float* out = gradients_ != nullptr ? block_rows(block) : logit_scratch.reserve(area(rows_.size(), step));
    float* weights = weight_scratch.reserve(area(panels * width, elements));
    for (int j = 0; j < panels; j++) {
      const int lines = std::min(width, count - j * width);
      cut_.product.pack_right_lines(c_.weights + area(begin + j * width, c_.width), c_.width, lines, width, c_.width,
                                    weights + area(j * width, elements));
    }
    const int sums = ceil_div(elements, kBlockElements);
    for (int i = 0; i < row_panels(); i++) {
      const Range rows = panel_rows(i);
      for (int s = 0; s < sums; s++) {
        const Range part = split(elements, s, sums, cut_.product.group);
        for (int j = 0; j < panels; j++) {
          MicroTile t = onto(out + area(rows.begin, step) + j * width, step, std::min(width, count - j * width),
                             s == 0 ? c_.bias + begin + j * width : nullptr);
          t.elements = part.size();
          t.left = hidden_left_ + area(rows.begin, elements) + area(part.begin, rows.size());
          t.right = weights + area(j * width, elements) + area(part.begin, width);
          cut_.product.product[rows.size()](t);
        }
      }
      for (int r = rows.begin; r < rows.end; r++) {
        float* row = out + area(r, step);
        const int target = c_.targets[rows_.begin + r] - begin;
        if (target >= 0 && target < count) gold_[r] = row[target];
        const size_t at = blocks_.at(block, r);
        kernels_.exponentials(row, count, blocks_.largest + at, blocks_.total + at, blocks_.sum + at);
      }
    }
  }

  void weight_gradients_of_block(int block) {
    static thread_local Scratch left_scratch, sum_scratch;
    const int begin = first_column(block), count = columns(block);
    const int elements = cut_.elements(rows_.size()), panels = ceil_div(count, cut_.product.rows);
    float* left = left_scratch.reserve(area(count, elements));
    float* column_sums = sum_scratch.reserve(static_cast<size_t>(count));
    std::fill_n(column_sums, count, 0.0f);
    for (int i = 0; i < row_panels(); i++) pack_gradients(block, panel_rows(i), left, column_sums);
    for (int i = 0; i < count; i++) {
      gradients_->bias[begin + i] = column_sums[i] + (first_ ? 0 : gradients_->bias[begin + i]);
    }
    if (!weights_wanted()) return;
    const int width = cut_.tile.columns, sums = ceil_div(elements, kBlockElements);
    for (int s = 0; s < sums; s++) {
      const Range part = split(elements, s, sums, cut_.product.group);
      for (int j = 0; j < cut_.width_panels(); j++) {
        for (int p = 0; p < panels; p++) {
          const Range pieces = split(count, p, panels, cut_.product.row_grain);
          MicroTile t = onto(gradients_->weights + area(begin + pieces.begin, c_.width) + j * width, c_.width,
                             std::min(width, c_.width - j * width), first_ && s == 0 ? kZeros : nullptr);
          t.elements = part.size();
          t.left = left + area(pieces.begin, elements) + area(part.begin, pieces.size());
          t.right = hidden_right_ + area(j * width, elements) + area(part.begin, width);
          cut_.product.product[pieces.size()](t);
        }
      }
    }
    if (squares_ == nullptr) return;
    squares_[block] = 0;
    const float* written = gradients_->weights + area(begin, c_.width);
    for (int i = 0; i < count; i++)
      squares_[block] += optimizer_kernels().sum_of_squares(written + area(i, c_.width), c_.width);
  }

  // Exponentials of a panel of rows → gradients of the logits: their part of the panels of pieces at `left`, their panel
  // in place, and their share of the column sums.
  void pack_gradients(int block, Range rows, float* left, float* column_sums) {
    static thread_local Scratch row_scratch;
    const int begin = first_column(block), count = columns(block), step = cut_.block_columns;
    const int elements = cut_.elements(rows_.size()), panels = ceil_div(count, cut_.product.rows);
    const float rest = c_.smoothing / static_cast<float>(c_.vocabulary);
    float* converted = row_scratch.reserve(area(cut_.product.rows, step));
    for (int r = rows.begin; r < rows.end; r++) {
      float* row = converted + area(r - rows.begin, step);
      kernels_.gradients(block_rows(block) + area(r, step), count, blocks_.factor(block, r), rest, row, column_sums);
      const int target = c_.targets[rows_.begin + r] - begin;
      if (target < 0 || target >= count) continue;
      row[target] -= 1.0f - c_.smoothing;
      column_sums[target] -= 1.0f - c_.smoothing;
    }
    for (int p = 0; p < panels && weights_wanted(); p++) {
      const Range pieces = split(count, p, panels, cut_.product.row_grain);
      float* panel = left + area(pieces.begin, elements) + area(rows.begin / cut_.product.depth, pieces.size());
      cut_.product.pack_left_columns(converted + pieces.begin, static_cast<size_t>(step), pieces.size(), pieces.size(),
                                     rows.size(), panel);
    }
    cut_.product.pack_left_lines(converted, static_cast<size_t>(step), rows.size(), rows.size(), count,
                                 block_rows(block) + area(rows.begin, step));
  }

  // A product that is added to the row `initial`, or where that is null to what `out` holds.
  static MicroTile onto(float* out, int out_step, int columns, const float* initial) {
    MicroTile t = {};
    t.columns = columns;
    t.initial = initial != nullptr ? initial : out;
    t.initial_step = static_cast<size_t>(initial != nullptr ? 0 : out_step);
    t.out = out;
    t.out_step = static_cast<size_t>(out_step);
    return t;
  }

  const Cut& cut_;
  const CrossEntropy& c_;
  const CrossEntropyGradients* gradients_;
  const CrossEntropyKernels& kernels_;
  const Range rows_;
  const bool first_;
  double* const squares_;

  float* logits_;        // [blocks][rows][block_columns]; without gradients each thread has one block of its own
  float* hidden_left_;   // panels of rows, [width] elements each
  float* hidden_right_;  // panels of columns, [rows] elements each
  BlockStatistics blocks_;
  RowStatistics totals_;
  float* gold_;  // [rows] logit of the target

  Pieces hidden_pieces_, logit_pieces_, weight_pieces_;
};

}  // namespace

LossSums cross_entropy(ThreadGroup& group, Precision precision, const CrossEntropy& c, const CrossEntropyGradients* gradients) {
  static thread_local Scratch scratch;
  const Cut cut(precision, c);
  std::vector<RowLoss> losses(static_cast<size_t>(c.positions));
  std::vector<double> squares(static_cast<size_t>(cut.blocks));
  for (int i = 0; i < cut.chunks; i++) {
    Chunk chunk(cut, c, gradients, scratch, split(c.positions, i, cut.chunks, 2), i == 0,
                i + 1 == cut.chunks ? squares.data() : nullptr);
    group.run([&](Member member) {
      chunk.pack_hidden();
      group.barrier();
      chunk.logits();
      group.barrier();
      chunk.losses(member, losses.data());
      if (gradients == nullptr) return;
      group.barrier();
      chunk.weight_gradients();
      group.barrier();
      chunk.hidden_gradients(member);
    });
  }
  if (cut.chunks == 0 && gradients != nullptr) {
    if (gradients->weights != nullptr) std::fill_n(gradients->weights, area(c.vocabulary, c.width), 0.0f);
    std::fill_n(gradients->bias, c.vocabulary, 0.0f);
  }
  if (gradients != nullptr) *gradients->weights_squares = std::accumulate(squares.begin(), squares.end(), 0.0);
  LossSums total = {0, 0};
  for (const RowLoss& loss : losses) {
    total.smoothed += loss.smoothed;
    total.nll += loss.nll;
  }
  return total;
}

}  // namespace nmt
