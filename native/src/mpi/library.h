// An MPI library found at run time, whichever of the two families it is of. Messages are bytes between two ranks: everything that
// ranks do together is made of them (operations.h), so that sums have one order in all libraries.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "mpi/abi.h"

namespace nmt::mpi {

// Messages of operations and signs of life don't meet.
enum class Channel { kOperations, kHeartbeats };

// Every function throws a std::runtime_error with the library's own words where it fails. After `start`, only its thread may call.
class Library {
 public:
  virtual ~Library() = default;

  virtual bool is_open_mpi() const = 0;
  // The library's own description of itself; before `start` too.
  virtual std::string version() const = 0;

  // Joins the job. To be called once a process.
  virtual void start() = 0;
  virtual void finish() = 0;
  // Ends the job, and doesn't return.
  [[noreturn]] virtual void abort(int code) = 0;

  virtual int rank() const = 0;
  virtual int size() const = 0;
  // What the library gave of the threads it was asked for: MPI_THREAD_SINGLE 0 to MPI_THREAD_MULTIPLE 3.
  virtual int thread_level() const = 0;

  // At most 2^31 - 1 bytes.
  virtual Request send(Channel channel, const void* data, size_t bytes, int to, int tag) = 0;
  virtual Request receive(Channel channel, void* data, size_t bytes, int from, int tag) = 0;
  // Whether it has ended; then it is no request any more.
  virtual bool test(Request& request) = 0;
};

// Loads the library of that name or path. Throws std::runtime_error where it can't be loaded or is no MPI library.
std::unique_ptr<Library> load_library(const std::string& path);

}  // namespace nmt::mpi
