#include "moe/experts.h"

#include <algorithm>

#include "moe/expert_passes.h"

namespace nmt {

namespace {

void clear_gradients(const Expert& e, const ExpertGradients& d) {
  if (d.w1 == nullptr) return;
  const size_t weights = static_cast<size_t>(e.width) * e.hidden;
  std::fill_n(d.w1 + e.weights, weights, 0.0f);
  std::fill_n(d.w2 + e.weights, weights, 0.0f);
}

}  // namespace

void experts_forward(ThreadGroup& group, Precision precision, const Experts& experts, float* out) {
  const auto work = [&](const ExpertWorker& worker, const Workspace& w, const Expert& e) {
    expert_forward(worker, w, e, out);
  };
  for_each_expert(group, precision, experts, queue_forward, work);
}

void experts_backward(ThreadGroup& group, Precision precision, const Experts& experts, const float* d_out,
                      const ExpertGradients& gradients) {
  for_each_expert(group, precision, experts, queue_backward,
                  [&](const ExpertWorker& worker, const Workspace& w, const Expert& e) {
                    if (e.rows > 0) expert_backward(worker, w, e, d_out, ExpertPlaces(gradients, e), [](const Part&) {});
                    else clear_gradients(e, gradients);
                  });
}

}  // namespace nmt
