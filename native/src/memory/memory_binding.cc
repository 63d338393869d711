// allocate(bytes): an ArrayBuffer over aligned memory, freed when JavaScript drops it.
#include "binding/registry.h"
#include "memory/aligned.h"

namespace nmt {

void register_memory(Registry& registry) {
  registry.add("allocate", {"bytes"}, [](Call& call) {
    const size_t bytes = call.integer("bytes");
    void* memory = allocate_aligned(bytes);
    napi_value buffer;
    const auto release = [](napi_env, void* data, void*) { free_aligned(data); };
    if (napi_create_external_arraybuffer(call.env(), memory, bytes, release, nullptr, &buffer) != napi_ok) {
      free_aligned(memory);
      call.require(false, "this JavaScript engine takes no external memory");
    }
    return buffer;
  });
}

}  // namespace nmt
