#include "inference/inference_kernels.h"

#include "isa/sixteen.h"

namespace nmt::NMT_ISA {

namespace {

using namespace sixteen;

// each(i, n): lanes [i, i + n) of `count`, n being L but for the last.
template <class Each>
NMT_INLINE void for_lanes(size_t count, Each&& each) {
  size_t i = 0;
  for (; i + L <= count; i += L) each(i, L);
  if (i < count) each(i, static_cast<int>(count - i));
}

void gates(const StepGates& s) {
  const size_t units = s.units;
  for (int row = 0; row < s.rows; row++) {
    const float* sums = s.sums + row * 4 * units;
    float* cell = s.cell + row * units;
    float* output = s.output + row * s.output_step;
    for_lanes(units, [&](size_t u, int n) {
      const f16s i = sigmoid(load(sums + u, n));
      const f16s f = sigmoid(load(sums + units + u, n));
      const f16s g = tanh(load(sums + 2 * units + u, n));
      const f16s o = sigmoid(load(sums + 3 * units + u, n));
      const f16s c = f * load(cell + u, n) + i * g;
      store(cell + u, c, n);
      store(output + u, o * tanh(c), n);
    });
  }
}

float dot(const float* a, const float* b, int width) {
  f16s total{};
  for_lanes(width, [&](size_t i, int n) { total = total + load(a + i, n) * load(b + i, n); });
  return sum(total);
}

float additive(const float* key, const float* query, const float* energy, int width) {
  f16s total{};
  for_lanes(width, [&](size_t i, int n) {
    total = total + tanh(load(key + i, n) + load(query + i, n)) * load(energy + i, n);
  });
  return sum(total);
}

float largest_of(const float* x, int count) {
  f16s most = all(-3.4e38f);
  int i = 0;
  for (; i + L <= count; i += L) most = larger(load(x + i), most);
  float result = largest(most);
  for (; i < count; i++) result = x[i] > result ? x[i] : result;
  return result;
}

// Σ e^(x − top); where `keep`, x becomes the terms.
template <bool keep>
float exponentials(float* x, int count, float top) {
  f16s total{};
  for_lanes(count, [&](size_t i, int n) {
    const f16s e = exp(load(x + i, n) - all(top));
    if (keep) store(x + i, e, n);
    f16s counted = e;
    for (int lane = n; lane < L; lane++) counted[lane] = 0;
    total = total + counted;
  });
  return sum(total);
}

void softmax(float* x, int count) {
  const float total = exponentials<true>(x, count, largest_of(x, count));
  for_lanes(count, [&](size_t i, int n) { store(x + i, load(x + i, n) / all(total), n); });
}

void add_scaled(float* y, const float* x, float scale, size_t count) {
  for_lanes(count, [&](size_t i, int n) { store(y + i, load(y + i, n) + all(scale) * load(x + i, n), n); });
}

void attend(const Attend& a) {
  const size_t width = a.width;
  for (int p = 0; p < a.positions; p++) {
    const float* key = a.keys + p * width;
    a.weights[p] = a.energy == nullptr ? dot(a.query, key, a.width) : additive(key, a.query, a.energy, a.width);
  }
  softmax(a.weights, a.positions);
  for_lanes(width, [&](size_t i, int n) {
    f16s total{};
    for (int p = 0; p < a.positions; p++) total = total + all(a.weights[p]) * load(a.values + p * width + i, n);
    store(a.context + i, total, n);
  });
}

void tanh_all(float* x, size_t count) {
  for_lanes(count, [&](size_t i, int n) { store(x + i, tanh(load(x + i, n)), n); });
}
void sigmoid_all(float* x, size_t count) {
  for_lanes(count, [&](size_t i, int n) { store(x + i, sigmoid(load(x + i, n)), n); });
}
void relu_all(float* x, size_t count) {
  for_lanes(count, [&](size_t i, int n) { store(x + i, larger(load(x + i, n), f16s{}), n); });
}
void gate_all(float* x, const float* gate, size_t count) {
  for_lanes(count, [&](size_t i, int n) { store(x + i, load(x + i, n) * sigmoid(load(gate + i, n)), n); });
}
void add(float* y, const float* x, size_t count) {
  for_lanes(count, [&](size_t i, int n) { store(y + i, load(y + i, n) + load(x + i, n), n); });
}
void multiply(float* y, const float* x, size_t count) {
  for_lanes(count, [&](size_t i, int n) { store(y + i, load(y + i, n) * load(x + i, n), n); });
}

template <int ROWS>
NMT_INLINE void product_rows(const float* x, int k, const float* w, int n, float* out) {
  for_lanes(n, [&](size_t c, int lanes) {
    f16s sums[ROWS];
    for (f16s& s : sums) s = f16s{};
    for (int i = 0; i < k; i++) {
      const f16s line = load(w + static_cast<size_t>(i) * n + c, lanes);
      for (int r = 0; r < ROWS; r++) sums[r] = sums[r] + all(x[static_cast<size_t>(r) * k + i]) * line;
    }
    for (int r = 0; r < ROWS; r++) store(out + static_cast<size_t>(r) * n + c, sums[r], lanes);
  });
}

void product(const float* x, int rows, int k, const float* w, int n, float* out) {
  constexpr int kRows = 4;
  int row = 0;
  for (; row + kRows <= rows; row += kRows) {
    product_rows<kRows>(x + static_cast<size_t>(row) * k, k, w, n, out + static_cast<size_t>(row) * n);
  }
  for (; row < rows; row++) product_rows<1>(x + static_cast<size_t>(row) * k, k, w, n, out + static_cast<size_t>(row) * n);
}

void widen(const int8_t* bytes, int count, float scale, float* y) {
  for (int i = 0; i < count; i++) y[i] = static_cast<float>(bytes[i]) * scale;
}

float total(const float* logits, int count, float* largest) {
  *largest = largest_of(logits, count);
  return exponentials<false>(const_cast<float*>(logits), count, *largest);
}

int above(const float* logits, int count, float threshold, int32_t* places) {
  int found = 0;
  for (int i = 0; i < count; i += L) {
    const int end = count - i < L ? count : i + L;
    if (end - i == L && !(largest(load(logits + i)) > threshold)) continue;
    for (int j = i; j < end; j++) {
      places[found] = j;
      found += logits[j] > threshold;
    }
  }
  return found;
}

constexpr InferenceKernels table{&gates, &attend,   &softmax, &tanh_all, &sigmoid_all, &relu_all, &gate_all,
                                 &add,   &add_scaled, &multiply, &product, &widen,       &total,    &above};

}  // namespace

}  // namespace nmt::NMT_ISA

namespace nmt {
NMT_DEFINE_KERNELS(InferenceKernels, inference) = NMT_ISA::table;
}  // namespace nmt
