// Micro-tile products. Each sum is one chain of multiply-adds in the order of k, whatever the tile.
#include "gemm/gemm_kernels.h"

#include "gemm/packing.h"
#include "gemm/prefetcher.h"
#include "isa/vec.h"

namespace nmt::NMT_ISA {

namespace {

#if defined(NMT_ISA_AVX512) || defined(NMT_ISA_AVX512BF16)
constexpr int kRows = 14, kVectors = 2;  // 28 accumulators, 2 of the right panel, 1 broadcast
#elif defined(NMT_ISA_AVX2)
constexpr int kRows = 6, kVectors = 2;  // 12 + 2 + 1 of 16 registers
#elif defined(NMT_ISA_NEON)
constexpr int kRows = 8, kVectors = 3;  // 24 + 3 + 1 of 32
#else
constexpr int kRows = 4, kVectors = 2;  // 8 + 2 + 1 and a product, of 16
#endif
constexpr int kColumns = kVectors * W;
static_assert(kRows <= kMostTileRows);
#if defined(NMT_ISA_AVX512)
static_assert(kColumns == kTileColumns);
#endif

// How much of a row of the tile there is, vector by vector.
struct WholeRow {
  explicit WholeRow(int) {}
  AllLanes operator[](int) const { return {}; }
};
struct PartOfRow {
  int columns;
  explicit PartOfRow(int n) : columns(n) {}
  SomeLanes operator[](int v) const { return {columns <= v * W ? 0 : least(W, columns - v * W)}; }
};

// How far ahead of its use the right side is fetched, in elements. Each line is asked for once: a core that two threads share
// has no instructions to spare.
constexpr int kPrefetch = 16;

template <class Element, int ROWS>
NMT_ALWAYS_INLINE void add_outer_product(vf (&sum)[ROWS][kVectors], const float* left, const vf (&right)[kVectors]) {
#pragma GCC unroll 16
  for (int i = 0; i < ROWS; i++) {
    const vf a = vset1(left[i]);
#pragma GCC unroll 4
    for (int v = 0; v < kVectors; v++) sum[i][v] = Element::multiply_add(a, right[v], sum[i][v]);
  }
}

// The right side is a panel.
template <class Element, int ROWS>
NMT_ALWAYS_INLINE void accumulate_packed(vf (&sum)[ROWS][kVectors], const MicroTile& tile) {
  const float* left = tile.left;
  const float* panel = tile.right;
  Prefetcher prefetcher(tile.prefetch);
#pragma GCC unroll 4
  for (int e = 0; e < tile.elements; e++) {
    vf right[kVectors];
#pragma GCC unroll 4
    for (int v = 0; v < kVectors; v++) {
      right[v] = vload(panel + v * W);
      if (v * W % kLine == 0) __builtin_prefetch(panel + kPrefetch * kColumns + v * W);
    }
    prefetcher.next();
    add_outer_product<Element>(sum, left, right);
    left += ROWS;
    panel += kColumns;
  }
}

// The right side is the matrix as it is; if `keep`, its panel is written on the way.
template <class Element, int ROWS, class Row, bool keep>
NMT_ALWAYS_INLINE void accumulate_unpacked(vf (&sum)[ROWS][kVectors], const MicroTile& tile) {
  const Row row(tile.columns);
  const float* left = tile.left;
  const float* source = tile.right;
  float* panel = tile.packed;
  Prefetcher prefetcher(tile.prefetch);
  const size_t step = tile.right_step * Element::depth;
  const int elements = tile.elements;
  for (int e = 0; e < elements; e++) {
    vf right[kVectors];
#pragma GCC unroll 4
    for (int v = 0; v < kVectors; v++) {
      right[v] = Element::load_across(source + v * W, tile.right_step, tile.k - e * Element::depth, row[v]);
      for (int d = 0; d < Element::depth && v * W % kLine == 0; d++) {
        __builtin_prefetch(source + kPrefetch * step + d * tile.right_step + v * W);
      }
      if (keep) vstore(panel + v * W, right[v]);
    }
    prefetcher.next();
    add_outer_product<Element>(sum, left, right);
    left += ROWS;
    source += step;
    panel += kColumns;
  }
}

template <class Element, int ROWS, class Row>
NMT_ALWAYS_INLINE void product_of(const MicroTile& tile) {
  const Row row(tile.columns);
  // The tile's old contents and its place are needed at the end; they come from memory meanwhile.
  if (tile.sums_out == nullptr) {
#pragma GCC unroll 16
    for (int i = 0; i < ROWS; i++) {
      __builtin_prefetch(tile.out + i * tile.out_step, 0, 2);
      __builtin_prefetch(tile.out + i * tile.out_step + kColumns - 1, 0, 2);
    }
  }
  vf sum[ROWS][kVectors];
#pragma GCC unroll 16
  for (int i = 0; i < ROWS; i++) {
#pragma GCC unroll 4
    for (int v = 0; v < kVectors; v++) sum[i][v] = vzero();
  }
  if (tile.sums != nullptr) {
#pragma GCC unroll 16
    for (int i = 0; i < ROWS; i++) {
#pragma GCC unroll 4
      for (int v = 0; v < kVectors; v++) sum[i][v] = vload(tile.sums + i * kColumns + v * W);
    }
  }
  if (tile.right_step == 0) accumulate_packed<Element>(sum, tile);
  else if (tile.packed == nullptr) accumulate_unpacked<Element, ROWS, Row, false>(sum, tile);
  else accumulate_unpacked<Element, ROWS, Row, true>(sum, tile);
  if (tile.sums_out != nullptr) {
#pragma GCC unroll 16
    for (int i = 0; i < ROWS; i++) {
#pragma GCC unroll 4
      for (int v = 0; v < kVectors; v++) vstore(tile.sums_out + i * kColumns + v * W, sum[i][v]);
    }
    return;
  }
  if (tile.row_scales != nullptr) {
#pragma GCC unroll 4
    for (int v = 0; v < kVectors; v++) {
      const vf scale = load(tile.column_scales + v * W, row[v]);
#pragma GCC unroll 16
      for (int i = 0; i < ROWS; i++) sum[i][v] = vneg(vset1(tile.row_scales[i])) * (scale * sum[i][v]);
    }
  }
#pragma GCC unroll 16
  for (int i = 0; i < ROWS; i++) {
#pragma GCC unroll 4
    for (int v = 0; v < kVectors; v++) {
      const vf initial = load(tile.initial + i * tile.initial_step + v * W, row[v]);
      store(tile.out + i * tile.out_step + v * W, vadd(initial, sum[i][v]), row[v]);
    }
  }
}

template <class Element, int ROWS>
void product(const MicroTile& tile) {
  if (tile.columns == kColumns) product_of<Element, ROWS, WholeRow>(tile);
  else product_of<Element, ROWS, PartOfRow>(tile);
}

template <class Element, int ROWS>
constexpr void fill_products(ElementKernels& kernels) {
  kernels.product[ROWS] = &product<Element, ROWS>;
  if constexpr (ROWS > 1) fill_products<Element, ROWS - 1>(kernels);
}

template <class Element>
constexpr ElementKernels element_kernels() {
  ElementKernels kernels{Element::depth,
                         1,
                         kRows,
                         1,
                         &pack_lines<Element>,
                         &pack_lines<Element>,
                         &pack_columns<Element>,
                         &pack_columns<Element>,
                         &pack_across<Element, kColumns>,
                         {}};
  fill_products<Element, kRows>(kernels);
  return kernels;
}

constexpr GemmKernels table{kColumns, element_kernels<F32>(), element_kernels<Bf16>()};

}  // namespace
}  // namespace nmt::NMT_ISA

namespace nmt {
NMT_DEFINE_KERNELS(GemmKernels, gemm) = NMT_ISA::table;
}  // namespace nmt
