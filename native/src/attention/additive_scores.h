// Scores energy · tanh(query + key) of a group, and their gradients. Include only in *_kernels.cc files.
//
// tanh(q + k) = 1 - 2 / (e^2q · e^2k + 1): the exponentials are taken once per row, so that a pair costs a multiply-add
// and a reciprocal. A group with an entry beyond ±20, where the product could overflow, takes tanh of the sum itself.
#pragma once

#include "isa/vec.h"
#include "memory/aligned.h"

namespace nmt::NMT_ISA {

// 1 / x to about 2e-7, for x in [1, 1e35].
inline vf reciprocal(vf x) {
#if defined(NMT_ISA_AVX512) || defined(NMT_ISA_AVX512BF16)
  const vf r = _mm512_rcp14_ps(x);
  return r * vfnma(x, r, vset1(2.0f));
#elif defined(NMT_ISA_AVX2)
  const vf r = _mm256_rcp_ps(x);
  return r * vfnma(x, r, vset1(2.0f));
#else
  return vset1(1.0f) / x;
#endif
}

// tanh(q + k) of two prepared entries.
struct ExponentialUnit {
  static vf prepare(vf x) { return vexp(x + x); }
  static vf tanh(vf query, vf key) {
    const vf one = vset1(1.0f);
    return vfnma(vset1(2.0f), reciprocal(vfma(query, key, one)), one);
  }
};
struct PlainUnit {
  static vf prepare(vf x) { return x; }
  static vf tanh(vf query, vf key) { return vtanh(query + key); }
};

// Prepared rows in panels [vectors of a row][rows][W].
struct AdditiveGroup {
  const float* query_panels;
  const float* key_panels;
  int queries;
  int keys;
  int hidden;

  int vectors() const { return (hidden + W - 1) / W; }
  int lanes(int vector) const { return hidden - vector * W < W ? hidden - vector * W : W; }
  const float* query(int vector, int i) const { return query_panels + (static_cast<long>(vector) * queries + i) * W; }
  const float* key(int vector, int j) const { return key_panels + (static_cast<long>(vector) * keys + j) * W; }
};

inline bool within(const float* const* rows, int count, int hidden, float limit) {
  vf largest = vzero();
  for (int i = 0; i < count; i++) {
    for (int k = 0; k < hidden; k += W) {
      const int lanes = hidden - k < W ? hidden - k : W;
      largest = vmax(largest, vabs(vload_n(rows[i] + k, lanes)));
    }
  }
  return hmax(largest) <= limit;
}

template <class Unit>
void prepare_panels(const float* const* rows, int count, int hidden, float* panels) {
  for (int i = 0; i < count; i++) {
    for (int k = 0; k < hidden; k += W) {
      const int lanes = hidden - k < W ? hidden - k : W;
      vstore(panels + static_cast<long>(k) * count + i * W, Unit::prepare(vload_n(rows[i] + k, lanes)));
    }
  }
}

// C scores of one query.
template <class Unit, int C>
void score_tile(const AdditiveGroup& group, const float* energy, int i, int j, float* scores) {
  vf sums[C];
#pragma GCC unroll 8
  for (int t = 0; t < C; t++) sums[t] = vzero();
  for (int v = 0; v < group.vectors(); v++) {
    const vf query = vload(group.query(v, i));
    const vf weight = vload_n(energy + v * W, group.lanes(v));
    const float* key = group.key(v, j);
#pragma GCC unroll 8
    for (int t = 0; t < C; t++) sums[t] = vfma(weight, Unit::tanh(query, vload(key + t * W)), sums[t]);
  }
#pragma GCC unroll 8
  for (int t = 0; t < C; t++) scores[t] = hsum(sums[t]);
}

// scores [queries, keys]
template <class Unit>
void additive_scores(const AdditiveGroup& group, const float* energy, float* scores) {
  constexpr int kTile = 4;
  for (int i = 0; i < group.queries; i++) {
    float* row = scores + static_cast<long>(i) * group.keys;
    int j = 0;
    for (; j + kTile <= group.keys; j += kTile) score_tile<Unit, kTile>(group, energy, i, j, row + j);
    for (; j < group.keys; j++) score_tile<Unit, 1>(group, energy, i, j, row + j);
  }
}

// From d loss / d scores [queries, keys] to the rows' and the energy's gradients; `column` holds keys × W floats.
template <class Unit>
void additive_gradients(const AdditiveGroup& group, const float* energy, const float* score_gradients,
                        float* const* query_gradients, float* const* key_gradients, float* energy_gradient,
                        float* column) {
  for (int v = 0; v < group.vectors(); v++) {
    const int lanes = group.lanes(v);
    const vf weight = vload_n(energy + v * W, lanes);
    vf of_energy = vzero();
    for (int j = 0; j < group.keys; j++) vstore(column + j * W, vzero());
    for (int i = 0; i < group.queries; i++) {
      const vf query = vload(group.query(v, i));
      vf of_query = vzero();
      for (int j = 0; j < group.keys; j++) {
        const vf upstream = vset1(score_gradients[static_cast<long>(i) * group.keys + j]);
        const vf unit = Unit::tanh(query, vload(group.key(v, j)));
        const vf weighed = upstream * unit;
        const vf slope = vfnma(weighed, unit, upstream);  // upstream · (1 - tanh²)
        of_energy = of_energy + weighed;
        of_query = of_query + slope;
        vstore(column + j * W, vload(column + j * W) + slope);
      }
      vstore_n(query_gradients[i] + v * W, of_query * weight, lanes);
    }
    for (int j = 0; j < group.keys; j++) vstore_n(key_gradients[j] + v * W, vload(column + j * W) * weight, lanes);
    vstore_n(energy_gradient + v * W, of_energy, lanes);
  }
}

// Prepares a group's rows in `panels`, (queries + keys) × padded hidden floats, and calls use(Unit{}, group).
template <class Use>
void with_additive_group(const float* const* queries, int query_count, const float* const* keys, int key_count,
                         int hidden, float* panels, Use&& use) {
  constexpr float kSafe = 20.0f;  // e^80 is still a float
  float* key_panels = panels + static_cast<long>((hidden + W - 1) / W) * W * query_count;
  const AdditiveGroup group = {panels, key_panels, query_count, key_count, hidden};
  const auto prepared = [&](auto unit) {
    using Unit = decltype(unit);
    prepare_panels<Unit>(queries, query_count, hidden, panels);
    prepare_panels<Unit>(keys, key_count, hidden, key_panels);
    use(unit, group);
  };
  const bool safe = within(queries, query_count, hidden, kSafe) && within(keys, key_count, hidden, kSafe);
  if (safe) prepared(ExponentialUnit{});
  else prepared(PlainUnit{});
}

}  // namespace nmt::NMT_ISA
