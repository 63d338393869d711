// Tiles of 16 rows × 64 k by 64 k × 16 columns; few rows are left to VNNI, which reads no lines beyond them.
#include "quantized/quantized_kernels.h"

#include "isa/tiles.h"
#include "quantized/vnni_512.h"

#include "quantized/line_sums.h"
#include "quantized/vnni.h"

namespace nmt::NMT_ISA {

namespace {

constexpr int kFewRows = 6;
constexpr size_t kTileBytes = 64;

// Up to 16 · ROW_TILES rows by one panel or two.
template <int ROW_TILES, int PANELS>
NMT_INLINE void multiply_tiles(const QuantizedProduct& p, int row, int panel) {
  const int8_t* left = p.left + row * p.line;
  const int8_t* right = p.panels + panel * p.line * kPanelColumns;
  tile_zero<0>();
  if (PANELS == 2) tile_zero<1>();
  if (ROW_TILES == 2) tile_zero<2>();
  if (ROW_TILES == 2 && PANELS == 2) tile_zero<3>();
  for (size_t k = 0; k < p.line; k += kTileBytes) {
    tile_load_bytes<4>(left + k, p.line);
    tile_load_bytes<6>(right + k * kPanelColumns, kTileBytes);
    tile_multiply_bytes<0, 4, 6>();
    if (PANELS == 2) {
      tile_load_bytes<7>(right + p.line * kPanelColumns + k * kPanelColumns, kTileBytes);
      tile_multiply_bytes<1, 4, 7>();
    }
    if (ROW_TILES == 2) {
      tile_load_bytes<5>(left + kTileRows * p.line + k, p.line);
      tile_multiply_bytes<2, 5, 6>();
      if (PANELS == 2) tile_multiply_bytes<3, 5, 7>();
    }
  }
  alignas(64) float sums[4][kTileRows * kTileWidth];
  tile_store<0>(sums[0], kTileWidth);
  if (PANELS == 2) tile_store<1>(sums[1], kTileWidth);
  if (ROW_TILES == 2) tile_store<2>(sums[2], kTileWidth);
  if (ROW_TILES == 2 && PANELS == 2) tile_store<3>(sums[3], kTileWidth);
  const int rows = least(p.rows - row, ROW_TILES * kTileRows);
  for (int r = 0; r < rows; r++) {
    for (int i = 0; i < PANELS; i++) {
      sixteen::i16s own;
      std::memcpy(&own, sums[r / kTileRows * 2 + i] + r % kTileRows * kTileWidth, sizeof own);
      finish<kOffset>(p, row + r, panel + i, own);
    }
  }
}

template <int PANELS>
NMT_INLINE void multiply_rows_by(const QuantizedProduct& p, int panel) {
  int row = 0;
  for (; row + kTileRows < p.rows; row += 2 * kTileRows) multiply_tiles<2, PANELS>(p, row, panel);
  if (row < p.rows) multiply_tiles<1, PANELS>(p, row, panel);
}

void product_by_tiles(const QuantizedProduct& p) {
  if (p.rows <= kFewRows) return product_by_dots(p);
  configure_tiles();
  int panel = p.first;
  for (; panel + 2 <= p.last; panel += 2) multiply_rows_by<2>(p, panel);
  if (panel < p.last) multiply_rows_by<1>(p, panel);
}

}  // namespace

}  // namespace nmt::NMT_ISA

namespace nmt {
NMT_DEFINE_KERNELS(QuantizedKernels, quantized) = {&NMT_ISA::quantize_rows_by<NMT_ISA::kOffset>,
                                                   &NMT_ISA::product_by_tiles, &NMT_ISA::line_sums<NMT_ISA::kOffset>};
}  // namespace nmt
