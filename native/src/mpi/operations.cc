#include "mpi/operations.h"

#include <algorithm>
#include <cstring>

namespace nmt::mpi {

namespace {

// Of one message: counts are ints.
constexpr size_t kLongest = size_t{1} << 30;

template <class Function>
void each_piece(const Part& part, Function&& function) {
  for (size_t at = 0; at < part.bytes; at += kLongest) function(part.at + at, std::min(kLongest, part.bytes - at));
}

float from_bf16(uint16_t bits) {
  const uint32_t word = static_cast<uint32_t>(bits) << 16;
  float value;
  std::memcpy(&value, &word, sizeof value);
  return value;
}

// To the nearest, ties to even; what is no number stays so.
uint16_t to_bf16(float value) {
  uint32_t word;
  std::memcpy(&word, &value, sizeof word);
  const uint32_t rounded = (word + 0x7fff + ((word >> 16) & 1)) >> 16;
  const bool not_a_number = (word & 0x7fffffff) > 0x7f800000;
  return static_cast<uint16_t>(not_a_number ? (word >> 16) | 0x40 : rounded);
}

}  // namespace

void Messages::start(Library& library, const uint8_t* send, const std::vector<Part>& sends, uint8_t* receive,
                     const std::vector<Part>& receives, int tag) {
  const int size = library.size(), rank = library.rank();
  // From the next rank on, so that not all send to the same one at once.
  for (int step = 1; step < size; step++) {
    const int from = (rank + size - step) % size;
    each_piece(receives[from], [&](size_t at, size_t bytes) {
      pending_.push_back(library.receive(Channel::kOperations, receive + at, bytes, from, tag));
    });
  }
  for (int step = 1; step < size; step++) {
    const int to = (rank + step) % size;
    each_piece(sends[to], [&](size_t at, size_t bytes) {
      pending_.push_back(library.send(Channel::kOperations, send + at, bytes, to, tag));
    });
  }
  const Part& own = sends[rank];
  if (own.bytes > 0) std::memmove(receive + receives[rank].at, send + own.at, own.bytes);
}

bool Messages::advance(Library& library) {
  size_t left = 0;
  for (Request& request : pending_) {
    if (!library.test(request)) pending_[left++] = request;
  }
  pending_.resize(left);
  return left == 0;
}

Part AllReduce::share(int rank) const {
  const auto bound = [&](int r) { return length_ / size_ * r + std::min<size_t>(r, length_ % size_); };
  return {bound(rank), bound(rank + 1) - bound(rank)};
}

std::vector<Part> AllReduce::in_bytes(const std::vector<Part>& parts) const {
  std::vector<Part> bytes;
  for (const Part& part : parts) bytes.push_back({part.at * unit(), part.bytes * unit()});
  return bytes;
}

void AllReduce::start(Library& library, int tag) {
  tag_ = tag;
  rank_ = library.rank();
  size_ = library.size();
  std::vector<Part> sends, receives;
  const size_t own = share(rank_).bytes;
  for (int r = 0; r < size_; r++) {
    // A rank's own numbers stay where they are.
    sends.push_back(r == rank_ ? Part{} : share(r));
    receives.push_back(r == rank_ ? Part{} : Part{own * r, own});
  }
  received_.resize(own * size_ * unit());
  const uint8_t* source = reinterpret_cast<const uint8_t*>(values_);
  if (bf16_) {
    rounded_.resize(length_);
    for (size_t i = 0; i < length_; i++) rounded_[i] = to_bf16(values_[i]);
    source = reinterpret_cast<const uint8_t*>(rounded_.data());
  }
  messages_.start(library, source, in_bytes(sends), received_.data(), in_bytes(receives), tag_);
}

bool AllReduce::advance(Library& library) {
  if (!messages_.advance(library)) return false;
  if (phase_ == Phase::kShares) {
    sum();
    phase_ = Phase::kSums;
    send_sums(library);
    if (!messages_.advance(library)) return false;
  }
  if (bf16_) {
    for (size_t i = 0; i < length_; i++) values_[i] = from_bf16(rounded_[i]);
  }
  return true;
}

void AllReduce::sum() {
  // A block at a time, which stays in the caches from the first rank to the last.
  constexpr size_t kBlock = 4096;
  const Part own = share(rank_);
  float total[kBlock];
  for (size_t at = 0; at < own.bytes; at += kBlock) {
    const size_t count = std::min(kBlock, own.bytes - at);
    float* const values = values_ + own.at + at;
    for (int r = 0; r < size_; r++) {
      const auto add = [&](auto&& number) {
        if (r == 0) for (size_t i = 0; i < count; i++) total[i] = number(i);
        else for (size_t i = 0; i < count; i++) total[i] += number(i);
      };
      if (r == rank_ && !bf16_) {
        add([&](size_t i) { return values[i]; });
      } else if (r == rank_) {
        // As the others' numbers are, so that a sum doesn't depend on who adds it up.
        const uint16_t* const own_rounded = rounded_.data() + own.at + at;
        add([&](size_t i) { return from_bf16(own_rounded[i]); });
      } else if (bf16_) {
        const uint16_t* const other = reinterpret_cast<const uint16_t*>(received_.data()) + own.bytes * r + at;
        add([&](size_t i) { return from_bf16(other[i]); });
      } else {
        const float* const other = reinterpret_cast<const float*>(received_.data()) + own.bytes * r + at;
        add([&](size_t i) { return other[i]; });
      }
    }
    if (bf16_) {
      for (size_t i = 0; i < count; i++) rounded_[own.at + at + i] = to_bf16(total[i]);
    } else {
      std::memcpy(values, total, count * sizeof(float));
    }
  }
}

void AllReduce::send_sums(Library& library) {
  std::vector<Part> sends, receives;
  for (int r = 0; r < size_; r++) {
    sends.push_back(r == rank_ ? Part{} : share(rank_));
    receives.push_back(r == rank_ ? Part{} : share(r));
  }
  uint8_t* const place = bf16_ ? reinterpret_cast<uint8_t*>(rounded_.data()) : reinterpret_cast<uint8_t*>(values_);
  messages_.start(library, place, in_bytes(sends), place, in_bytes(receives), tag_ + 1);
}

}  // namespace nmt::mpi
