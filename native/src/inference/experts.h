// A mixture-of-experts layer that is only run (Shazeer et al. 2017): x + sigmoid(Σ gate · expert(x)), noise-free. Gates are computed
// in f32 whatever the arithmetic of the experts.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "inference/layers.h"

namespace nmt {

enum class Gating { noisy_top_k, hierarchical, strictly_balanced, dense };

struct ExpertsShape {
  Gating gating;
  int hidden;
  int experts;         // of all groups together
  int used;            // k, of each chosen group
  int groups;          // of a hierarchy
  int groups_used;     // of a hierarchy
  int expert_hidden;
  bool gated;          // gated linear units, instead of ReLU
  bool squashed;       // a sigmoid before the residual
  int shared_hidden;   // of an expert that every position uses; 0 for none
};

// Networks of one shape side by side.
class ExpertNetworks {
 public:
  // `memory` decides which of them are packed.
  ExpertNetworks(const Parts& parts, const std::string& name, int experts, int width, int hidden, bool gated, ExpertMemory& memory);

  // x [rows][width] → out [rows][width] by one expert.
  void run(Run& run, int expert, const float* x, int rows, float* out) const;
  // Those that are packed before the others, where not all may be.
  void packed_first(std::vector<int>& experts) const;

 private:
  ExpertMemory& memory_;
  mutable std::deque<ExpertMemory::Slot> slots_;
};

class Experts {
 public:
  Experts(const Parts& parts, const std::string& name, const ExpertsShape& shape);

  int experts() const { return shape_.experts; }
  // Positions that each expert has worked on since the model was opened, then those that the layer has seen: [experts + 1]. Of batches under way
  // those of a step may be counted in part.
  std::vector<uint64_t> load() const;
  // x [rows][hidden], in place. `gates` [rows][experts] gets each row's weights, 0 for experts that it doesn't use; or null.
  void apply(Run& run, float* x, int rows, float* gates = nullptr) const;

 private:
  // Chosen experts and their weights, row by row: those of row r are [starts[r], starts[r + 1]).
  struct Choices {
    std::vector<int> starts;
    std::vector<int> experts;
    std::vector<float> gates;
  };

  Choices choose(Run& run, const float* x, int rows) const;
  void choose_in_groups(Run& run, const float* x, int rows, Choices& choices) const;
  // out[rows][hidden]: sums by gates.
  void mix(Run& run, const float* x, int rows, const Choices& choices, float* out) const;

  ExpertsShape shape_;
  const float* weights_ = nullptr;     // [hidden][experts], or [groups][hidden][experts of a group]
  const float* primary_ = nullptr;     // [hidden][groups]
  const float* thresholds_ = nullptr;  // [experts]
  ExpertNetworks networks_;
  ExpertMemory always_{ExpertMemory::kUnbounded};
  std::unique_ptr<ExpertNetworks> shared_;  // kept by always_
  // What `load` tells; every thread adds to it.
  std::unique_ptr<std::atomic<uint64_t>[]> served_;
};

// A dense network in an expert layer's place: several ReLU layers, then what an expert layer does with its output.
class DeepExpert {
 public:
  DeepExpert(const Parts& parts, const std::string& name, int width, int hidden, int layers, bool squashed);

  void apply(Run& run, float* x, int rows) const;

 private:
  int width_, hidden_;
  bool squashed_;
  std::vector<std::unique_ptr<Linear>> inner_;
  std::unique_ptr<Linear> outer_;
};

}  // namespace nmt
