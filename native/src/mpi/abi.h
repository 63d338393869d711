// What the two families of MPI libraries call their handles and constants: Open MPI 4 and 5, and MPICH 4 with those that keep its
// ABI (Intel MPI, MVAPICH, Cray). Written down here so that the addon needs neither their headers to build nor one of them to load.
#pragma once

#include <cstdint>

namespace nmt::mpi {

// A request of either family.
union Request {
  int number;
  void* pointer;
};

constexpr int kSerialized = 2;  // MPI_THREAD_SERIALIZED in both

// Handles are addresses of the library's own variables.
struct OpenMpi {
  using Comm = void*;
  using Datatype = void*;
  using Handler = void*;
  using Status = void*;

  static constexpr const char* kWorld = "ompi_mpi_comm_world";
  static constexpr const char* kByte = "ompi_mpi_byte";
  static constexpr const char* kErrorsReturn = "ompi_mpi_errors_return";

  template <class Find>
  explicit OpenMpi(Find&& find) : world(find(kWorld)), byte(find(kByte)), errors_return(find(kErrorsReturn)) {}

  static void** slot(Request& request) { return &request.pointer; }
  static void* ignore_status() { return nullptr; }

  Comm world;
  Datatype byte;
  Handler errors_return;
};

// Handles are numbers.
struct Mpich {
  using Comm = int;
  using Datatype = int;
  using Handler = int;
  using Status = void*;

  template <class Find>
  explicit Mpich(Find&&) {}

  static int* slot(Request& request) { return &request.number; }
  static void* ignore_status() { return reinterpret_cast<void*>(static_cast<std::intptr_t>(1)); }

  Comm world = 0x44000000;
  Datatype byte = 0x4c00010d;
  Handler errors_return = 0x54000001;
};

}  // namespace nmt::mpi
