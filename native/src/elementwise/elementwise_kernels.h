// Arithmetic element by element, sums and transposition over plain ranges of memory.
#pragma once

#include <cstddef>

#include "isa/family.h"

namespace nmt {

// Numbered in the order of `binaryOperations` in src/backends/native/kernels/elementwise.ts.
enum class Binary { add, subtract, multiply, divide };
constexpr int kBinaryCount = 4;

// As `unaryOperations`.
enum class Unary { absolute, exponential, logarithm, negative, reciprocal, relu, sigmoid, softplus, square, root, step, tanh };
constexpr int kUnaryCount = 12;

using BinaryKernel = void (*)(const float* a, const float* b, float* out, size_t n);

struct BinaryKernels {
  BinaryKernel vectors;       // a [n], b [n]
  BinaryKernel left_scalar;   // a [1], b [n]
  BinaryKernel right_scalar;  // a [n], b [1]
};

struct ElementwiseKernels {
  BinaryKernels binary[kBinaryCount];
  void (*unary[kUnaryCount])(const float* x, float* out, size_t n);
  void (*fill)(float* out, size_t n, float value);
  // Σ x, for n up to a few thousand.
  float (*sum)(const float* x, size_t n);
  // x [rows][step] → out [columns], `columns` of each row: sums over the rows.
  void (*sum_rows)(const float* x, size_t rows, size_t step, size_t columns, float* out);
  // x [rows][x_step] → out [columns][out_step].
  void (*transpose)(const float* x, size_t x_step, float* out, size_t out_step, size_t rows, size_t columns);
};

NMT_DECLARE_KERNELS(ElementwiseKernels, elementwise)

}  // namespace nmt
