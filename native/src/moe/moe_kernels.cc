// Sums and products around the experts, a row or a vector at a time.
#include "moe/moe_kernels.h"

#include "isa/vec_rows.h"

namespace nmt::NMT_ISA {

namespace {

void combine(const float* y, const int32_t* rows, const float* gates, int k, size_t width, float* out) {
  for_each_vector(width, [=](size_t i, int n) {
    vf sum = vzero();
    for (int j = 0; j < k; j++) {
      const vf part = load_part(y + rows[j] * width + i, n);
      sum = gates == nullptr ? sum + part : vfma(vset1(gates[j]), part, sum);
    }
    vstore_n(out + i, sum, n);
  });
}

void combine_gradient(const float* d_out, const float* y, const int32_t* rows, const float* gates, int k, size_t width,
                      float* d_y, float* d_gates) {
  for (int j = 0; j < k; j++) {
    const size_t at = rows[j] * width;
    const vf gate = vset1(gates[j]);
    vf dot = vzero();
    for_each_vector(width, [&](size_t i, int n) {
      const vf d = load_part(d_out + i, n);
      vstore_n(d_y + at + i, gate * d, n);
      dot = vfma(load_part(y + at + i, n), d, dot);
    });
    d_gates[j] = hsum(dot);
  }
}

void relu(float* x, size_t n) {
  for_each_vector(n, [=](size_t i, int m) { vstore_n(x + i, vmax(vzero(), load_part(x + i, m)), m); });
}

void relu_gradient(const float* y, float* d, size_t n) {
  for_each_vector(n, [=](size_t i, int m) {
    vstore_n(d + i, vselect_lt(vzero(), load_part(y + i, m), load_part(d + i, m), vzero()), m);
  });
}

constexpr MoeKernels table{&combine, &combine_gradient, &relu, &relu_gradient};

}  // namespace
}  // namespace nmt::NMT_ISA

namespace nmt {
NMT_DEFINE_KERNELS(MoeKernels, moe) = NMT_ISA::table;
}  // namespace nmt
