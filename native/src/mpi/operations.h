// What all ranks do together, made of messages. Each is started, then advanced until it has ended; all of it on one thread.
#pragma once

#include <cstdint>
#include <vector>

#include "mpi/library.h"

namespace nmt::mpi {

// Bytes of one rank within a buffer.
struct Part {
  size_t at = 0;
  size_t bytes = 0;
};

// The messages of one exchange: `sends[r]` of a buffer go to rank r, which they reach at the place that its own `receives` says.
// Nothing is sent where there are no bytes.
class Messages {
 public:
  void start(Library& library, const uint8_t* send, const std::vector<Part>& sends, uint8_t* receive,
             const std::vector<Part>& receives, int tag);
  // Whether all have arrived and left.
  bool advance(Library& library);

 private:
  std::vector<Request> pending_;
};

class Operation {
 public:
  virtual ~Operation() = default;
  // `tag` and `tag` + 1 are its own among all that are under way.
  virtual void start(Library& library, int tag) = 0;
  virtual bool advance(Library& library) = 0;
};

// All-to-all with lengths of each pair.
class Exchange final : public Operation {
 public:
  Exchange(const uint8_t* send, std::vector<Part> sends, uint8_t* receive, std::vector<Part> receives)
      : send_(send), receive_(receive), sends_(std::move(sends)), receives_(std::move(receives)) {}
  void start(Library& library, int tag) override { messages_.start(library, send_, sends_, receive_, receives_, tag); }
  bool advance(Library& library) override { return messages_.advance(library); }

 private:
  const uint8_t* send_;
  uint8_t* receive_;
  std::vector<Part> sends_, receives_;
  Messages messages_;
};

// values[i] becomes the sum over all ranks, in place, added up in the order of ranks: the same bits on all ranks, with any library and
// whatever else is summed in the same call. Rank r sums the r-th share and sends it to all. With `bf16` what is sent is rounded to it.
class AllReduce final : public Operation {
 public:
  AllReduce(float* values, size_t length, bool bf16) : values_(values), length_(length), bf16_(bf16) {}
  void start(Library& library, int tag) override;
  bool advance(Library& library) override;

 private:
  enum class Phase { kShares, kSums };

  Part share(int rank) const;  // in numbers
  void sum();
  void send_sums(Library& library);
  size_t unit() const { return bf16_ ? sizeof(uint16_t) : sizeof(float); }
  std::vector<Part> in_bytes(const std::vector<Part>& parts) const;

  float* values_;
  size_t length_;
  bool bf16_;
  int tag_ = 0, rank_ = 0, size_ = 1;
  Phase phase_ = Phase::kShares;
  std::vector<uint8_t> received_;  // this rank's share, of each rank
  std::vector<uint16_t> rounded_;  // all values
  Messages messages_;
};

}  // namespace nmt::mpi
