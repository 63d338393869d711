// isa(), instructionSets(), selectIsa(name).
#include "binding/registry.h"
#include "isa/isa.h"

namespace nmt {

void register_isa(Registry& registry) {
  registry.add("isa", {}, [](Call& call) { return call.string(isa_name(active_isa())); });

  registry.add("instructionSets", {}, [](Call& call) {
    std::vector<std::string> names;
    for (int i = 0; i < kIsaCount; i++) {
      if (isa_supported(static_cast<Isa>(i))) names.push_back(isa_name(static_cast<Isa>(i)));
    }
    return call.strings(names);
  });

  registry.add("selectIsa", {"name"}, [](Call& call) {
    const std::string name = call.text("name");
    call.require(select_isa(name.c_str()), "this processor has no instruction set \"" + name + "\"");
    return call.nothing();
  });
}

}  // namespace nmt
