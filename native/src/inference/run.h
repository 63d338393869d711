// What one thread works with while it runs inference: the threads that share its products, and memory it uses again and again.
#pragma once

#include <cstddef>
#include <cstdint>

#include "memory/aligned.h"
#include "threads/thread_group.h"

namespace nmt {

// A piece of scratch memory has one user at a time; these are the users.
enum class Piece {
  quantized,
  quantized_scales,
  gates,
  backward_gates,
  cell_output,
  layer_input,
  queries,
  expert_gates,
  expert_input,
  expert_hidden,
  expert_open,
  expert_output,
  shared_output,
  logits,
  candidates,
  states,
  count_
};

class Run {
 public:
  explicit Run(ThreadGroup& threads) : threads_(threads) {}
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;

  ThreadGroup& threads() { return threads_; }
  // Floats for this user until it asks again; contents undefined.
  float* floats(Piece piece, size_t count) { return scratch_[static_cast<int>(piece)].reserve(count); }
  int8_t* bytes(Piece piece, size_t count) { return reinterpret_cast<int8_t*>(floats(piece, (count + 3) / 4)); }

 private:
  ThreadGroup& threads_;
  Scratch scratch_[static_cast<int>(Piece::count_)];
};

}  // namespace nmt
