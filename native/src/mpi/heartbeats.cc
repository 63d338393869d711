#include "mpi/heartbeats.h"

#include <algorithm>

namespace nmt::mpi {

namespace {

constexpr std::chrono::seconds kInterval{1};
constexpr int kTag = 1;

}  // namespace

Heartbeats::Heartbeats(Library& library, int patience)
    : library_(library), patience_(patience), last_(std::chrono::steady_clock::now()) {
  const int size = library.size();
  const bool is_first = library.rank() == 0;
  // Their addresses are those that messages arrive at: none may be added later.
  for (int rank = is_first ? 1 : 0; rank < (is_first ? size : 1); rank++) peers_.push_back(Peer{rank});
  for (Peer& peer : peers_) listen(peer);
}

void Heartbeats::listen(Peer& peer) {
  peer.receiving = library_.receive(Channel::kHeartbeats, &peer.in, sizeof peer.in, peer.rank, kTag);
  peer.listens = true;
}

void Heartbeats::tell(Peer& peer, Beat beat) {
  peer.out = beat;
  peer.sending = library_.send(Channel::kHeartbeats, &peer.out, sizeof peer.out, peer.rank, kTag);
  peer.sends = true;
}

// Whether nothing is on its way to the peer.
bool Heartbeats::settled(Peer& peer) {
  if (peer.sends && library_.test(peer.sending)) peer.sends = false;
  return !peer.sends;
}

void Heartbeats::hear(Peer& peer) {
  if (!peer.listens || !library_.test(peer.receiving)) return;
  peer.listens = false;
  peer.silence = 0;
  peer.left = peer.in.leaving != 0;
  if (library_.rank() == 0) peer.entered = peer.in.number;
  else behind_ = static_cast<int>(peer.in.number);
  if (!peer.left) listen(peer);
}

void Heartbeats::find_behind() {
  uint64_t least = entered_;
  behind_ = 0;
  for (const Peer& peer : peers_) {
    if (peer.entered >= least) continue;
    least = peer.entered;
    behind_ = peer.rank;
  }
}

int Heartbeats::advance(uint64_t entered) {
  entered_ = entered;
  for (Peer& peer : peers_) hear(peer);
  const auto now = std::chrono::steady_clock::now();
  if (now - last_ < kInterval) return -1;
  last_ = now;
  const bool is_first = library_.rank() == 0;
  if (is_first) find_behind();
  for (Peer& peer : peers_) {
    if (settled(peer)) tell(peer, {is_first ? static_cast<uint64_t>(behind_) : entered, 0});
    // Rank 0 is the first to say so, then the others one after the other: one message is enough.
    const int later = is_first ? 0 : 1 + std::min(library_.rank(), 4);
    if (!peer.left && ++peer.silence > patience_ + later) return peer.rank;
  }
  return -1;
}

bool Heartbeats::leave() {
  const bool is_first = library_.rank() == 0;
  bool all = true;
  for (Peer& peer : peers_) {
    hear(peer);
    all = settled(peer) && (!is_first || peer.left) && all;
  }
  if (!said_goodbye_) {
    // Rank 0 is the last: until then it hears the others.
    if (!all) return false;
    for (Peer& peer : peers_) tell(peer, {0, 1});
    said_goodbye_ = true;
    return peers_.empty();
  }
  for (const Peer& peer : peers_) all = all && peer.left;
  return all;
}

}  // namespace nmt::mpi
