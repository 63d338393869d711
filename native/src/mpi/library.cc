#include "mpi/library.h"

#include <dlfcn.h>

#include <cstdlib>
#include <stdexcept>
#include <type_traits>
#include <utility>

namespace nmt::mpi {

namespace {

constexpr int kLongestText = 8192;  // more than any library's MPI_MAX_LIBRARY_VERSION_STRING

// UCX, which many libraries are built with, takes SIGSEGV over (WebAssembly's traps need it) and watches all memory. What the user
// has set stays.
void quieten_ucx() {
  setenv("UCX_ERROR_SIGNALS", "", 0);
  setenv("UCX_DEBUG_SIGNO", "0", 0);
  setenv("UCX_MEM_EVENTS", "n", 0);
}

template <class Abi>
class LibraryOf final : public Library {
 public:
  explicit LibraryOf(void* handle)
      : handle_(handle), abi_([this](const char* name) { return symbol(name); }), operations_(abi_.world), heartbeats_(abi_.world) {
    find(init_thread_, "MPI_Init_thread");
    find(finalize_, "MPI_Finalize");
    find(abort_, "MPI_Abort");
    find(comm_rank_, "MPI_Comm_rank");
    find(comm_size_, "MPI_Comm_size");
    find(comm_dup_, "MPI_Comm_dup");
    find(set_handler_, "MPI_Comm_set_errhandler");
    find(isend_, "MPI_Isend");
    find(irecv_, "MPI_Irecv");
    find(test_, "MPI_Test");
    find(error_string_, "MPI_Error_string");
    find(library_version_, "MPI_Get_library_version");
  }

  bool is_open_mpi() const override { return std::is_same_v<Abi, OpenMpi>; }

  std::string version() const override {
    std::string text(kLongestText, '\0');
    int length = 0;
    if (library_version_(text.data(), &length) != 0) return "";
    return text.substr(0, text.find_first_of(std::string("\n\0", 2)));
  }

  void start() override {
    check(init_thread_(nullptr, nullptr, kSerialized, &level_), "MPI_Init_thread");
    check(set_handler_(abi_.world, abi_.errors_return), "MPI_Comm_set_errhandler");
    check(comm_rank_(abi_.world, &rank_), "MPI_Comm_rank");
    check(comm_size_(abi_.world, &size_), "MPI_Comm_size");
    // A duplicate has the error handler of the original.
    check(comm_dup_(abi_.world, &operations_), "MPI_Comm_dup");
    check(comm_dup_(abi_.world, &heartbeats_), "MPI_Comm_dup");
  }

  void finish() override { check(finalize_(), "MPI_Finalize"); }

  [[noreturn]] void abort(int code) override {
    abort_(abi_.world, code);
    std::_Exit(code);
  }

  int rank() const override { return rank_; }
  int size() const override { return size_; }
  int thread_level() const override { return level_; }

  Request send(Channel channel, const void* data, size_t bytes, int to, int tag) override {
    Request request{};
    check(isend_(data, static_cast<int>(bytes), abi_.byte, to, tag, comm(channel), Abi::slot(request)), "MPI_Isend");
    return request;
  }

  Request receive(Channel channel, void* data, size_t bytes, int from, int tag) override {
    Request request{};
    check(irecv_(data, static_cast<int>(bytes), abi_.byte, from, tag, comm(channel), Abi::slot(request)), "MPI_Irecv");
    return request;
  }

  bool test(Request& request) override {
    int flag = 0;
    check(test_(Abi::slot(request), &flag, Abi::ignore_status()), "MPI_Test");
    return flag != 0;
  }

 private:
  using Comm = typename Abi::Comm;
  using Slot = decltype(Abi::slot(std::declval<Request&>()));

  Comm comm(Channel channel) const { return channel == Channel::kOperations ? operations_ : heartbeats_; }

  void* symbol(const char* name) const {
    void* const found = dlsym(handle_, name);
    if (found == nullptr) throw std::runtime_error(std::string("the library has no ") + name);
    return found;
  }

  template <class Function>
  void find(Function& function, const char* name) {
    function = reinterpret_cast<Function>(symbol(name));
  }

  void check(int code, const char* function) const {
    if (code == 0) return;
    std::string text(kLongestText, '\0');
    int length = 0;
    error_string_(code, text.data(), &length);
    throw std::runtime_error(std::string(function) + ": " + text.substr(0, length));
  }

  void* handle_;
  Abi abi_;
  Comm operations_, heartbeats_;
  int rank_ = 0, size_ = 1, level_ = 0;

  int (*init_thread_)(int*, char***, int, int*);
  int (*finalize_)();
  int (*abort_)(Comm, int);
  int (*comm_rank_)(Comm, int*);
  int (*comm_size_)(Comm, int*);
  int (*comm_dup_)(Comm, Comm*);
  int (*set_handler_)(Comm, typename Abi::Handler);
  int (*isend_)(const void*, int, typename Abi::Datatype, int, int, Comm, Slot);
  int (*irecv_)(void*, int, typename Abi::Datatype, int, int, Comm, Slot);
  int (*test_)(Slot, int*, typename Abi::Status);
  int (*error_string_)(int, char*, int*);
  int (*library_version_)(char*, int*);
};

}  // namespace

std::unique_ptr<Library> load_library(const std::string& path) {
  quieten_ucx();
  void* const handle = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr) throw std::runtime_error(dlerror());
  if (dlsym(handle, OpenMpi::kWorld) != nullptr) return std::make_unique<LibraryOf<OpenMpi>>(handle);
  return std::make_unique<LibraryOf<Mpich>>(handle);
}

}  // namespace nmt::mpi
