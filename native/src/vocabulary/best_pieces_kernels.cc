#include "vocabulary/best_pieces_kernels.h"

#include <cmath>

#include "isa/vec.h"
#include "memory/sizes.h"

namespace nmt::NMT_ISA {

namespace {

float largest_of(const float* logits, int count) {
  vf largest = vset1(-3.4e38f);
  int i = 0;
  for (; i + W <= count; i += W) largest = vmax(largest, vload(logits + i));
  float result = hmax(largest);
  for (; i < count; i++) result = result < logits[i] ? logits[i] : result;
  return result;
}

float total(const float* logits, int count, float* largest) {
  const float top = *largest = largest_of(logits, count);
  vf sum = vzero();
  int i = 0;
  for (; i + W <= count; i += W) sum = sum + vexp(vload(logits + i) - vset1(top));
  float result = hsum(sum);
  if (i < count) {
    float last[W];
    vstore(last, vexp(vload_n(logits + i, count - i) - vset1(top)));
    for (int j = 0; j < count - i; j++) result += last[j];
  }
  return result;
}

double normaliser(const BlockResults& results, int row) {
  const float* largest = results.largest + static_cast<long>(row) * results.blocks;
  const float* total = results.total + static_cast<long>(row) * results.blocks;
  float top = largest[0];
  for (int b = 1; b < results.blocks; b++) top = top < largest[b] ? largest[b] : top;
  vf sum = vzero();
  for (int b = 0; b < results.blocks; b += W) {
    const int lanes = least(W, results.blocks - b);
    sum = vfma(vexp(vload_n(largest + b, lanes) - vset1(top)), vload_n(total + b, lanes), sum);
  }
  return static_cast<double>(top) + std::log(static_cast<double>(hsum(sum)));
}

constexpr BestPiecesKernels table{&total, &normaliser};

}  // namespace

}  // namespace nmt::NMT_ISA

namespace nmt {

NMT_DEFINE_KERNELS(BestPiecesKernels, best_pieces) = NMT_ISA::table;

}  // namespace nmt
