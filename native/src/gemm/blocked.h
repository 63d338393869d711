// Blocking of a product over caches and threads, for matrices that may lie in pieces.
//
// A product is described by a struct with
//   const GemmKernels& tile;  const ElementKernels& kernels;
//   RowPanels row_panels() const;  int elements() const;  int column_panels() const;
//   bool left_across() const;         // the left side is stored [k][rows]
//   void pack_left(int row, int rows, int from, int to, float* panel) const;   // elements [from, to)
//   bool right_across() const;        // the right side is stored [k][columns]
//   void pack_right(int j, int from, int to, float* panel) const;              // panel of columns j
//   RightSource right_source(int j, int from, int to) const;                   // where that is, if right_across()
//   TilePlace place(int row, int j) const;   // where the results of a panel of columns go, and what they add to
// All panels of rows lie one after the other: the one that starts at `row` begins at left + row · elements. Sums run in
// blocks of kBlockElements along k, so their bits depend on nothing but k. With no elements at all, results are what
// they start from.
#pragma once

#include "gemm/gemm_kernels.h"
#include "memory/aligned.h"
#include "memory/sizes.h"
#include "threads/thread_group.h"

namespace nmt {

// Along k: a panel of columns fits the first-level cache.
constexpr int kBlockElements = 512;
// Elements along k, while packing many panels from a matrix stored across them.
constexpr int kPackStretch = 32;
static_assert(kBlockElements % kMostGroup == 0 && kPackStretch % kMostGroup == 0, "parts of panels begin with a group");

struct RightSource {
  const float* data;
  size_t step;
  int k;
};

struct TilePlace {
  float* out;
  size_t out_step;
  int columns;
  const float* initial;
  size_t initial_step;
};

// Panels of rows, and of columns, that stay in the second cache together: of rows at most so many, and so many rows.
inline int block_row_panels(const ElementKernels& kernels) {
  constexpr int kMost = 16, kRows = 280;
  return least(kMost, kRows / kernels.rows);
}
constexpr int kBlockColumnPanels = 8;

// The calling thread's memory for blocks it packs.
Scratch& block_scratch();

// How rows are cut into panels: evenly, so that none is much smaller than the others. The rows may be those of two
// matrices, one after the other; then no panel has rows of both.
class RowPanels {
 public:
  RowPanels(int rows, const ElementKernels& kernels, int second_rows = 0)
      : rows_(rows),
        second_rows_(second_rows),
        grain_(kernels.row_grain),
        count_(ceil_div(rows, kernels.rows)),
        second_count_(ceil_div(second_rows, kernels.rows)) {}

  int count() const { return count_ + second_count_; }
  Range operator[](int i) const {
    if (i < count_) return split(rows_, i, count_, grain_);
    const Range part = split(second_rows_, i - count_, second_count_, grain_);
    return {rows_ + part.begin, rows_ + part.end};
  }

 private:
  int rows_;
  int second_rows_;
  int grain_;
  int count_;
  int second_count_;
};

template <class Product>
MicroTile micro_tile(const Product& p, int row, int j, int from, int to, const float* left, const float* right) {
  const TilePlace at = p.place(row, j);
  const bool first = from == 0;
  const float* initial = first ? at.initial : at.out;
  const size_t initial_step = first ? at.initial_step : at.out_step;
  return {to - from, at.columns, left, right, initial, initial_step, at.out, at.out_step};
}

// The product of a panel of rows and a packed panel of columns, elements [from, to).
template <class Product>
void multiply_tile(const Product& p, Range rows, int j, int from, int to, const float* left, const float* right,
                   Prefetch prefetch = {}) {
  MicroTile tile = micro_tile(p, rows.begin, j, from, to, left, right);
  tile.prefetch = prefetch;
  p.kernels.product[rows.size()](tile);
}

// The same with the right side as it is; leaves its panel at `packed`, unless that is null.
template <class Product>
void multiply_source(const Product& p, Range rows, int j, int from, int to, const float* left, float* packed,
                     Prefetch prefetch = {}) {
  const RightSource source = p.right_source(j, from, to);
  MicroTile tile = micro_tile(p, rows.begin, j, from, to, left, source.data);
  tile.right_step = source.step;
  tile.k = source.k;
  tile.packed = packed;
  tile.prefetch = prefetch;
  p.kernels.product[rows.size()](tile);
}

// A thread's share of packing all panels of rows: a range of k of each.
template <class Product>
void pack_all_rows(const Product& p, float* left, Member member) {
  const int elements = p.elements();
  const RowPanels panels = p.row_panels();
  const Range part = member.share(elements, 16);
  const int stretch = p.left_across() ? kPackStretch : part.size();
  for (int from = part.begin; from < part.end; from += stretch) {
    const int to = least(from + stretch, part.end);
    for (int i = 0; i < panels.count(); i++) {
      const Range rows = panels[i];
      float* panel = left + static_cast<size_t>(rows.begin) * elements;
      p.pack_left(rows.begin, rows.size(), from, to, panel + static_cast<size_t>(from) * rows.size());
    }
  }
}

// A thread's share of packing all panels of columns: some of the panels.
template <class Product>
void pack_all_columns(const Product& p, float* right, Member member) {
  const int elements = p.elements(), width = p.tile.columns;
  const Range part = member.share(p.column_panels());
  const int stretch = p.right_across() ? kPackStretch : elements;
  for (int from = 0; from < elements; from += stretch) {
    const int to = least(from + stretch, elements);
    for (int j = part.begin; j < part.end; j++) {
      p.pack_right(j, from, to, right + (static_cast<size_t>(j) * elements + from) * width);
    }
  }
}

// A thread's panels of columns, all rows' panels being packed in `left`, and all panels of columns in `packed` unless that
// is null: then the first product with a panel packs it. Meanwhile products prefetch the next panels: packed ones, which are new to
// the caches, in the first block of rows; otherwise those of the next block of rows.
template <class Product>
void multiply_columns(const Product& p, const float* left, Range columns, const float* packed = nullptr) {
  const int elements = p.elements(), width = p.tile.columns;
  const RowPanels panels = p.row_panels();
  const int together = block_row_panels(p.kernels);
  const size_t block = static_cast<size_t>(width) * least(elements, kBlockElements);
  float* right = packed == nullptr ? block_scratch().reserve(kBlockColumnPanels * block) : nullptr;
  const auto left_panel = [&](int i, int from) {
    return left + static_cast<size_t>(panels[i].begin) * elements + static_cast<size_t>(from) * panels[i].size();
  };
  const auto packed_panel = [&](int j, int from) {
    return packed + (static_cast<size_t>(j) * elements + from) * width;
  };
  for (int j0 = columns.begin; j0 < columns.end; j0 += kBlockColumnPanels) {
    const int j1 = least(j0 + kBlockColumnPanels, columns.end);
    for (int from = 0; from == 0 || from < elements; from += kBlockElements) {
      const int to = least(from + kBlockElements, elements);
      for (int i0 = 0; i0 < panels.count(); i0 += together) {
        const int i1 = least(i0 + together, panels.count());
        const bool last_rows = i1 == panels.count();
        const int next_from = !last_rows ? from : to < elements ? to : 0;
        const auto prefetch = [&](int i, int j) {
          if (packed != nullptr && i0 == 0) {
            const float* next = j + 1 < j1      ? packed_panel(j + 1, from)
                                : to < elements ? packed_panel(j0, to)
                                                : packed_panel(j1, 0);
            return prefetch_of(p.kernels, next, to - from, width, i - i0, i1 - i0);
          }
          const int next = last_rows ? i - i0 : least(i + together, panels.count() - 1);
          return prefetch_of(p.kernels, left_panel(next, next_from), to - from, panels[next].size(), j - j0, j1 - j0);
        };
        for (int j = j0; j < j1; j++) {
          float* own = packed == nullptr ? right + (j - j0) * block : nullptr;
          const float* panel = packed == nullptr ? own : packed_panel(j, from);
          for (int i = i0; i < i1; i++) {
            if (packed == nullptr && i == 0) {
              if (p.right_across()) {
                multiply_source(p, panels[i], j, from, to, left_panel(i, from), panels.count() > 1 ? own : nullptr);
                continue;
              }
              p.pack_right(j, from, to, own);
            }
            multiply_tile(p, panels[i], j, from, to, left_panel(i, from), panel, prefetch(i, j));
          }
        }
      }
    }
  }
}

// A thread's rows, all panels of columns being packed in `right`. Products prefetch the next of these.
template <class Product>
void multiply_rows(const Product& p, const float* right, Range mine) {
  if (mine.size() == 0) return;
  const int elements = p.elements(), width = p.tile.columns;
  const RowPanels panels(mine.size(), p.kernels);
  const int together = block_row_panels(p.kernels);
  float* left =
      block_scratch().reserve(static_cast<size_t>(together) * p.kernels.rows * least(elements, kBlockElements));
  const auto rows_of = [&](int i) { return Range{mine.begin + panels[i].begin, mine.begin + panels[i].end}; };
  const auto right_panel = [&](int j, int from) { return right + (static_cast<size_t>(j) * elements + from) * width; };
  for (int i0 = 0; i0 < panels.count(); i0 += together) {
    const int i1 = least(i0 + together, panels.count());
    for (int from = 0; from == 0 || from < elements; from += kBlockElements) {
      const int to = least(from + kBlockElements, elements);
      const auto left_panel = [&](int i) {
        return left + static_cast<size_t>(panels[i].begin - panels[i0].begin) * (to - from);
      };
      for (int i = i0; i < i1; i++) p.pack_left(rows_of(i).begin, rows_of(i).size(), from, to, left_panel(i));
      for (int j = 0; j < p.column_panels(); j++) {
        const bool last = j + 1 == p.column_panels();
        const float* next = right_panel(last ? 0 : j + 1, !last ? from : to < elements ? to : 0);
        for (int i = i0; i < i1; i++) {
          const Prefetch prefetch = prefetch_of(p.kernels, next, to - from, width, i - i0, i1 - i0);
          multiply_tile(p, rows_of(i), j, from, to, left_panel(i), right_panel(j, from), prefetch);
        }
      }
    }
  }
}

}  // namespace nmt
