// Finds out at run time what the processor can do.
#include "isa/isa.h"

#include <atomic>
#include <cstdlib>
#include <cstring>

namespace nmt {

namespace {

#if defined(__x86_64__)
constexpr const char* kNames[kIsaCount] = {"portable", "avx2", "avx512", "avx512bf16"};
#else
constexpr const char* kNames[kIsaCount] = {"portable", "neon"};
#endif

// On Intel's cores vdpbf16ps does half the arithmetic that f32 multiply-adds do: bf16 products are faster there as f32
// products of rounded numbers, which is what the other instruction sets do.
bool worthwhile(Isa isa) {
#if defined(__x86_64__)
  return isa != Isa::avx512bf16 || !__builtin_cpu_is("intel");
#else
  (void)isa;
  return true;
#endif
}

Isa best_isa() {
  for (int i = kIsaCount - 1; i > 0; i--) {
    const Isa isa = static_cast<Isa>(i);
    if (isa_supported(isa) && worthwhile(isa)) return isa;
  }
  return Isa::portable;
}

struct Selection {
  std::atomic<Isa> isa{best_isa()};
  bool environment_valid = true;

  Selection() {
    const char* forced = std::getenv("NMT_ISA");
    if (forced != nullptr && *forced != '\0') environment_valid = choose(forced);
  }

  bool choose(const char* name) {
    for (int i = 0; i < kIsaCount; i++) {
      const Isa candidate = static_cast<Isa>(i);
      if (std::strcmp(name, kNames[i]) != 0 || !isa_supported(candidate)) continue;
      isa.store(candidate);
      return true;
    }
    return false;
  }
};

Selection& selection() {
  static Selection instance;
  return instance;
}

}  // namespace

const char* isa_name(Isa isa) { return kNames[static_cast<int>(isa)]; }

bool isa_supported(Isa isa) {
#if defined(__x86_64__)
  const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi2");
  const bool avx512 = avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                      __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
  switch (isa) {
    case Isa::portable: return true;
    case Isa::avx2: return avx2;
    case Isa::avx512: return avx512;
    case Isa::avx512bf16: return avx512 && __builtin_cpu_supports("avx512bf16");
  }
  return false;
#else
  (void)isa;
  return true;
#endif
}

Isa active_isa() { return selection().isa.load(std::memory_order_relaxed); }
bool select_isa(const char* name) { return selection().choose(name); }
bool isa_environment_valid() { return selection().environment_valid; }

}  // namespace nmt
