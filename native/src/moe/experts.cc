#include "moe/experts.h"

#include <algorithm>

#include "moe/expert_passes.h"

namespace nmt {

namespace {

void clear_gradients(const Expert& e, const ExpertGradients& d) {
  const size_t weights = static_cast<size_t>(e.width) * e.hidden;
  std::fill_n(d.w1 + e.weights, weights, 0.0f);
  std::fill_n(d.w2 + e.weights, weights, 0.0f);
  if (d.b1 != nullptr) std::fill_n(d.b1 + e.hidden_bias, e.hidden, 0.0f);
  if (d.b2 != nullptr) std::fill_n(d.b2 + e.width_bias, e.width, 0.0f);
}

}  // namespace

void experts_forward(Team& team, Precision precision, const Experts& experts, float* out) {
  const auto work = [&](const CrewMember& crew, const Workspace& w, const Expert& e) {
    expert_forward(crew, w, e, out);
  };
  for_each_expert(team, precision, experts, expect_forward, work);
}

void experts_backward(Team& team, Precision precision, const Experts& experts, const float* d_out,
                      const ExpertGradients& gradients) {
  for_each_expert(team, precision, experts, expect_backward,
                  [&](const CrewMember& crew, const Workspace& w, const Expert& e) {
                    if (e.rows > 0) expert_backward(crew, w, e, d_out, ExpertPlaces(gradients, e), [](const Part&) {});
                    else clear_gradients(e, gradients);
                  });
}

}  // namespace nmt
