// Products of bf16 by tiles.
#include "peak/peak_kernels.h"

#include "isa/tiles.h"

namespace nmt::NMT_ISA {

namespace {

constexpr int kSums = 4;

float tile_products(long rounds) {
  alignas(64) float numbers[kTileRows * kTileWidth] = {};
  configure_tiles();
  tile_zero<0>();
  tile_zero<1>();
  tile_zero<2>();
  tile_zero<3>();
  tile_load<4>(numbers, kTileWidth);
  tile_load<5>(numbers, kTileWidth);
  tile_load<6>(numbers, kTileWidth);
  tile_load<7>(numbers, kTileWidth);
  for (long round = 0; round < rounds; round++) {
    tile_multiply_bf16<0, 4, 6>();
    tile_multiply_bf16<1, 4, 7>();
    tile_multiply_bf16<2, 5, 6>();
    tile_multiply_bf16<3, 5, 7>();
  }
  tile_store<0>(numbers, kTileWidth);
  return numbers[0];
}

// Two for a multiply-add; an element is two of bf16.
constexpr double kFlops = 2.0 * 2 * kTileRows * kTileWidth * kTileWidth * kSums;

}  // namespace
}  // namespace nmt::NMT_ISA

namespace nmt {
NMT_CONSTANT const TilePeak peak_tiles{NMT_ISA::kFlops, &NMT_ISA::tile_products};
}  // namespace nmt
