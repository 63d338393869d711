#include "inference/expert_memory.h"

#include <utility>

namespace nmt {

ExpertMemory::Slot::Slot(const ExpertSource& source)
    : source_(source), network_(std::make_shared<ExpertNetwork>(source)), bytes_(network_->packed_bytes()) {}

std::shared_ptr<const ExpertNetwork> ExpertMemory::take(Slot& slot) {
  if (!bounded()) return slot.network_;
  const std::lock_guard<std::mutex> lock(mutex_);
  counts_.uses++;
  if (slot.packed_) {
    packed_.splice(packed_.begin(), packed_, slot.place_);
    return slot.network_;
  }
  if (const auto gone = make_room(slot.bytes_)) slot.network_->take_memory(*gone);
  counts_.packed++;
  counts_.bytes += slot.bytes_;
  slot.packed_ = true;
  slot.place_ = packed_.insert(packed_.begin(), &slot);
  return slot.network_;
}

std::shared_ptr<ExpertNetwork> ExpertMemory::make_room(size_t bytes) {
  std::shared_ptr<ExpertNetwork> gone;
  for (auto at = packed_.end(); at != packed_.begin() && counts_.bytes + bytes > bound_;) {
    Slot& slot = **--at;
    if (slot.network_.use_count() > 1) continue;  // in use: it is given away under the lock alone
    gone = std::exchange(slot.network_, std::make_shared<ExpertNetwork>(slot.source_));
    slot.packed_ = false;
    counts_.bytes -= slot.bytes_;
    counts_.let_go++;
    at = packed_.erase(at);
  }
  return gone;
}

std::vector<bool> ExpertMemory::packed(const std::vector<Slot*>& slots) const {
  const std::lock_guard<std::mutex> lock(mutex_);
  std::vector<bool> found;
  for (const Slot* slot : slots) found.push_back(slot->packed_);
  return found;
}

ExpertMemory::Counts ExpertMemory::counts() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return counts_;
}

}  // namespace nmt
