// What inference does between its products, in arithmetic that has the same bits on every instruction set (isa/sixteen.h). A row's
// results depend on that row alone.
#pragma once

#include <cstddef>
#include <cstdint>

#include "isa/family.h"

namespace nmt {

// c = f ∘ c + i ∘ g;  m = o ∘ tanh(c). Gates are i, f, g, o.
struct StepGates {
  int rows;
  int units;
  const float* sums;  // [rows][4 · units]
  float* cell;        // [rows][units], replaced
  float* output;      // [rows][output_step]: m
  size_t output_step;
};

// One query over the positions of its sentence.
struct Attend {
  int positions;
  int width;
  const float* query;   // [width]
  const float* keys;    // [positions][width]
  const float* values;  // [positions][width]
  const float* energy;  // [width], or null where the score is a dot product
  float* weights;       // [positions], the softmax of the scores
  float* context;       // [width]
};

struct InferenceKernels {
  void (*gates)(const StepGates&);
  void (*attend)(const Attend&);
  void (*softmax)(float* x, int count);
  void (*tanh_all)(float* x, size_t count);
  void (*sigmoid_all)(float* x, size_t count);
  void (*relu_all)(float* x, size_t count);
  // x[i] = x[i] · sigmoid(gate[i])
  void (*gate_all)(float* x, const float* gate, size_t count);
  // y[i] += x[i]; y[i] += scale · x[i]; y[i] *= x[i]
  void (*add)(float* y, const float* x, size_t count);
  void (*add_scaled)(float* y, const float* x, float scale, size_t count);
  void (*multiply)(float* y, const float* x, size_t count);
  // out[rows][n] = x[rows][k] · w[k][n], each sum in the order of k.
  void (*product)(const float* x, int rows, int k, const float* w, int n, float* out);
  // y = scale · bytes
  void (*widen)(const int8_t* bytes, int count, float scale, float* y);
  // The largest of some logits, and Σ e^(logit − largest).
  float (*total)(const float* logits, int count, float* largest);
  // Places of the logits above a threshold, in ascending order; gives their number.
  int (*above)(const float* logits, int count, float threshold, int32_t* places);
};

NMT_DECLARE_KERNELS(InferenceKernels, inference)

}  // namespace nmt
