// Unlike the functions of vec.h these answer for infinities, NaN and results beyond float's range. Denormals count as 0, as
// everywhere in kernels.
#include "elementwise/elementwise_kernels.h"

#include <limits>

#include "isa/vec_rows.h"

namespace nmt::NMT_ISA {

namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

// Two halves, so that neither leaves vexp's range before the result leaves float's.
vf exponential(vf x) {
  const vf half = vexp(vset1(0.5f) * x);
  return half * half;
}

vf logarithm(vf x) {
  const vf not_positive = vselect_lt(x, vzero(), vset1(kNan), x - vset1(kInfinity));  // 0 gives −∞, NaN itself
  return vselect_lt(vzero(), x, vselect_lt(x, vset1(kInfinity), vlog(x), x), not_positive);
}

// 1 above zero, else 0, NaN for NaN.
vf step(vf x) {
  const vf not_above = vselect_lt(x, vset1(1.0f), vzero(), x);
  return vselect_lt(vzero(), x, vset1(1.0f), not_above);
}

template <Binary OPERATION>
vf apply(vf a, vf b) {
  if constexpr (OPERATION == Binary::add) return a + b;
  else if constexpr (OPERATION == Binary::subtract) return a - b;
  else if constexpr (OPERATION == Binary::multiply) return a * b;
  else return a / b;
}

template <Unary OPERATION>
vf apply(vf x) {
  if constexpr (OPERATION == Unary::absolute) return vabs(x);
  else if constexpr (OPERATION == Unary::exponential) return exponential(x);
  else if constexpr (OPERATION == Unary::logarithm) return logarithm(x);
  else if constexpr (OPERATION == Unary::negative) return -x;
  else if constexpr (OPERATION == Unary::reciprocal) return vset1(1.0f) / x;
  else if constexpr (OPERATION == Unary::relu) return vmax(vzero(), x);  // in this order: NaN stays
  else if constexpr (OPERATION == Unary::sigmoid) return vsigmoid(x);
  else if constexpr (OPERATION == Unary::softplus) return vsoftplus(x);
  else if constexpr (OPERATION == Unary::square) return x * x;
  else if constexpr (OPERATION == Unary::root) return vsqrt(x);
  else if constexpr (OPERATION == Unary::step) return step(x);
  else return vtanh(x);
}

// f(i, n) gives lanes [i, i + n) of the result.
template <class Lanes>
void write_vectors(float* out, size_t n, Lanes&& lanes) {
  for_each_vector(n, [&](size_t i, int m) { store_part(out + i, lanes(i, m), m); });
}

template <Binary OPERATION>
void vectors(const float* a, const float* b, float* out, size_t n) {
  write_vectors(out, n, [=](size_t i, int m) { return apply<OPERATION>(load_part(a + i, m), load_part(b + i, m)); });
}

template <Binary OPERATION>
void left_scalar(const float* a, const float* b, float* out, size_t n) {
  const vf left = vset1(*a);
  write_vectors(out, n, [=](size_t i, int m) { return apply<OPERATION>(left, load_part(b + i, m)); });
}

template <Binary OPERATION>
void right_scalar(const float* a, const float* b, float* out, size_t n) {
  const vf right = vset1(*b);
  write_vectors(out, n, [=](size_t i, int m) { return apply<OPERATION>(load_part(a + i, m), right); });
}

template <Unary OPERATION>
void unary(const float* x, float* out, size_t n) {
  write_vectors(out, n, [=](size_t i, int m) { return apply<OPERATION>(load_part(x + i, m)); });
}

void fill(float* out, size_t n, float value) {
  const vf v = vset1(value);
  write_vectors(out, n, [=](size_t, int) { return v; });
}

float sum(const float* x, size_t n) {
  vf total[4] = {vzero(), vzero(), vzero(), vzero()};
  size_t i = 0;
  for (; i + 4 * W <= n; i += 4 * W) {
    for (int v = 0; v < 4; v++) total[v] += vload(x + i + v * W);
  }
  for (; i < n; i += W) total[0] += vload_n(x + i, lanes_left(n - i));
  return hsum((total[0] + total[1]) + (total[2] + total[3]));
}

// By blocks of rows, which keeps rounding errors from growing with the number of rows.
void sum_rows(const float* x, size_t rows, size_t step, size_t columns, float* out) {
  constexpr size_t kBlock = 32;
  fill(out, columns, 0);
  for (size_t first = 0; first < rows; first += kBlock) {
    const size_t last = first + kBlock < rows ? first + kBlock : rows;
    size_t j = 0;
    for (; j + 4 * W <= columns; j += 4 * W) {
      vf total[4] = {vzero(), vzero(), vzero(), vzero()};
      for (size_t i = first; i < last; i++) {
        for (int v = 0; v < 4; v++) total[v] += vload(x + i * step + j + v * W);
      }
      for (int v = 0; v < 4; v++) vstore(out + j + v * W, vload(out + j + v * W) + total[v]);
    }
    for (; j < columns; j += W) {
      const int n = lanes_left(columns - j);
      vf total = vzero();
      for (size_t i = first; i < last; i++) total += vload_n(x + i * step + j, n);
      vstore_n(out + j, vload_n(out + j, n) + total, n);
    }
  }
}

void transpose(const float* x, size_t x_step, float* out, size_t out_step, size_t rows, size_t columns) {
  for (size_t i = 0; i < rows; i += W) {
    const int height = lanes_left(rows - i);
    for (size_t j = 0; j < columns; j += W) {
      const int width = lanes_left(columns - j);
      vf block[W];
      for (int r = 0; r < W; r++) block[r] = r < height ? load_part(x + (i + r) * x_step + j, width) : vzero();
      vtranspose(block);
      for (int r = 0; r < width; r++) {
        store_part(out + (j + r) * out_step + i, block[r], height);
      }
    }
  }
}

template <int OPERATION = 0>
constexpr void fill_binary(ElementwiseKernels& kernels) {
  if constexpr (OPERATION < kBinaryCount) {
    constexpr Binary binary = static_cast<Binary>(OPERATION);
    kernels.binary[OPERATION] = {&vectors<binary>, &left_scalar<binary>, &right_scalar<binary>};
    fill_binary<OPERATION + 1>(kernels);
  }
}

template <int OPERATION = 0>
constexpr void fill_unary(ElementwiseKernels& kernels) {
  if constexpr (OPERATION < kUnaryCount) {
    kernels.unary[OPERATION] = &unary<static_cast<Unary>(OPERATION)>;
    fill_unary<OPERATION + 1>(kernels);
  }
}

constexpr ElementwiseKernels make_table() {
  ElementwiseKernels kernels{{}, {}, &fill, &sum, &sum_rows, &transpose};
  fill_binary(kernels);
  fill_unary(kernels);
  return kernels;
}

constexpr ElementwiseKernels table = make_table();

}  // namespace
}  // namespace nmt::NMT_ISA

namespace nmt {
NMT_DEFINE_KERNELS(ElementwiseKernels, elementwise) = NMT_ISA::table;
}  // namespace nmt
