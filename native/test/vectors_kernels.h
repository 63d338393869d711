// Checks of isa/vec.h, compiled for each instruction set.
#pragma once

#include "isa/family.h"

namespace nmt {

struct VectorChecks {
  void (*run)();
};

NMT_DECLARE_KERNELS(VectorChecks, vectors)

}  // namespace nmt
