// Standard normal numbers of a Philox stream, as src/base/random.ts defines them.
#pragma once

#include <cstddef>

#include "dropout/dropout_kernels.h"

namespace nmt {

// Numbers [begin, end) of the stream into out[begin … end); `begin` is a multiple of 4.
void normal_noise(Stream stream, float* out, size_t begin, size_t end);

}  // namespace nmt
