// A whole model that is only run: a translation model with its encoder, or a language model.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "inference/experts.h"
#include "inference/layers.h"

namespace nmt {

// What src/engine/model-plan.ts says of a model, by name.
class Plan {
 public:
  // A line for each: name, value.
  explicit Plan(const std::string& text);
  // Throws std::runtime_error where it is missing.
  int number(const std::string& name) const;
  bool has(const std::string& name) const { return values_.count(name) != 0; }

 private:
  std::map<std::string, int> values_;
};

// Sources of a batch, encoded: positions sentence by sentence.
struct EncodedSources {
  std::vector<int> starts;   // [sentences + 1] first position of each
  AlignedArray<float> keys;    // [positions][hidden]
  AlignedArray<float> values;  // [positions][hidden]
  AlignedArray<float> first_states;  // [sentences][Σ over decoder layers of hidden + units], or nothing for zeros

  int sentences() const { return static_cast<int>(starts.size()) - 1; }
};

// Piece ids of several sentences, one after another.
struct Sentences {
  const int32_t* ids;
  std::vector<int> starts;  // [sentences + 1]

  int count() const { return static_cast<int>(starts.size()) - 1; }
  int length(int s) const { return starts[static_cast<size_t>(s) + 1] - starts[static_cast<size_t>(s)]; }
};

// Hypotheses that take a step together.
struct StepRows {
  int count;
  const int32_t* pieces;           // [rows] the piece before
  float* const* hidden;            // [layers][rows][hidden]
  float* const* cell;              // [layers][rows][units]
  const EncodedSources* sources;   // null for a language model
  const int* sentence;             // [rows]
  float* weights;                  // attention of each row over its sentence's positions, row by row; or null
  float* const* gates;             // [layers with experts][rows][experts], as of Experts::apply; or null
};

class Model {
 public:
  // What an adapter adds, as of Tensors::adapt.
  struct Adapter {
    std::string list;
    const float* values = nullptr;
    size_t count = 0;
  };

  // Throws std::runtime_error where the tensors are not those of the plan, or the adapter's not those of the model.
  // Of experts no more are packed than `expert_memory` says, in bytes.
  Model(const std::string& path, const std::string& plan, const std::string& tensors, Arithmetic arithmetic,
        const Adapter& adapter, size_t expert_memory);

  bool translates() const { return encoder_ != nullptr; }
  int vocabulary() const { return vocabulary_; }
  int hidden() const { return hidden_; }
  const std::vector<std::unique_ptr<Lstm>>& lstms() const { return lstms_; }
  const Linear& output() const { return *output_; }
  const Attention* attention() const { return attention_.get(); }
  // Layers that every text needs, about in the order of their use.
  const std::vector<const Linear*>& every_step() const { return every_step_; }

  // Experts of each layer that has some, from the lowest up.
  std::vector<int> encoder_experts() const;
  std::vector<int> decoder_experts() const;
  // Experts::load of each layer with experts, the encoder's first, one after another.
  std::vector<uint64_t> expert_load() const;
  ExpertMemory::Counts expert_memory() const { return expert_memory_.counts(); }

  // `gates` [layers with experts][positions][experts] as of Experts::apply, positions sentence by sentence; or null.
  EncodedSources encode(Run& run, const Sentences& sources, float* gates = nullptr) const;

  // One step of hypotheses: states are replaced, and `out` [rows][hidden] is what the softmax reads.
  void step(Run& run, const StepRows& rows, float* out) const;

 private:
  struct Encoder {
    Embedding embedding;
    Lstm forward, backward;
    std::vector<std::unique_ptr<Lstm>> upper;
    std::map<int, std::unique_ptr<Experts>> experts;
  };

  void read(const Plan& plan, const Parts& parts);
  std::map<int, std::unique_ptr<Experts>> experts(const Plan& plan, const Parts& parts, const std::string& prefix, int layers) const;

  MappedFile file_;
  Tensors tensors_;
  ExpertMemory expert_memory_;
  int vocabulary_ = 0, hidden_ = 0;
  std::vector<const Linear*> every_step_;
  std::unique_ptr<Encoder> encoder_;
  std::unique_ptr<Attention> attention_;
  std::unique_ptr<Linear> bridge_;
  std::unique_ptr<Embedding> embedding_;
  std::vector<std::unique_ptr<Lstm>> lstms_;
  std::map<int, std::unique_ptr<Experts>> experts_;
  std::map<int, std::unique_ptr<DeepExpert>> deep_experts_;
  std::unique_ptr<Linear> output_;
};

}  // namespace nmt
