// Scores, softmax over the group's keys, and the weighed sum of values; backward from the saved weights.
#include "attention/attention_kernels.h"

#include <cmath>
#include <vector>

#include "attention/additive_scores.h"
#include "attention/row_products.h"
#include "isa/vec.h"
#include "memory/aligned.h"

namespace nmt::NMT_ISA {

namespace {

// Addresses of a group's rows.
template <class T>
const std::vector<T*>& addresses(std::vector<T*>& list, T* matrix, int width, const RowGroups& groups, int group) {
  const int32_t* rows = groups.begin(group);
  list.resize(static_cast<size_t>(groups.size(group)));
  for (size_t i = 0; i < list.size(); i++) list[i] = matrix + static_cast<long>(rows[i]) * width;
  return list;
}

// Working memory of a thread.
struct Workspace {
  std::vector<const float*> queries, keys, values, context_gradients;
  std::vector<float*> context, query_gradients, key_gradients, value_gradients;
  Scratch panels, score_gradients, column;
};

Workspace& workspace() {
  static thread_local Workspace instance;
  return instance;
}

float* additive_panels(Workspace& work, int queries, int keys, int hidden) {
  const size_t padded = static_cast<size_t>((hidden + W - 1) / W) * W;
  return work.panels.reserve(padded * static_cast<size_t>(queries + keys));
}

// exp(x) of a row sums to total · exp(largest).
struct Exponentials {
  float largest;
  float total;
};

Exponentials softmax_row(float* row, int length) {
  float largest = row[0];
  for (int j = 1; j < length; j++) largest = row[j] > largest ? row[j] : largest;
  vf total = vzero();
  for (int j = 0; j < length; j += W) {
    const int lanes = length - j < W ? length - j : W;
    vstore_n(row + j, vexp(vload_n(row + j, lanes) - vset1(largest)), lanes);
    total = total + vload_n(row + j, lanes);
  }
  const float sum = hsum(total);
  const vf scale = vset1(1.0f / sum);
  for (int j = 0; j < length; j += W) {
    const int lanes = length - j < W ? length - j : W;
    vstore_n(row + j, vload_n(row + j, lanes) * scale, lanes);
  }
  return {largest, sum};
}

// Gradients of the weights → of the scores, in place: w · (g - Σ w g).
void softmax_gradient_row(const float* weights, float* gradients, int length) {
  vf total = vzero();
  for (int j = 0; j < length; j += W) {
    const int lanes = length - j < W ? length - j : W;
    total = vfma(vload_n(weights + j, lanes), vload_n(gradients + j, lanes), total);
  }
  const vf mean = vset1(hsum(total));
  for (int j = 0; j < length; j += W) {
    const int lanes = length - j < W ? length - j : W;
    vstore_n(gradients + j, vload_n(weights + j, lanes) * (vload_n(gradients + j, lanes) - mean), lanes);
  }
}

// Keys that a query of a group should look at.
struct GuidedKeys {
  const int32_t* begin;
  const int32_t* end;

  GuidedKeys(const Attention& a, int group, int query) {
    const int32_t* offset = a.guide->offsets + a.query_rows.offsets[group] + query;
    begin = a.guide->keys + offset[0];
    end = a.guide->keys + offset[1];
  }
  bool free() const { return begin == end; }
  float share() const { return 1.0f / static_cast<float>(end - begin); }
};

// Half of Σ (weight − share)².
double squared_cost(const float* weights, int length, const GuidedKeys& keys) {
  double sum = 0;
  for (int j = 0; j < length; j++) sum += static_cast<double>(weights[j]) * weights[j];
  const double share = keys.share();
  for (const int32_t* key = keys.begin; key < keys.end; key++) sum += share * (share - 2.0 * weights[*key]);
  return sum / 2;
}

// Makes a row's scores weights, and gives its cost. From scores, cross-entropy is finite however small a weight is.
double guided_softmax_row(float* row, int length, const GuidedKeys& keys, GuideCost cost) {
  if (keys.free()) {
    softmax_row(row, length);
    return 0;
  }
  double score = 0;
  for (const int32_t* key = keys.begin; key < keys.end; key++) score += row[*key];
  const Exponentials sum = softmax_row(row, length);
  if (cost == GuideCost::kSquares) return squared_cost(row, length, keys);
  return sum.largest + std::log(static_cast<double>(sum.total)) - score * keys.share();
}

// Adds scale · (weight − share) to a row of gradients: those of squares by the weights, of cross-entropy by the scores.
void add_guide_gradient(const float* weights, float* gradients, int length, const GuidedKeys& keys, float scale) {
  if (keys.free()) return;
  const vf factor = vset1(scale);
  for (int j = 0; j < length; j += W) {
    const int lanes = length - j < W ? length - j : W;
    vstore_n(gradients + j, vfma(factor, vload_n(weights + j, lanes), vload_n(gradients + j, lanes)), lanes);
  }
  const float share = scale * keys.share();
  for (const int32_t* key = keys.begin; key < keys.end; key++) gradients[*key] -= share;
}

double forward(const Attention& a, int group, float* context, float* weights) {
  Workspace& work = workspace();
  const auto& queries = addresses(work.queries, a.queries, a.hidden, a.query_rows, group);
  const auto& keys = addresses(work.keys, a.keys, a.hidden, a.key_rows, group);
  const auto& values = addresses(work.values, a.values, a.value_width, a.key_rows, group);
  const auto& out = addresses(work.context, context, a.value_width, a.query_rows, group);
  const int m = a.query_rows.size(group), n = a.key_rows.size(group);
  float* scores = weights + a.weight_offsets[group];
  double cost = 0;
  if (n > 0) {
    if (a.energy == nullptr) {
      row_dots(queries.data(), m, keys.data(), n, a.hidden, scores, n);
    } else {
      with_additive_group(queries.data(), m, keys.data(), n, a.hidden, additive_panels(work, m, n, a.hidden),
                          [&](auto unit, const AdditiveGroup& rows) {
                            additive_scores<decltype(unit)>(rows, a.energy, scores);
                          });
    }
    for (int i = 0; i < m; i++) {
      float* row = scores + static_cast<long>(i) * n;
      if (a.guide == nullptr) softmax_row(row, n);
      else cost += guided_softmax_row(row, n, GuidedKeys(a, group, i), a.guide->cost);
    }
  }
  row_sums({scores, n, 1}, m, values.data(), n, a.value_width, out.data());
  return cost;
}

void backward(const Attention& a, int group, const float* weights, const float* context_gradient, float guide_scale,
              const AttentionGradients& gradients) {
  Workspace& work = workspace();
  const auto& queries = addresses(work.queries, a.queries, a.hidden, a.query_rows, group);
  const auto& keys = addresses(work.keys, a.keys, a.hidden, a.key_rows, group);
  const auto& values = addresses(work.values, a.values, a.value_width, a.key_rows, group);
  const auto& upstream = addresses(work.context_gradients, context_gradient, a.value_width, a.query_rows, group);
  const auto& of_queries = addresses(work.query_gradients, gradients.queries, a.hidden, a.query_rows, group);
  const auto& of_keys = addresses(work.key_gradients, gradients.keys, a.hidden, a.key_rows, group);
  const auto& of_values = addresses(work.value_gradients, gradients.values, a.value_width, a.key_rows, group);
  const int m = a.query_rows.size(group), n = a.key_rows.size(group);
  const float* mine = weights + a.weight_offsets[group];

  row_sums({mine, 1, n}, n, upstream.data(), m, a.value_width, of_values.data());
  float* scores = work.score_gradients.reserve(static_cast<size_t>(m) * n);
  row_dots(upstream.data(), m, values.data(), n, a.value_width, scores, n);
  for (long i = 0; i < m; i++) {
    const float* row = mine + i * n;
    float* gradient = scores + i * n;
    const auto guided = [&](GuideCost cost) {
      if (a.guide == nullptr || a.guide->cost != cost) return;
      add_guide_gradient(row, gradient, n, GuidedKeys(a, group, static_cast<int>(i)), guide_scale);
    };
    guided(GuideCost::kSquares);
    softmax_gradient_row(row, gradient, n);
    guided(GuideCost::kCrossEntropy);
  }
  if (a.energy == nullptr) {
    row_sums({scores, n, 1}, m, keys.data(), n, a.hidden, of_queries.data());
    row_sums({scores, 1, n}, n, queries.data(), m, a.hidden, of_keys.data());
    return;
  }
  float* of_energy = gradients.energy + static_cast<long>(group) * a.hidden;
  float* column = work.column.reserve(static_cast<size_t>(n) * W);
  with_additive_group(queries.data(), m, keys.data(), n, a.hidden, additive_panels(work, m, n, a.hidden),
                      [&](auto unit, const AdditiveGroup& rows) {
                        additive_gradients<decltype(unit)>(rows, a.energy, scores, of_queries.data(), of_keys.data(),
                                                           of_energy, column);
                      });
}

constexpr AttentionKernels table{&forward, &backward};

}  // namespace

}  // namespace nmt::NMT_ISA

namespace nmt {

NMT_DEFINE_KERNELS(AttentionKernels, attention) = NMT_ISA::table;

}  // namespace nmt
