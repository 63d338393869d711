// A row's noise scales, noisy logits and thresholds are made again in the backward pass: they never leave the cache.
#include "gating/gating_kernels.h"

#include "isa/vec_rows.h"
#include "memory/sizes.h"

namespace nmt::NMT_ISA {

namespace {

// Columns of the k largest of a row, best first, ties to the lower column.
void largest(const float* row, int width, int k, int32_t* columns) {
  const auto offer = [&](int column) {
    int place = least(column, k);
    if (place == k && !(row[column] > row[columns[k - 1]])) return;
    if (place == k) place--;
    while (place > 0 && row[column] > row[columns[place - 1]]) {
      columns[place] = columns[place - 1];
      place--;
    }
    columns[place] = column;
  };
  int column = 0;
  for (; column < k; column++) offer(column);
  for (; column + W <= width; column += W) {
    if (!(hmax(vload(row + column)) > row[columns[k - 1]])) continue;
    for (int i = 0; i < W; i++) offer(column + i);
  }
  for (; column < width; column++) offer(column);
}

// gates [k]: softmax over the given columns of a row, the best of them first.
void softmax_of(const float* row, const int32_t* columns, int k, float* gates) {
  const float best = row[columns[0]];
  for (int j = 0; j < k; j++) gates[j] = row[columns[j]] - best;
  float sum = 0;
  for (int j = 0; j < k; j += W) {
    const int n = least(W, k - j);
    vstore_n(gates + j, vexp(load_part(gates + j, n)), n);
    for (int i = j; i < j + n; i++) sum += gates[i];
  }
  for (int j = 0; j < k; j++) gates[j] /= sum;
}

void top_k_gates(const float* row, int width, int k, float* gates, int32_t* columns) {
  largest(row, width, k, columns);
  softmax_of(row, columns, k, gates);
}

// Noise scales, noisy logits, and the k + 1 best of them.
void find_best(const GateRow& r, const GateScratch& s) {
  for_each_vector(r.width, [&](int j, int n) {
    const vf scale = vsoftplus(load_part(r.noise_input + j, n)) + vset1(r.noise_floor);
    vstore_n(s.scale + j, scale, n);
    vstore_n(s.noisy + j, vfma(load_part(r.noise + j, n), scale, load_part(r.clean + j, n)), n);
  });
  largest(s.noisy, r.width, least(r.k + 1, r.width), s.best);
}

// What each noisy logit must exceed to be chosen: the k-th largest of the others.
void find_thresholds(const GateRow& r, const GateScratch& s) {
  const float last_chosen = s.noisy[s.best[r.k - 1]], first_left_out = s.noisy[s.best[r.k]];
  for_each_vector(r.width, [&](int j, int n) { vstore_n(s.threshold + j, vset1(last_chosen), n); });
  for (int j = 0; j < r.k; j++) s.threshold[s.best[j]] = first_left_out;
}

// (clean - threshold) / noise scale, of n columns; lanes past n are NaN.
vf distance(const GateRow& r, const GateScratch& s, int j, int n) {
  return (load_part(r.clean + j, n) - load_part(s.threshold + j, n)) / load_part(s.scale + j, n);
}

// The cumulative standard normal distribution, and its density.
vf normal_cdf(vf x) { return vfma(vset1(0.5f), verf(x * vset1(0.7071067812f)), vset1(0.5f)); }
vf normal_density(vf x) { return vset1(0.3989422804f) * vexp(vset1(-0.5f) * x * x); }

void noisy_gates(const GateRow& r, const GateScratch& s, float* gates, int32_t* experts, float* load) {
  find_best(r, s);
  softmax_of(s.noisy, s.best, r.k, gates);
  for (int j = 0; j < r.k; j++) experts[j] = s.best[j];
  if (r.k == r.width) {
    for_each_vector(r.width, [&](int j, int n) { vstore_n(load + j, load_part(load + j, n) + vset1(1.0f), n); });
    return;
  }
  find_thresholds(r, s);
  for_each_vector(
      r.width, [&](int j, int n) { vstore_n(load + j, load_part(load + j, n) + normal_cdf(distance(r, s, j, n)), n); });
}

// d_noise_input holds the gradient of the noise scale until the end.
void noisy_gates_gradient(const GateRow& r, const GateScratch& s, const float* gates, const float* d_gates,
                          const float* d_load, float* d_clean, float* d_noise_input) {
  find_best(r, s);
  // A noisy logit is a clean one plus noise times scale.
  const auto add_to_noisy = [&](int expert, float d) {
    d_clean[expert] += d;
    d_noise_input[expert] += d * r.noise[expert];
  };
  if (r.k == r.width) {
    for_each_vector(r.width, [&](int j, int n) {
      vstore_n(d_clean + j, vzero(), n);
      vstore_n(d_noise_input + j, vzero(), n);
    });
  } else {
    find_thresholds(r, s);
    for_each_vector(r.width, [&](int j, int n) {
      const vf z = distance(r, s, j, n);
      const vf d = load_part(d_load + j, n) * normal_density(z) / load_part(s.scale + j, n);
      vstore_n(d_clean + j, d, n);
      vstore_n(d_noise_input + j, -d * z, n);
    });
    // A threshold is a noisy logit: the first one left out for those chosen, the last one chosen for the others.
    float all = 0, chosen = 0;
    for (int j = 0; j < r.width; j++) all += d_clean[j];
    for (int j = 0; j < r.k; j++) chosen += d_clean[s.best[j]];
    add_to_noisy(s.best[r.k], -chosen);
    add_to_noisy(s.best[r.k - 1], chosen - all);
  }
  float mean = 0;
  for (int j = 0; j < r.k; j++) mean += d_gates[j] * gates[j];
  for (int j = 0; j < r.k; j++) add_to_noisy(s.best[j], gates[j] * (d_gates[j] - mean));
  for_each_vector(r.width, [&](int j, int n) {
    vstore_n(d_noise_input + j, load_part(d_noise_input + j, n) * vsigmoid(load_part(r.noise_input + j, n)), n);
  });
}

constexpr GatingKernels table{&top_k_gates, &noisy_gates, &noisy_gates_gradient};

}  // namespace
}  // namespace nmt::NMT_ISA

namespace nmt {
NMT_DEFINE_KERNELS(GatingKernels, gating) = NMT_ISA::table;
}  // namespace nmt
