// setThreads(n), threads().
#include <string>

#include "binding/registry.h"
#include "threads/thread_group.h"

namespace nmt {

void register_threads(Registry& registry) {
  registry.add("setThreads", {"threads"}, [](Call& call) {
    const int threads = call.size("threads");
    call.require(threads >= 1 && threads <= kMostThreads, "threads must be from 1 to " + std::to_string(kMostThreads));
    set_threads(threads);
    return call.nothing();
  });
  registry.add("threads", {}, [](Call& call) { return call.number_result(thread_group().threads()); });
}

}  // namespace nmt
