// bf16 products by tiles: two of rows and two of columns at a time. Left panels hold the pairs of a tile's row together:
// [elements / 16][rows][16]. Each sum runs over groups in the order of k, whatever the micro-tile; within a group the
// processor has its own order, so the same k always make a group.
#include "gemm/gemm_kernels.h"

#include "gemm/packing.h"
#include "gemm/prefetcher.h"
#include "isa/tiles.h"
#include "memory/aligned.h"

namespace nmt::NMT_ISA {

namespace {

constexpr int kRows = 2 * kTileRows, kColumns = 2 * kTileWidth;
constexpr int kGroup = kTileWidth;
static_assert(kRows <= kMostTileRows && kGroup <= kMostGroup);
// What a left panel of one row reads beyond its end.
static_assert(kTileRows * kTileWidth <= Scratch::kReadBeyond);

struct Pairs : Bf16 {
  static constexpr int group = kGroup;
};

void pack_left_lines(const float* source, size_t step, int width, int, int k, float* panel) {
  const int elements = elements_of<Pairs>(k);
  for (int at = 0; at < elements; at += kGroup) {
    for (int i = 0; i < width; i++, panel += kGroup) vstore(panel, Pairs::load_line(source + i * step, k, at));
  }
}

template <class Lanes>
inline void load_block(const float* source, size_t step, int k, Lanes lanes, vf (&block)[kGroup]) {
#pragma GCC unroll 16
  for (int e = 0; e < kGroup; e++) {
    const int left = k - e * Pairs::depth;
    block[e] = left > 0 ? Pairs::load_across(source + e * Pairs::depth * step, step, left, lanes) : vzero();
  }
}

void pack_left_columns(const float* source, size_t step, int width, int, int k, float* panel) {
  const int elements = elements_of<Pairs>(k);
  for (int at = 0; at < elements; at += kGroup) {
    const float* lines = source + static_cast<size_t>(at) * Pairs::depth * step;
    for (int w = 0; w < width; w += W) {
      const int rows = least(W, width - w);
      vf block[kGroup];
      if (rows == W) load_block(lines + w, step, k - at * Pairs::depth, AllLanes{}, block);
      else load_block(lines + w, step, k - at * Pairs::depth, SomeLanes{rows}, block);
      vtranspose(block);
      for (int i = 0; i < rows; i++, panel += kGroup) vstore(panel, block[i]);
    }
  }
}

// Sums [rows of tiles][2]; `left` is one group of a panel of rows, `right` of one of columns.
template <int ROW_TILES>
NMT_ALWAYS_INLINE void multiply_group(const float* left, const float* right) {
  tile_load<4>(left, kGroup);
  tile_load<6>(right, kColumns);
  tile_multiply_bf16<0, 4, 6>();
  tile_load<7>(right + kTileWidth, kColumns);
  tile_multiply_bf16<1, 4, 7>();
  if constexpr (ROW_TILES == 2) {
    tile_load<5>(left + kTileRows * kGroup, kGroup);
    tile_multiply_bf16<2, 5, 6>();
    tile_multiply_bf16<3, 5, 7>();
  }
}

template <int ROW_TILES>
void multiply_panels(const MicroTile& tile, int rows) {
  Prefetcher prefetcher(tile.prefetch);
  const float* left = tile.left;
  const float* right = tile.right;
  for (int e = 0; e < tile.elements; e += kGroup) {
    multiply_group<ROW_TILES>(left, right);
    prefetcher.next(kGroup);
    left += rows * kGroup;
    right += kGroup * kColumns;
  }
}

// One group of the right matrix as it is → panel.
template <class Lanes>
inline void pack_group(const float* source, size_t step, int k, Lanes first, Lanes second, float* panel) {
  vf block[kGroup];
  load_block(source, step, k, first, block);
  for (int e = 0; e < kGroup; e++) vstore(panel + e * kColumns, block[e]);
  load_block(source + kTileWidth, step, k, second, block);
  for (int e = 0; e < kGroup; e++) vstore(panel + e * kColumns + kTileWidth, block[e]);
}

// The right side is the matrix as it is. A group is packed while the one before is multiplied.
template <int ROW_TILES>
void multiply_source(const MicroTile& tile, int rows) {
  constexpr int kGroupFloats = kGroup * kColumns;
  alignas(64) float own[2 * kGroupFloats];
  const int groups = tile.elements / kGroup;
  const auto place = [&](int g) {
    return tile.packed != nullptr ? tile.packed + static_cast<size_t>(g) * kGroupFloats : own + g % 2 * kGroupFloats;
  };
  const auto pack = [&](int g) {
    const float* source = tile.right + static_cast<size_t>(g) * Pairs::depth * kGroup * tile.right_step;
    const int k = tile.k - g * Pairs::depth * kGroup;
    if (tile.columns == kColumns) return pack_group(source, tile.right_step, k, AllLanes{}, AllLanes{}, place(g));
    const SomeLanes first{least(W, tile.columns)}, second{tile.columns > W ? tile.columns - W : 0};
    pack_group(source, tile.right_step, k, first, second, place(g));
  };
  Prefetcher prefetcher(tile.prefetch);
  if (groups > 0) pack(0);
  for (int g = 0; g < groups; g++) {
    if (g + 1 < groups) pack(g + 1);
    multiply_group<ROW_TILES>(tile.left + static_cast<size_t>(g) * rows * kGroup, place(g));
    prefetcher.next(kGroup);
  }
}

template <class Lanes>
NMT_ALWAYS_INLINE void finish(const MicroTile& tile, int rows, const float* sums, int column, Lanes lanes) {
  if (tile.row_scales != nullptr) {
    const vf scale = load(tile.column_scales + column, lanes);
    for (int i = 0; i < rows; i++) {
      const vf sum = vload(sums + i * kColumns + column);
      const vf initial = load(tile.initial + i * tile.initial_step + column, lanes);
      store(tile.out + i * tile.out_step + column, vadd(initial, vneg(vset1(tile.row_scales[i])) * (scale * sum)),
            lanes);
    }
    return;
  }
  for (int i = 0; i < rows; i++) {
    const vf initial = load(tile.initial + i * tile.initial_step + column, lanes);
    store(tile.out + i * tile.out_step + column, vadd(initial, vload(sums + i * kColumns + column)), lanes);
  }
}

// All sums of the tiles, [rows of tiles · 16][step].
template <int ROW_TILES>
NMT_ALWAYS_INLINE void load_sums(const float* sums, size_t step) {
  tile_load<0>(sums, step);
  tile_load<1>(sums + kTileWidth, step);
  if constexpr (ROW_TILES == 2) {
    tile_load<2>(sums + kTileRows * step, step);
    tile_load<3>(sums + kTileRows * step + kTileWidth, step);
  }
}

template <int ROW_TILES>
NMT_ALWAYS_INLINE void store_sums(float* sums, size_t step) {
  tile_store<0>(sums, step);
  tile_store<1>(sums + kTileWidth, step);
  if constexpr (ROW_TILES == 2) {
    tile_store<2>(sums + kTileRows * step, step);
    tile_store<3>(sums + kTileRows * step + kTileWidth, step);
  }
}

template <int ROWS>
void product(const MicroTile& tile) {
  constexpr int kRowTiles = ROWS > kTileRows ? 2 : 1;
  configure_tiles();
  if (tile.sums != nullptr) {
    load_sums<kRowTiles>(tile.sums, kColumns);
  } else {
    tile_zero<0>();
    tile_zero<1>();
    tile_zero<2>();
    tile_zero<3>();
  }
  if (tile.sums_out == nullptr) {
    // The old contents and their place are needed at the end; they come from memory meanwhile.
    for (int i = 0; i < ROWS; i++) {
      __builtin_prefetch(tile.out + i * tile.out_step, 0, 2);
      __builtin_prefetch(tile.out + i * tile.out_step + kColumns - 1, 0, 2);
    }
  }
  if (tile.right_step == 0) multiply_panels<kRowTiles>(tile, ROWS);
  else multiply_source<kRowTiles>(tile, ROWS);
  if (tile.sums_out != nullptr) return store_sums<kRowTiles>(tile.sums_out, kColumns);
  const bool whole = tile.columns == kColumns;
  if (ROWS % kTileRows == 0 && whole && tile.initial == kZeros && tile.row_scales == nullptr) {
    return store_sums<kRowTiles>(tile.out, tile.out_step);
  }
  alignas(64) float sums[kRows * kColumns];
  store_sums<kRowTiles>(sums, kColumns);
  if (whole) {
    finish(tile, ROWS, sums, 0, AllLanes{});
    finish(tile, ROWS, sums, W, AllLanes{});
  } else {
    finish(tile, ROWS, sums, 0, SomeLanes{least(W, tile.columns)});
    if (tile.columns > W) finish(tile, ROWS, sums, W, SomeLanes{tile.columns - W});
  }
}

template <int ROWS>
constexpr void fill_products(ElementKernels& kernels) {
  kernels.product[ROWS] = &product<ROWS>;
  if constexpr (ROWS > 1) fill_products<ROWS - 1>(kernels);
}

constexpr ElementKernels tile_kernels() {
  ElementKernels kernels{Pairs::depth,
                         kGroup,
                         kRows,
                         kTileRows,
                         &pack_left_lines,
                         &pack_lines<Pairs>,
                         &pack_left_columns,
                         &pack_columns<Pairs>,
                         &pack_across<Pairs, kColumns>,
                         {}};
  fill_products<kRows>(kernels);
  return kernels;
}

}  // namespace
}  // namespace nmt::NMT_ISA

namespace nmt {
NMT_CONSTANT const ElementKernels gemm_tiles = NMT_ISA::tile_kernels();
static_assert(NMT_ISA::kColumns == kTileColumns);
}  // namespace nmt
