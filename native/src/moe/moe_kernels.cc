// Gates and load after Shazeer et al. 2017, §2.1 and appendix A.
#include "moe/moe_kernels.h"

#include "gating/top_k.h"

namespace nmt::NMT_ISA {

namespace {

void top_k_gates(const float* row, int width, int k, float* gates, int32_t* columns) {
  largest(row, width, k, columns);
  softmax_of(row, columns, k, gates);
}

// What each noisy logit must exceed to be chosen: the k-th largest of the others.
void find_thresholds(const LoadRow& r) {
  largest(r.noisy, r.width, r.k + 1, r.best);
  const float last_chosen = r.noisy[r.best[r.k - 1]], first_left_out = r.noisy[r.best[r.k]];
  for (int j = 0; j < r.width; j++) r.threshold[j] = last_chosen;
  for (int j = 0; j < r.k; j++) r.threshold[r.best[j]] = first_left_out;
}

// (clean - threshold) / noise scale, of n columns; lanes past n are NaN.
vf distance(const LoadRow& r, int j, int n) {
  return (load_part(r.clean + j, n) - load_part(r.threshold + j, n)) / load_part(r.noise_scale + j, n);
}

// The cumulative standard normal distribution, and its density.
vf normal_cdf(vf x) { return vfma(vset1(0.5f), verf(x * vset1(0.7071067812f)), vset1(0.5f)); }
vf normal_density(vf x) { return vset1(0.3989422804f) * vexp(vset1(-0.5f) * x * x); }

void load(const LoadRow& r, float* load) {
  find_thresholds(r);
  for (int j = 0; j < r.width; j += W) {
    const int n = least(W, r.width - j);
    vstore_n(load + j, load_part(load + j, n) + normal_cdf(distance(r, j, n)), n);
  }
}

void load_gradient(const LoadRow& r, const float* d_load, float* d_clean, float* d_noise_scale, float* d_noisy) {
  find_thresholds(r);
  for (int j = 0; j < r.width; j += W) {
    const int n = least(W, r.width - j);
    const vf z = distance(r, j, n);
    const vf d = load_part(d_load + j, n) * normal_density(z) / load_part(r.noise_scale + j, n);
    vstore_n(d_clean + j, d, n);
    vstore_n(d_noise_scale + j, -d * z, n);
    vstore_n(d_noisy + j, vzero(), n);
  }
  // A threshold is a noisy logit: the first one left out for those chosen, the last one chosen for the others.
  float all = 0, chosen = 0;
  for (int j = 0; j < r.width; j++) all += d_clean[j];
  for (int j = 0; j < r.k; j++) chosen += d_clean[r.best[j]];
  d_noisy[r.best[r.k]] = -chosen;
  d_noisy[r.best[r.k - 1]] = chosen - all;
}

// f(j, n) for the columns of a row, W at a time.
template <class Columns>
void for_each_vector(size_t width, Columns&& columns) {
  size_t j = 0;
  for (; j + W <= width; j += W) columns(j, W);
  if (j < width) columns(j, static_cast<int>(width - j));
}

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

void sum_rows(const float* x, size_t rows, size_t step, size_t columns, float* out, bool accumulate) {
  for_each_vector(columns, [=](size_t j, int n) {
    vf sum = accumulate ? load_part(out + j, n) : vzero();
    for (size_t i = 0; i < rows; i++) sum += load_part(x + i * step + j, n);
    vstore_n(out + j, sum, n);
  });
}

constexpr MoeKernels table{&top_k_gates,      &load, &load_gradient, &combine,
                           &combine_gradient, &relu, &relu_gradient, &sum_rows};

}  // namespace
}  // namespace nmt::NMT_ISA

namespace nmt {
NMT_DEFINE_KERNELS(MoeKernels, moe) = NMT_ISA::table;
}  // namespace nmt
