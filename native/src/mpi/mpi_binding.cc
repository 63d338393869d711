// Joining an MPI job, exchanging bytes and summing numbers with its other ranks, and leaving it: see src/parallel.
#include <sstream>

#include "binding/registry.h"
#include "mpi/world.h"

namespace nmt {

namespace {

using mpi::Part;
using mpi::world;

// Lengths in bytes, one a rank, of pieces that lie one after the other in a buffer.
std::vector<Part> parts_of(Call& call, const char* name, size_t available) {
  const auto counts = call.words(name);
  call.require(counts.length == static_cast<size_t>(world().size()), std::string(name) + " must be as many as ranks");
  std::vector<Part> parts;
  size_t at = 0;
  for (const uint32_t count : counts) {
    parts.push_back({at, count});
    at += count;
  }
  call.require(at <= available, std::string(name) + " leave the buffer");
  return parts;
}

// mpiVersion(path): loads a library, without joining a job, and says what it calls itself.
napi_value version(Call& call) { return call.string(mpi::load_library(call.text("path"))->version()); }

napi_value open(Call& call) {
  const std::string path = call.text("path");
  const int patience = call.size("patience");
  const Job job{[] { world().opened(); }, nullptr};
  return jobs_of(call).start(call, job, [&](auto&& ended) { world().open(path, patience, ended); });
}

napi_value place(Call& call) {
  return call.object({{"rank", world().rank()}, {"size", world().size()}, {"openMpi", world().is_open_mpi()},
                      {"threadLevel", world().thread_level()}});
}

napi_value times(Call& call) {
  const auto now = world().times();
  return call.object({{"underWay", now.under_way}, {"waited", now.waited}});
}

// Names of the ranks' machines, one a line.
napi_value set_hosts(Call& call) {
  std::istringstream lines(call.text("hosts"));
  std::vector<std::string> hosts;
  for (std::string line; std::getline(lines, line);) hosts.push_back(line);
  world().set_hosts(std::move(hosts));
  return call.nothing();
}

napi_value exchange(Call& call) {
  const auto send = call.bytes("send");
  const std::vector<Part> sends = parts_of(call, "sendCounts", send.length);
  const auto receive = call.bytes("receive");
  const std::vector<Part> receives = parts_of(call, "receiveCounts", receive.length);
  const int rank = world().rank();
  call.require(sends[rank].bytes == receives[rank].bytes, "a rank must receive from itself what it sends there");
  auto operation = std::make_unique<mpi::Exchange>(send.data, sends, receive.data, receives);
  return call.number_result(static_cast<double>(world().start(std::move(operation))));
}

napi_value all_reduce(Call& call) {
  const auto values = call.floats("values");
  const bool bf16 = call.boolean("bf16");
  return call.number_result(
      static_cast<double>(world().start(std::make_unique<mpi::AllReduce>(values.data, values.length, bf16))));
}

napi_value wait(Call& call) {
  const uint64_t id = call.integer("operation");
  return call.boolean_result(world().wait(id, call.size("seconds")));
}

napi_value ended(Call& call) {
  const uint64_t id = call.integer("operation");
  const Job job{[id] { world().result(id); }, nullptr};
  return jobs_of(call).start(call, job, [&](auto&& done) { world().when_ended(id, done); });
}

napi_value close(Call& call) {
  return jobs_of(call).start(call, Job{[] {}, nullptr}, [&](auto&& done) { world().close(done); });
}

napi_value abort(Call& call) {
  world().abort(call.size("code"));
  return call.nothing();
}

}  // namespace

void register_mpi(Registry& registry) {
  registry.add("mpiVersion", {"path"}, version);
  registry.add("mpiOpen", {"path", "patience"}, open);
  registry.add("mpiPlace", {}, place);
  registry.add("mpiTimes", {}, times);
  registry.add("mpiSetHosts", {"hosts"}, set_hosts);
  registry.add("mpiExchange", {"send", "sendCounts", "receive", "receiveCounts"}, exchange);
  registry.add("mpiAllReduce", {"values", "bf16"}, all_reduce);
  registry.add("mpiWait", {"operation", "seconds"}, wait);
  registry.add("mpiEnded", {"operation"}, ended);
  registry.add("mpiFurthestBehind", {}, [](Call& call) { return call.number_result(world().furthest_behind()); });
  registry.add("mpiClose", {}, close);
  registry.add("mpiAbort", {"code"}, abort);
}

}  // namespace nmt
