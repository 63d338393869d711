#include "inference/expert_network.h"

#include "inference/inference_kernels.h"

namespace nmt {

ExpertNetwork::ExpertNetwork(const ExpertSource& source)
    : inner_(source.arithmetic, source.width, source.hidden, source.inner, nullptr),
      outer_(source.arithmetic, source.hidden, source.width, source.outer, nullptr) {
  if (source.open.weights == nullptr) return;
  open_ = std::make_unique<Linear>(source.arithmetic, source.width, source.hidden, source.open, nullptr);
}

void ExpertNetwork::run(Run& run, const float* x, int rows, float* out) const {
  const InferenceKernels& kernels = inference_kernels();
  const size_t width = static_cast<size_t>(inner_.inputs()), hidden = static_cast<size_t>(inner_.outputs());
  const size_t count = static_cast<size_t>(rows) * hidden;
  float* inner = run.floats(Piece::expert_hidden, count);
  inner_.apply(run, x, width, rows, inner, hidden);
  if (open_ == nullptr) {
    kernels.relu_all(inner, count);
  } else {
    float* open = run.floats(Piece::expert_open, count);
    open_->apply(run, x, width, rows, open, hidden);
    kernels.gate_all(inner, open, count);
  }
  outer_.apply(run, inner, hidden, rows, out, width);
}

void ExpertNetwork::take_memory(ExpertNetwork& other) {
  inner_.take_memory(other.inner_);
  outer_.take_memory(other.outer_);
  if (open_ != nullptr && other.open_ != nullptr) open_->take_memory(*other.open_);
}

size_t ExpertNetwork::packed_bytes() const {
  return inner_.packed_bytes() + outer_.packed_bytes() + (open_ == nullptr ? 0 : open_->packed_bytes());
}

}  // namespace nmt
