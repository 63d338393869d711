// Signs of life between ranks: each tells rank 0 once a second how far it is, and rank 0 tells all who is furthest behind. So a rank
// whose process or machine has stopped is noticed though no connection broke.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "mpi/library.h"

namespace nmt::mpi {

class Heartbeats {
 public:
  // `patience`: seconds without a sign of life after which a rank counts as lost.
  Heartbeats(Library& library, int patience);

  // To be called often. `entered`: operations that this rank has begun. Returns the rank that is lost, or -1.
  int advance(uint64_t entered);
  // Says goodbye instead; true once all ranks have. Then no message is under way.
  bool leave();
  // The rank that has begun the fewest operations, as far as is known.
  int furthest_behind() const { return behind_; }

 private:
  // To rank 0: operations begun. From rank 0: the rank that is behind.
  struct Beat {
    uint64_t number;
    uint64_t leaving;
  };
  struct Peer {
    int rank;
    Beat in{}, out{};
    Request receiving{}, sending{};
    bool listens = false, sends = false, left = false;
    uint64_t entered = 0;
    int silence = 0;  // beats of this rank since the peer's last one: a job that is stopped as a whole is not lost
  };

  void listen(Peer& peer);
  void tell(Peer& peer, Beat beat);
  bool settled(Peer& peer);
  void hear(Peer& peer);
  void find_behind();

  Library& library_;
  int patience_;
  std::vector<Peer> peers_;  // of rank 0 all others, of others rank 0
  std::chrono::steady_clock::time_point last_;
  uint64_t entered_ = 0;
  int behind_ = 0;
  bool said_goodbye_ = false;
};

}  // namespace nmt::mpi
