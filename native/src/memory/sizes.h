// Arithmetic of sizes.
#pragma once

#include <cstddef>

namespace nmt {

// Floats of a line of the cache.
constexpr int kLine = 16;

constexpr int least(int a, int b) { return a < b ? a : b; }
constexpr int ceil_div(int a, int b) { return (a + b - 1) / b; }
// Numbers of a matrix [rows][columns].
constexpr size_t area(int rows, int columns) { return static_cast<size_t>(rows) * static_cast<size_t>(columns); }

}  // namespace nmt
