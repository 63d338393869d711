// An expert's network that is only run (Shazeer et al. 2017, §3.2): relu(x W1) W2, or with gated linear units.
#pragma once

#include <memory>

#include "inference/linear.h"

namespace nmt {

// Of one expert: where its matrices are in the file.
struct ExpertSource {
  Arithmetic arithmetic;
  int width, hidden;
  Linear::Source inner;  // [width][hidden]
  Linear::Source outer;  // [hidden][width]
  Linear::Source open;   // [width][hidden] what opens gated linear units, or nothing
};

class ExpertNetwork {
 public:
  explicit ExpertNetwork(const ExpertSource& source);

  // x [rows][width] → out [rows][width]. The first call packs the matrices.
  void run(Run& run, const float* x, int rows, float* out) const;
  // Packs into the memory of another one that nobody uses any more; before the first run.
  void take_memory(ExpertNetwork& other);
  // What the packed matrices take.
  size_t packed_bytes() const;

 private:
  Linear inner_, outer_;
  std::unique_ptr<Linear> open_;
};

}  // namespace nmt
