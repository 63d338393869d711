#include "lstm/lstm_kernels.h"

#include "isa/vec.h"

namespace nmt::NMT_ISA {

namespace {

// Loads and stores of a whole vector, or of its first `count` lanes.
struct Whole {
  explicit Whole(int) {}
  vf load(const float* p) const { return vload(p); }
  void store(float* p, vf v) const { vstore(p, v); }
};
struct Part {
  int count;
  explicit Part(int n) : count(n < 0 ? 0 : n > W ? W : n) {}
  vf load(const float* p) const { return vload_n(p, count); }
  void store(float* p, vf v) const { vstore_n(p, v, count); }
};

template <class Lanes>
inline void gates_at(const LstmGates& s, int row, int unit) {
  const Lanes lanes(s.units - unit);
  float* sums = s.gates + row * s.row_step + unit;
  const size_t state = row * s.cell_step + unit;
  const vf i = vsigmoid(lanes.load(sums));
  const vf f = vsigmoid(lanes.load(sums + s.gate_step));
  const vf g = vtanh(lanes.load(sums + 2 * s.gate_step));
  const vf o = vsigmoid(lanes.load(sums + 3 * s.gate_step));
  const vf before = s.cell_before == nullptr ? vzero() : lanes.load(s.cell_before + state);
  const vf cell = vfma(f, before, vmul(i, g));
  lanes.store(sums, i);
  lanes.store(sums + s.gate_step, f);
  lanes.store(sums + 2 * s.gate_step, g);
  lanes.store(sums + 3 * s.gate_step, o);
  lanes.store(s.cell + state, cell);
  lanes.store(s.cell_output + row * s.cell_output_step + unit, vmul(o, vtanh(cell)));
}

void gates(const LstmGates& s) {
  for (int row = 0; row < s.rows; row++) {
    int unit = 0;
    for (; unit + W <= s.units; unit += W) gates_at<Whole>(s, row, unit);
    if (unit < s.units) gates_at<Part>(s, row, unit);
  }
}

// s' = s · (1 - s) for a sigmoid, 1 - t² for a tanh.
inline vf sigmoid_slope(vf s) { return vfnma(s, s, s); }
inline vf tanh_slope(vf t) { return vfnma(t, t, vset1(1.0f)); }

// How many rows ahead states are fetched: of each row it is a line or two, too little for the processor to foresee.
constexpr int kRowsAhead = 8;

template <class Lanes>
inline void gate_gradients_at(const LstmGateGradients& s, int row, int unit) {
  const Lanes lanes(s.units - unit);
  float* gates = s.gates + row * s.row_step + unit;
  const size_t state = row * s.cell_step + unit;
  __builtin_prefetch(s.cell + state + kRowsAhead * s.cell_step);
  if (s.cell_before != nullptr) __builtin_prefetch(s.cell_before + state + kRowsAhead * s.cell_step);
  __builtin_prefetch(s.d_cell_output + (row + kRowsAhead) * s.d_cell_output_step + unit);
  const vf i = lanes.load(gates);
  const vf f = lanes.load(gates + s.gate_step);
  const vf g = lanes.load(gates + 2 * s.gate_step);
  const vf o = lanes.load(gates + 3 * s.gate_step);
  const vf before = s.cell_before == nullptr ? vzero() : lanes.load(s.cell_before + state);
  const vf squashed = vtanh(lanes.load(s.cell + state));
  vf d_output = lanes.load(s.d_cell_output + row * s.d_cell_output_step + unit);
  if (s.d_hidden != nullptr) d_output = vadd(d_output, lanes.load(s.d_hidden + state));
  const vf d_cell = vfma(vmul(d_output, o), tanh_slope(squashed), lanes.load(s.d_cell + state));
  // Lanes past the last unit hold zeros, as everything they come from does.
  vstore(gates, vmul(vmul(d_cell, g), sigmoid_slope(i)));
  vstore(gates + s.gate_step, vmul(vmul(d_cell, before), sigmoid_slope(f)));
  vstore(gates + 2 * s.gate_step, vmul(vmul(d_cell, i), tanh_slope(g)));
  vstore(gates + 3 * s.gate_step, vmul(vmul(d_output, squashed), sigmoid_slope(o)));
  lanes.store(s.d_cell + state, vmul(d_cell, f));
  if (s.cell_output != nullptr) lanes.store(s.cell_output + state, vmul(o, squashed));
}

void gate_gradients(const LstmGateGradients& s) {
  for (int row = 0; row < s.rows; row++) {
    int unit = 0;
    for (; unit + W <= s.units; unit += W) gate_gradients_at<Whole>(s, row, unit);
    for (; unit < static_cast<int>(s.gate_step); unit += W) gate_gradients_at<Part>(s, row, unit);
  }
}

void add_rows(const float* matrix, int rows, int columns, float* sums) {
  constexpr int kVectors = 4;
  for (int c = 0; c < columns; c += kVectors * W) {
    vf sum[kVectors];
    for (vf& s : sum) s = vzero();
    for (int r = 0; r < rows; r++) {
      const float* row = matrix + static_cast<size_t>(r) * columns + c;
      for (int v = 0; v < kVectors; v++) sum[v] = vadd(sum[v], vload(row + v * W));
    }
    for (int v = 0; v < kVectors; v++) vstore(sums + c + v * W, vadd(vload(sums + c + v * W), sum[v]));
  }
}

void add(const float* a, size_t a_step, const float* b, size_t b_step, int rows, int columns, float* out) {
  for (int r = 0; r < rows; r++, a += a_step, b += b_step, out += b_step) {
    int c = 0;
    for (; c + W <= columns; c += W) vstore(out + c, vadd(vload(a + c), vload(b + c)));
    if (c < columns) vstore_n(out + c, vadd(vload_n(a + c, columns - c), vload_n(b + c, columns - c)), columns - c);
  }
}

constexpr LstmKernels table{&gates, &gate_gradients, &add_rows, &add};

}  // namespace
}  // namespace nmt::NMT_ISA

namespace nmt {
NMT_DEFINE_KERNELS(LstmKernels, lstm) = NMT_ISA::table;
}  // namespace nmt
