// Matrix products against sums in double precision; LSTM layers on each instruction set against the portable one.
#include "test/products.h"

#include <cmath>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "gemm/gemm.h"
#include "gemm/packed.h"
#include "isa/isa.h"
#include "lstm/lstm.h"
#include "test/check.h"

namespace nmt {

namespace {

// Numbers in (-1, 1), the same on every run.
std::vector<float> numbers(size_t count, uint32_t seed) {
  std::vector<float> values(count);
  uint32_t state = seed * 2654435761u + 1;
  for (float& value : values) {
    state = state * 1664525u + 1013904223u;
    value = static_cast<float>(static_cast<int32_t>(state) >> 8) / 8388608.0f;
  }
  return values;
}

// To 7 bits, which bf16 keeps.
void coarsen(std::vector<float>& values) {
  for (float& value : values) value = std::round(value * 64) / 64;
}

void check_product(ThreadGroup& group, Precision precision, int m, int n, int k, bool trans_a, bool trans_b) {
  auto a = numbers(static_cast<size_t>(m) * k, 1), b = numbers(static_cast<size_t>(k) * n, 2);
  if (precision == Precision::bf16) {
    coarsen(a);
    coarsen(b);
  }
  std::vector<float> c(static_cast<size_t>(m) * n);
  gemm(group, precision, trans_a, trans_b, m, n, k, a.data(), trans_a ? m : k, b.data(), trans_b ? k : n, c.data(), n,
       false);
  double worst = 0;
  for (int i = 0; i < m; i++) {
    for (int j = 0; j < n; j++) {
      double sum = 0, magnitude = 1e-3;
      for (int q = 0; q < k; q++) {
        const double term =
            static_cast<double>(a[trans_a ? q * m + i : i * k + q]) * b[trans_b ? j * k + q : q * n + j];
        sum += term;
        magnitude += std::fabs(term);
      }
      const double error = std::fabs(c[static_cast<size_t>(i) * n + j] - sum) / magnitude;
      if (!(error <= worst)) worst = error;
    }
  }
  check_at_most("matrix product", isa_name(active_isa()), worst, 1e-6);

  std::vector<float> packed(packed_floats(precision, n, k)), again(c.size());
  pack_matrix(group, precision, trans_b, n, k, b.data(), packed.data());
  gemm_packed(group, precision, trans_a, m, n, k, a.data(), trans_a ? m : k, packed.data(), again.data(), n, false);
  check("a packed right side gives the same bits", isa_name(active_isa()),
         std::memcmp(again.data(), c.data(), c.size() * sizeof(float)) == 0);
}

// Output and gradients of a ragged layer, one after the other. With a projection states have fewer numbers than units.
std::vector<float> layer(ThreadGroup& group, bool reverse, int directions, bool projected) {
  const int inputs = 13, units = 37, hidden = projected ? 22 : units;
  const std::vector<int32_t> sizes = {9, 9, 5, 2};
  const int rows = 25, sentences = 9;
  const LstmShape shape{inputs, units, hidden, directions, sizes.data(), static_cast<int>(sizes.size())};
  const auto x = numbers(rows * inputs, 3), d_output = numbers(directions * rows * hidden, 9);
  std::vector<float> output(directions * rows * hidden), cells(directions * rows * units), d_x(x.size());
  std::vector<float> gates(static_cast<size_t>(directions) * rows * lstm_gate_width(units));
  const LstmRecord record{output.data(), gates.data(), cells.data()};
  // Of each direction: input, recurrent, bias, projection, initial states.
  const std::vector<int> lengths = {inputs * 4 * units, hidden * 4 * units, 4 * units,
                                    units * hidden,     sentences * hidden, sentences * units};
  std::vector<std::vector<float>> values, derivatives;
  std::vector<LstmDirection> layers;
  std::vector<LstmGradients> gradients;
  for (int d = 0; d < directions; d++) {
    for (size_t i = 0; i < lengths.size(); i++) {
      values.push_back(numbers(lengths[i], 10 * d + i + 10));
      derivatives.emplace_back(lengths[i], 0.0f);
    }
  }
  for (int d = 0; d < directions; d++) {
    const std::vector<float>* v = &values[d * lengths.size()];
    std::vector<float>* g = &derivatives[d * lengths.size()];
    layers.push_back({reverse || d == 1,
                      {v[0].data(), v[1].data(), v[2].data(), projected ? v[3].data() : nullptr},
                      {v[4].data(), v[5].data()}});
    gradients.push_back(
        {g[0].data(), g[1].data(), g[2].data(), projected ? g[3].data() : nullptr, g[4].data(), g[5].data()});
  }
  lstm_forward(group, Precision::f32, shape, x.data(), layers.data(), record);
  lstm_backward(group, Precision::f32, shape, x.data(), layers.data(), record, d_output.data(), d_x.data(),
                gradients.data());
  std::vector<float> all = output;
  all.insert(all.end(), d_x.begin(), d_x.end());
  for (const auto& part : derivatives) all.insert(all.end(), part.begin(), part.end());
  return all;
}

void check_layers(bool reverse, int directions, bool projected) {
  const std::string isa = isa_name(active_isa());
  ThreadGroup one(1), three(3);
  const auto result = layer(one, reverse, directions, projected);
  const auto result_of_three = layer(three, reverse, directions, projected);
  check("LSTM bits don't depend on threads", isa.c_str(),
         std::memcmp(result.data(), result_of_three.data(), result.size() * sizeof(float)) == 0);
  select_isa("portable");
  const auto reference = layer(one, reverse, directions, projected);
  select_isa(isa.c_str());
  double worst = 0;
  for (size_t i = 0; i < result.size(); i++) {
    const double error = std::fabs(result[i] - reference[i]) / (1 + std::fabs(reference[i]));
    if (!(error <= worst)) worst = error;
  }
  check_at_most("LSTM layer", isa.c_str(), worst, 5e-5);
}

}  // namespace

void check_products() {
  ThreadGroup group(3);
  const int shapes[][3] = {{1, 1, 1}, {5, 33, 2}, {61, 130, 75}, {130, 31, 75}, {37, 90, 527}};
  for (const auto& [m, n, k] : shapes) {
    for (int transposed = 0; transposed < 4; transposed++) {
      for (const Precision precision : {Precision::f32, Precision::bf16}) {
        check_product(group, precision, m, n, k, transposed & 1, transposed & 2);
      }
    }
  }
  for (const bool projected : {false, true}) {
    check_layers(false, 1, projected);
    check_layers(true, 1, projected);
    check_layers(false, 2, projected);
  }
}

}  // namespace nmt
