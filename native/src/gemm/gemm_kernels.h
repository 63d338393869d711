// What the matrix product needs of an instruction set: packing into panels, and products of packed panels.
//
// A panel holds a few rows of the left matrix or columns of the right one, k-major: [elements][width]. An element is 32
// bits: one float (for bf16 a rounded one), or with bf16 instructions two consecutive k as bf16, the lower k in the low half.
// Left panels may hold groups of elements, [elements / group][width][group]; the last group is filled up with zeros on both
// sides, and every part of a panel begins with a group.
#pragma once

#include <climits>
#include <cstddef>

#include "isa/family.h"
#include "memory/sizes.h"

namespace nmt {

// A row of zeros, long enough for a micro-tile: what sums start from where nothing is added.
extern const float kZeros[64];

// Memory to bring into the second cache while a product runs: at every so many elements the cache line at `memory`, and
// the one `pair` floats on, and if `second` isn't 0 the same two so many floats on; which then moves by `step`, and after
// each `run` by `jump` more. What the next products read
// comes in while this one computes, evenly: asked for faster than memory gives it, it would hold up the product.
struct Prefetch {
  const float* memory = kZeros;
  size_t step = 0;
  int every = INT_MAX;
  size_t pair = 0;
  int run = INT_MAX;
  size_t jump = 0;
  size_t second = 0;
};

// out[rows][columns] = initial + left · right; with scales initial - row_scales[i] · column_scales[j] · (left · right)[i][j].
struct MicroTile {
  int elements;          // along k
  int columns;           // 1 … the micro-tile's columns
  const float* left;     // panel [elements][rows]
  const float* right;    // panel [elements][the micro-tile's columns]; or the right matrix as it is, [k][right_step]
  const float* initial;  // [rows][initial_step]; step 0 for one row, such as kZeros or a bias; may be `out`
  size_t initial_step;
  float* out;  // [rows][out_step]
  size_t out_step;
  size_t right_step = 0;    // 0 for a panel
  int k = 0;                // rows of the right matrix as it is
  float* packed = nullptr;  // where to leave a panel of the right matrix as it is, or null
  Prefetch prefetch = {};
  const float* row_scales = nullptr;
  const float* column_scales = nullptr;
  // Sums that the product goes on from, or null for 0; and where to leave them instead of giving a result, or null. Both
  // [the most rows of a micro-tile][its columns], of which rows and columns that aren't the product's hold anything.
  const float* sums = nullptr;
  float* sums_out = nullptr;
};

using MicroKernel = void (*)(const MicroTile&);

// Packs `width` lines of `k` floats into panel [elements][stride] of a right side, or of a left side, where `stride` is
// `width`; columns from `width` to `stride` become 0.
using Pack = void (*)(const float* source, size_t source_step, int width, int stride, int k, float* panel);

// Packs a right side [k][columns] into panels `panel_step` floats apart, line by line, as it lies in memory.
using PackAcross = void (*)(const float* source, size_t source_step, int columns, int k, float* panels,
                            size_t panel_step);

constexpr int kMostTileRows = 32;
// The largest group.
constexpr int kMostGroup = 16;

// Kernels of one element type. With groups a left panel is read some rows beyond its end: up to kMostGroup lines of the cache.
struct ElementKernels {
  int depth;                                   // k per element
  int group;                                   // elements that lie together
  int rows;                                    // most rows of a micro-tile
  int row_grain;                               // rows are best cut into multiples of this
  Pack pack_left_lines, pack_right_lines;      // source [width][k]
  Pack pack_left_columns, pack_right_columns;  // source [k][width]
  PackAcross pack_right_across;
  MicroKernel product[kMostTileRows + 1];  // by number of rows

  // k of a group.
  int grain() const { return depth * group; }
  // Elements of a panel.
  int elements(int k) const { return (k + grain() - 1) / grain() * group; }
};

// Part `part` of `parts` of bringing a panel [elements][width]. Nothing where tiles multiply: they read panels from end to end,
// which the processor foresees, and asking would keep their loads waiting.
inline Prefetch prefetch_of(const ElementKernels& kernels, const float* panel, int elements, int width, int part, int parts) {
  if (kernels.group > 1) return {};
  const float* own = panel + static_cast<size_t>(elements) * width / parts * part / kLine * kLine;
  // A line at a time, as often as it takes, or two.
  if (width <= kLine * parts) return {own, kLine, kLine * parts / width};
  const size_t step = (width + parts - 1) / parts;
  return {own, step, 1, kLine};
}

// Part `part` of `parts` of some floats that lie together, evenly over a product of so many elements: up to four lines for each.
inline Prefetch prefetch_part(const float* memory, size_t floats, int part, int parts, int elements) {
  const size_t count = (floats + kLine - 1) / kLine, each = (count + parts - 1) / parts, first = each * part;
  const size_t lines = first < count ? (count - first < each ? count - first : each) : 0;
  if (lines == 0 || elements == 0) return {};
  const float* const own = memory + first * kLine;
  const size_t pairs = 2 * static_cast<size_t>(elements);
  if (lines > pairs) return {own, 4 * kLine, 1, kLine, INT_MAX, 0, 2 * kLine};
  return {own, 2 * kLine, static_cast<int>(pairs / lines), kLine};
}

struct GemmKernels {
  int columns;  // columns of a micro-tile
  ElementKernels f32;
  ElementKernels bf16;
};

NMT_DECLARE_KERNELS_WITH_AMX(GemmKernels, gemm)
#if defined(NMT_WITH_AMX)
extern const ElementKernels gemm_tiles;  // for micro-tiles of kTileColumns columns, as those of avx512
#endif
constexpr int kTileColumns = 32;

}  // namespace nmt
