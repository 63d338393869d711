// The best pieces of one row, found one after another.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>

namespace nmt {

struct Candidate {
  float logit;
  int32_t id;
};

// The order of candidates: higher logit first, then lower id.
inline bool better(const Candidate& a, const Candidate& b) { return a.logit != b.logit ? a.logit > b.logit : a.id < b.id; }

// At most so many candidates: a heap whose root is the worst of them. The whole vocabulary costs no more than sorting it.
class BestList {
 public:
  BestList(Candidate* heap, int most) : heap_(heap), most_(most) {}

  const Candidate* begin() const { return heap_; }
  const Candidate* end() const { return heap_ + count_; }

  bool full() const { return count_ == most_; }

  // A logit must exceed it to get in.
  float threshold() const { return count_ < most_ ? -std::numeric_limits<float>::infinity() : heap_[0].logit; }

  // Ids come in ascending order, so that an equal logit never displaces one that is there.
  void add(float logit, int32_t id) {
    if (count_ < most_) {
      heap_[count_++] = {logit, id};
    } else if (logit > heap_[0].logit) {
      std::pop_heap(heap_, heap_ + most_, better);
      heap_[most_ - 1] = {logit, id};
    } else {
      return;
    }
    std::push_heap(heap_, heap_ + count_, better);
  }

  // Best first; nothing may be added afterwards.
  void sort() { std::sort(heap_, heap_ + count_, better); }

 private:
  Candidate* heap_;
  int most_;
  int count_ = 0;
};

}  // namespace nmt
