// One pass over memory per step: Adam reads four numbers of a parameter and writes three.
#include "optimizer/optimizer_kernels.h"

#include "isa/vec.h"

namespace nmt::NMT_ISA {

namespace {

struct Adam {
  vf learning_rate, beta1, rest1, beta2, rest2, epsilon, correction, scale;

  explicit Adam(const AdamRates& r)
      : learning_rate(vset1(r.learning_rate)),
        beta1(vset1(r.beta1)),
        rest1(vset1(1 - r.beta1)),
        beta2(vset1(r.beta2)),
        rest2(vset1(1 - r.beta2)),
        epsilon(vset1(r.epsilon)),
        correction(vset1(r.second_correction)),
        scale(vset1(r.gradient_scale)) {}

  void operator()(vf& value, vf gradient, vf& first, vf& second) const {
    const vf g = gradient * scale;
    first = vfma(beta1, first, rest1 * g);
    second = vfma(beta2, second, rest2 * g * g);
    value = value - learning_rate * first / (vsqrt(second * correction) + epsilon);
  }
};

void adam(float* value, const float* gradient, float* first, float* second, size_t n, const AdamRates& rates) {
  const Adam step(rates);
  size_t i = 0;
  for (; i + W <= n; i += W) {
    vf p = vload(value + i), m = vload(first + i), v = vload(second + i);
    step(p, vload(gradient + i), m, v);
    vstore(value + i, p);
    vstore(first + i, m);
    vstore(second + i, v);
  }
  if (const int rest = static_cast<int>(n - i); rest > 0) {
    vf p = vload_n(value + i, rest), m = vload_n(first + i, rest), v = vload_n(second + i, rest);
    step(p, vload_n(gradient + i, rest), m, v);
    vstore_n(value + i, p, rest);
    vstore_n(first + i, m, rest);
    vstore_n(second + i, v, rest);
  }
}

float sum_of_squares(const float* x, size_t n) {
  vf sum[4] = {vzero(), vzero(), vzero(), vzero()};
  size_t i = 0;
  for (; i + 4 * W <= n; i += 4 * W) {
    for (int v = 0; v < 4; v++) {
      const vf part = vload(x + i + v * W);
      sum[v] = vfma(part, part, sum[v]);
    }
  }
  for (; i < n; i += W) {
    const vf part = n - i < W ? vload_n(x + i, static_cast<int>(n - i)) : vload(x + i);
    sum[0] = vfma(part, part, sum[0]);
  }
  return hsum((sum[0] + sum[1]) + (sum[2] + sum[3]));
}

constexpr int kMostRows = 16;

template <int ROWS>
NMT_ALWAYS_INLINE void add_squares_of(const float* gradient, size_t step, int rows, int columns, float* row_sums,
                                      float* column_sums) {
  const int count = ROWS == 0 ? rows : ROWS;
  vf row[kMostRows];
#pragma GCC unroll 16
  for (int i = 0; i < count; i++) row[i] = vzero();
  int j = 0;
  for (; j + W <= columns; j += W) {
    vf column = vzero();
#pragma GCC unroll 16
    for (int i = 0; i < count; i++) {
      const vf g = vload(gradient + i * step + j);
      row[i] = vfma(g, g, row[i]);
      column = vfma(g, g, column);
    }
    vstore(column_sums + j, vload(column_sums + j) + column);
  }
  if (const int rest = columns - j; rest > 0) {
    vf column = vzero();
#pragma GCC unroll 16
    for (int i = 0; i < count; i++) {
      const vf g = vload_n(gradient + i * step + j, rest);
      row[i] = vfma(g, g, row[i]);
      column = vfma(g, g, column);
    }
    vstore_n(column_sums + j, vload_n(column_sums + j, rest) + column, rest);
  }
  for (int i = 0; i < count; i++) row_sums[i] += hsum(row[i]);
}

void add_squares(const float* gradient, size_t step, int rows, int columns, float* row_sums, float* column_sums) {
  if (rows == kMostRows) add_squares_of<kMostRows>(gradient, step, rows, columns, row_sums, column_sums);
  else add_squares_of<0>(gradient, step, rows, columns, row_sums, column_sums);
}

void subtract_scaled(float* value, const float* gradient, float scale, const float* scales, int n) {
  const vf s = vset1(scale);
  int j = 0;
  for (; j + W <= n; j += W) {
    vstore(value + j, vfnma(vload(gradient + j) * s, vload(scales + j), vload(value + j)));
  }
  if (const int rest = n - j; rest > 0) {
    vstore_n(value + j, vfnma(vload_n(gradient + j, rest) * s, vload_n(scales + j, rest), vload_n(value + j, rest)),
             rest);
  }
}

constexpr OptimizerKernels table{&adam, &add_squares, &subtract_scaled, &sum_of_squares};

}  // namespace
}  // namespace nmt::NMT_ISA

namespace nmt {
NMT_DEFINE_KERNELS(OptimizerKernels, optimizer) = NMT_ISA::table;
}  // namespace nmt
