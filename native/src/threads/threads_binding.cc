// setThreads(n), threads().
#include "binding/registry.h"
#include "threads/thread_group.h"

namespace nmt {

void register_threads(Registry& registry) {
  registry.add("setThreads", [](Call& call) {
    const int threads = call.size("threads");
    call.require(threads >= 1, "at least one thread is needed");
    set_threads(threads);
    return call.nothing();
  });
  registry.add("threads", [](Call& call) { return call.number_result(thread_group().threads()); });
}

}  // namespace nmt
