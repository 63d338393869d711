// Passes over rows of a block, which lie in the caches.
#include "vocabulary/cross_entropy_kernels.h"

#include "isa/vec.h"

namespace nmt::NMT_ISA {

namespace {

constexpr float kLowest = -3.4e38f;

int lanes_at(int i, int count) { return count - i < W ? count - i : W; }

void exponentials(float* row, int columns, float* largest, float* total, float* sum) {
  vf most = vset1(kLowest), logits = vzero();
  int i = 0;
  for (; i + W <= columns; i += W) {
    const vf x = vload(row + i);
    most = vmax(most, x);
    logits = logits + x;
  }
  float top = hmax(most), rest = 0;
  for (; i < columns; i++) {
    top = row[i] > top ? row[i] : top;
    rest += row[i];
  }
  *largest = top;
  *sum = hsum(logits) + rest;

  const vf shift = vset1(top);
  vf sums[2] = {vzero(), vzero()};
  for (i = 0; i + 2 * W <= columns; i += 2 * W) {
    for (int u = 0; u < 2; u++) {
      const vf e = vexp(vload(row + i + u * W) - shift);
      vstore(row + i + u * W, e);
      sums[u] = sums[u] + e;
    }
  }
  *total = hsum(sums[0] + sums[1]);
  for (; i < columns; i += W) {
    float last[W];
    vstore(last, vexp(vload_n(row + i, lanes_at(i, columns)) - shift));
    for (int j = 0; j < lanes_at(i, columns); j++) {
      row[i + j] = last[j];
      *total += last[j];
    }
  }
}

void combine(const BlockStatistics& blocks, int begin, int end, const RowStatistics& rows) {
  for (int r = begin; r < end; r += W) {
    const int lanes = lanes_at(r, end);
    const auto at = [&](int block) { return blocks.at(block, r); };
    vf largest = vset1(kLowest), total = vzero(), sum = vzero();
    for (int b = 0; b < blocks.blocks; b++) largest = vmax(largest, vload_n(blocks.largest + at(b), lanes));
    for (int b = 0; b < blocks.blocks; b++) {
      const vf scale = vexp(vload_n(blocks.largest + at(b), lanes) - largest);
      vstore_n(blocks.largest + at(b), scale, lanes);
      total = vfma(scale, vload_n(blocks.total + at(b), lanes), total);
      sum = sum + vload_n(blocks.sum + at(b), lanes);
    }
    for (int b = 0; b < blocks.blocks; b++) {
      vstore_n(blocks.largest + at(b), vload_n(blocks.largest + at(b), lanes) / total, lanes);
    }
    vstore_n(rows.largest + r, largest, lanes);
    vstore_n(rows.total + r, total, lanes);
    vstore_n(rows.sum + r, sum, lanes);
  }
}

void gradients(const float* exponentials, int columns, float factor, float rest, float* out, float* column_sums) {
  const vf scale = vset1(factor), shift = vset1(-rest);
  int i = 0;
  for (; i + W <= columns; i += W) {
    const vf g = vfma(vload(exponentials + i), scale, shift);
    vstore(out + i, g);
    vstore(column_sums + i, vload(column_sums + i) + g);
  }
  if (i < columns) {
    const int lanes = columns - i;
    const vf g = vfma(vload_n(exponentials + i, lanes), scale, shift);
    vstore_n(out + i, g, lanes);
    vstore_n(column_sums + i, vload_n(column_sums + i, lanes) + g, lanes);
  }
}

constexpr CrossEntropyKernels table{&exponentials, &combine, &gradients};

}  // namespace

}  // namespace nmt::NMT_ISA

namespace nmt {

NMT_DEFINE_KERNELS(CrossEntropyKernels, cross_entropy) = NMT_ISA::table;

}  // namespace nmt
