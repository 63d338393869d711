// Which of a model's experts are packed: all that were used, or no more than fit in so many bytes, those that were used last.
#pragma once

#include <cstdint>
#include <limits>
#include <list>
#include <memory>
#include <mutex>
#include <vector>

#include "inference/expert_network.h"

namespace nmt {

class ExpertMemory {
 public:
  // A place for one expert. It stays where it is for as long as the memory.
  class Slot {
   public:
    explicit Slot(const ExpertSource& source);

   private:
    friend class ExpertMemory;
    ExpertSource source_;
    std::shared_ptr<ExpertNetwork> network_;  // packed or not
    size_t bytes_;                            // packed
    std::list<Slot*>::iterator place_;        // where packed_ is true
    bool packed_ = false;
  };

  struct Counts {
    uint64_t bytes;    // packed now
    uint64_t uses;     // by a step each
    uint64_t packed;   // of these, had to be packed before
    uint64_t let_go;
  };

  static constexpr size_t kUnbounded = std::numeric_limits<size_t>::max();

  // Experts in use are kept even where they take more than `bound`; a thread uses one at a time.
  explicit ExpertMemory(size_t bound) : bound_(bound) {}

  bool bounded() const { return bound_ != kUnbounded; }
  // The slot's expert, which stays packed for as long as the caller has it. Others make room for it, the one that was used the longest time ago first.
  std::shared_ptr<const ExpertNetwork> take(Slot& slot);
  // Whether the slots' experts are packed now.
  std::vector<bool> packed(const std::vector<Slot*>& slots) const;
  // Since the beginning; none without a bound.
  Counts counts() const;

 private:
  // Lets experts go until `bytes` more fit, or all others are in use. The last that went, whose memory is the next one's: the allocator would keep it
  // in pieces.
  std::shared_ptr<ExpertNetwork> make_room(size_t bytes);

  const size_t bound_;
  mutable std::mutex mutex_;
  std::list<Slot*> packed_;  // the one used last at the front
  Counts counts_{};
};

}  // namespace nmt
