// The matrix products inside an expert, for the blocking of gemm/blocked.h: both sides are packed apart, so that a packed
// side can serve several products.
#pragma once

#include "gemm/blocked.h"
#include "gemm/gemm.h"
#include "moe/prefetch_queue.h"

namespace nmt {

// One side of a product: stored line by line, [rows or columns][k], or across, [k][rows or columns].
struct Side {
  const float* data;
  size_t step;
  bool across;
  bool weights = false;  // not in the caches, unless asked for
};

inline Side lines(const float* data, size_t step) { return {data, step, false}; }
inline Side across(const float* data, size_t step) { return {data, step, true}; }
inline Side weights(Side side) { return {side.data, side.step, side.across, true}; }

// Where results go, [m][step], and whether they are added to what is there.
struct Result {
  float* data;
  size_t step;
  bool accumulate = false;
};

// result [m, n] = left [m, k] · right [k, n], or += it; `packed` holds all of the left side.
struct ExpertProduct {
  const GemmKernels& tile;
  const ElementKernels& kernels;
  int m, n, k;
  Side left, right;
  Result result;
  float* packed;

  RowPanels row_panels() const { return RowPanels(m, kernels); }
  int elements() const { return kernels.elements(k); }
  int column_panels() const { return ceil_div(n, tile.columns); }
  bool left_across() const { return left.across; }
  bool right_across() const { return right.across; }

  void pack_left(int row, int count, int from, int to, float* panel) const {
    pack(left, kernels.pack_left_lines, kernels.pack_left_columns, row, count, count, from, to, panel);
  }

  void pack_right(int j, int from, int to, float* panel) const {
    pack(right, kernels.pack_right_lines, kernels.pack_right_columns, j * tile.columns, columns(j), tile.columns, from,
         to, panel);
  }

  RightSource right_source(int j, int from, int to) const {
    return {right.data + first_k(from) * right.step + static_cast<size_t>(j) * tile.columns, right.step,
            depth(from, to)};
  }

  TilePlace place(int row, int j) const {
    const size_t column = static_cast<size_t>(j) * tile.columns;
    float* out = result.data + row * result.step + column;
    if (result.accumulate) return {out, result.step, columns(j), out, result.step};
    return {out, result.step, columns(j), kZeros, 0};
  }

  // The packed panel of some rows, from an element on.
  const float* packed_panel(Range rows, int from) const {
    return packed + static_cast<size_t>(rows.begin) * elements() + static_cast<size_t>(from) * rows.size();
  }

  // Queues the right side in the order in which panels of columns use it. Where these lie side by side in memory, some
  // are asked for together: neighbouring lines come faster.
  void queue_right(PrefetchQueue& queue) const {
    constexpr int kTogether = 4;
    const int together = right.across ? kTogether * tile.columns : tile.columns;
    for (int from = 0; from < elements(); from += kBlockElements) {
      const int length = depth(from, least(from + kBlockElements, elements()));
      for (int j = 0; j < n; j += together) {
        const int count = least(together, n - j);
        if (right.across) queue.add(right.data + first_k(from) * right.step + j, length, count, right.step);
        else queue.add(right.data + j * right.step + first_k(from), count, length, right.step);
      }
    }
  }

  void use_right(PrefetchQueue& queue, int j, int from, int to) const {
    if (right.across) queue.use(depth(from, to), columns(j));
    else queue.use(columns(j), depth(from, to));
  }

 private:
  int columns(int j) const { return least(tile.columns, n - j * tile.columns); }
  size_t first_k(int from) const { return static_cast<size_t>(from) * kernels.depth; }
  int depth(int from, int to) const { return least(to * kernels.depth, k) - from * kernels.depth; }

  void pack(const Side& side, Pack pack_lines, Pack pack_columns, int first, int count, int stride, int from, int to,
            float* panel) const {
    const int length = depth(from, to);
    if (side.across) {
      pack_columns(side.data + first_k(from) * side.step + first, side.step, count, stride, length, panel);
    } else {
      pack_lines(side.data + first * side.step + first_k(from), side.step, count, stride, length, panel);
    }
  }
};

// One of the threads that compute an expert together, or the only one. Each does its share of every step.
class ExpertWorker {
 public:
  // So few rows use a line of weights sooner than memory brings the next.
  int few_rows() const { return 64; }
  const ElementKernels& kernels() const { return kernels_; }

  // Alone.
  ExpertWorker(Precision precision, PrefetchQueue& queue) : ExpertWorker(precision, nullptr, Member{}) { queue_ = &queue; }
  ExpertWorker(Precision precision, ThreadGroup* group, Member member)
      : tile_(gemm_kernels()),
        kernels_(precision == Precision::bf16 ? tile_.bf16 : tile_.f32),
        group_(group),
        member_(member) {}

  bool alone() const { return group_ == nullptr; }
  bool first() const { return member_.thread == 0; }
  // This thread's part of [0, count).
  Range share(int count, int grain = 1) const { return member_.share(count, grain); }

  // Waits for the other threads.
  void barrier() const {
    if (group_ != nullptr) group_->barrier();
  }

  // How many k an unbroken sum of products runs over.
  int sum_length() const { return kBlockElements * kernels_.depth; }

  ExpertProduct product(int m, int n, int k, Side left, Side right, Result result, float* packed) const {
    return {tile_, kernels_, m, n, k, left, right, result, packed};
  }

  // Queues a product's weights to be prefetched, after those queued before.
  void queue_weights(const ExpertProduct& p) const {
    if (queue_ == nullptr) return;
    if (by_lines(p)) queue_->add_lines(p.right.data);
    else p.queue_right(*queue_);
  }

  // The same of weights in lines, which one product after another reads.
  void queue_lines(const float* matrix, int lines, int length) const {
    if (queue_ != nullptr) queue_->add(matrix, lines, length, static_cast<size_t>(length));
  }

  // The matrix after this one among those read line by line; see PrefetchQueue.
  void queue_lines_in_turn(const float* matrix) const {
    if (queue_ != nullptr) queue_->add_lines(matrix);
  }
  const float* lines_after(const float* matrix) const { return queue_ == nullptr ? nullptr : queue_->after(matrix); }

  Precision precision() const { return &kernels_ == &tile_.bf16 ? Precision::bf16 : Precision::f32; }

  void pack_left(const ExpertProduct& p) const { pack_all_rows(p, p.packed, member_); }
  void pack_right(const ExpertProduct& p, float* packed) const { pack_all_columns(p, packed, member_); }

  // Once the left side is packed: results by panels of columns or, where few rows need a matrix that isn't in the caches, by lines of
  // this matrix, as it lies in memory.
  void multiply(const ExpertProduct& p) const {
    if (by_lines(p)) multiply_by_lines(p);
    else multiply_by_columns(p);
  }

  // Once the left side is packed: results by panels of columns, of which each is packed by its first product. All rows'
  // panels together are few enough to stay in the second cache.
  void multiply_by_columns(const ExpertProduct& p) const {
    const RowPanels panels = p.row_panels();
    const Range own = share(p.column_panels());
    const int elements = p.elements();
    float* right = block_scratch().reserve(static_cast<size_t>(tile_.columns) * least(elements, kBlockElements));
    for (int from = 0; from < elements; from += kBlockElements) {
      const int to = least(from + kBlockElements, elements);
      for (int j = own.begin; j < own.end; j++) {
        if (p.right.weights && queue_ != nullptr) p.use_right(*queue_, j, from, to);
        for (int i = 0; i < panels.count(); i++) {
          const float* left = p.packed_panel(panels[i], from);
          if (i == 0 && p.right_across()) {
            float* packed = panels.count() > 1 ? right : nullptr;
            multiply_source(p, panels[i], j, from, to, left, packed, next_weights(to - from, panels.count()));
            continue;
          }
          if (i == 0) p.pack_right(j, from, to, right);
          multiply_tile(p, panels[i], j, from, to, left, right, next_weights(to - from, panels.count()));
        }
      }
    }
  }

  // The same bits: sums of a few elements at a time, for all columns, in memory that stays in the caches. While some lines are
  // used the next ones are asked for, evenly, and the first lines of the matrix after this one with the last of it.
  void multiply_by_lines(const ExpertProduct& p) const {
    const RowPanels panels = p.row_panels();
    const Range own_columns = share(p.column_panels());
    const int elements = p.elements();
    // Pairs of lines are made once: lines of a matrix fall into the same sets of the first cache.
    const bool packs_lines = kernels_.depth > 1;
    const int grain = kernels_.group, line = p.n * kernels_.depth;
    const int together = grain > 1 ? kTilesTogether : least(kBlockElements, kLineFloats / line + kFewestLines);
    const float* const after = lines_after(p.right.data);
    const size_t tile_sums = static_cast<size_t>(kernels_.rows) * tile_.columns;
    const size_t panel = static_cast<size_t>(together) * tile_.columns;
    const size_t lines = packs_lines ? own_columns.size() * panel : panel;
    float* const packed = block_scratch().reserve(lines + tile_sums * own_columns.size() * panels.count());
    float* const all_sums = packed + lines;
    for (int block = 0; block < elements; block += kBlockElements) {
      const int end = least(block + kBlockElements, elements);
      for (int from = block; from < end; from += together) {
        const int to = least(from + together, end);
        const float* const next = grain > 1 ? nullptr : to == elements ? after : p.right.data + static_cast<size_t>(to) * line;
        const size_t asked = static_cast<size_t>(to == elements ? together : least(together, elements - to)) * line;
        if (packs_lines && own_columns.size() > 0) {
          const RightSource source = p.right_source(own_columns.begin, from, to);
          kernels_.pack_right_across(source.data, source.step, columns(p).size(), source.k, packed, panel);
        }
        for (int j = own_columns.begin; j < own_columns.end; j++) {
          const RightSource source = p.right_source(j, from, to);
          const float* right = packs_lines ? packed + (j - own_columns.begin) * panel : packed;
          for (int i = 0; i < panels.count(); i++) {
            const Range rows = panels[i];
            MicroTile tile = micro_tile(p, rows.begin, j, block, block + to - from, p.packed_panel(rows, from), right);
            if (!packs_lines && i == 0) {
              tile.right = source.data;
              tile.right_step = source.step;
              tile.k = source.k;
              tile.packed = panels.count() > 1 ? packed : nullptr;
            }
            float* const sums =
                all_sums + (static_cast<size_t>(j - own_columns.begin) * panels.count() + i) * tile_sums;
            if (next != nullptr) {
              const int part = (j - own_columns.begin) * panels.count() + i;
              tile.prefetch = prefetch_part(next, asked, part, own_columns.size() * panels.count(), to - from);
            }
            if (from > block) tile.sums = sums;
            if (to < end) tile.sums_out = sums;
            kernels_.product[rows.size()](tile);
          }
        }
      }
    }
  }

  // Once both sides are packed: results along their rows, which memory likes better where they are many and k is small.
  void multiply_along_rows(const ExpertProduct& p, const float* right) const {
    const RowPanels panels = p.row_panels();
    const Range own = share(panels.count());
    const int elements = p.elements();
    for (int from = 0; from < elements; from += kBlockElements) {
      const int to = least(from + kBlockElements, elements);
      for (int i = own.begin; i < own.end; i++) {
        const Range rows = panels[i];
        const float* left = p.packed_panel(rows, from);
        for (int j = 0; j < p.column_panels(); j++) {
          multiply_tile(p, rows, j, from, to, left, right + (static_cast<size_t>(j) * elements + from) * tile_.columns,
                        next_weights(to - from, kProductsAlongRows));
        }
      }
    }
  }

  // The columns of a result that `multiply` gives to this thread.
  Range columns(const ExpertProduct& p) const {
    const Range own = share(p.column_panels());
    return {own.begin * tile_.columns, least(own.end * tile_.columns, p.n)};
  }

 private:
  bool by_lines(const ExpertProduct& p) const {
    return p.right.weights && p.right_across() && p.right.step == static_cast<size_t>(p.n) && p.m <= few_rows();
  }

  Prefetch next_weights(int elements, int products) const {
    return queue_ == nullptr ? Prefetch{} : queue_->next(elements, products);
  }

  // These read no weights; they prefetch those that come after them at about the pace of the others.
  static constexpr int kProductsAlongRows = 8;
  // Lines that are used, and those that are asked for meanwhile, fit the second cache together with the sums. Tiles want enough
  // of them to be worth loading sums for.
  static constexpr int kLineFloats = 48 * 1024, kFewestLines = 8, kTilesTogether = 64;

  const GemmKernels& tile_;
  const ElementKernels& kernels_;
  ThreadGroup* const group_;
  const Member member_;
  PrefetchQueue* queue_ = nullptr;
};

}  // namespace nmt
