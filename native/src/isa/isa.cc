// Finds out at run time what the processor can do.
#include "isa/isa.h"

#include <atomic>
#include <cstdlib>
#include <cstring>

#if defined(__x86_64__)
#include <cpuid.h>
#endif
#if defined(NMT_WITH_AMX) && defined(__linux__)
#include <sys/syscall.h>
#include <unistd.h>
#endif
#if defined(__aarch64__) && defined(__linux__)
#include <sys/auxv.h>
#endif

namespace nmt {

namespace {

#if defined(__x86_64__)
constexpr const char* kNames[kIsaCount] = {"portable", "avx2",       "avxvnni", "avx512",
                                              "avx512vnni", "avx512bf16", "amx"};
#else
constexpr const char* kNames[kIsaCount] = {"portable", "neon", "neondot"};
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

#if defined(__x86_64__)
// VNNI in 256-bit registers, without AVX-512.
bool has_avx_vnni() {
#if defined(NMT_WITH_AVXVNNI)
  constexpr unsigned kVnni = 1u << 4;
  unsigned a, b, c, d;
  return __get_cpuid_count(7, 1, &a, &b, &c, &d) != 0 && (a & kVnni) != 0;
#else
  return false;
#endif
}

// Tiles of bf16 and of bytes, and the system's leave to use them: it saves their 8 KiB for those processes only that ask.
bool ask_for_tiles() {
#if defined(NMT_WITH_AMX) && defined(__linux__)
  constexpr unsigned kBf16 = 1u << 22, kTiles = 1u << 24, kInt8 = 1u << 25;
  constexpr long kRequestPermission = 0x1023, kTileData = 18;
  unsigned a, b, c, d;
  if (__get_cpuid_count(7, 0, &a, &b, &c, &d) == 0 || (d & kBf16) == 0 || (d & kTiles) == 0 || (d & kInt8) == 0) {
    return false;
  }
  return syscall(SYS_arch_prctl, kRequestPermission, kTileData) == 0;
#else
  return false;
#endif
}
#else
bool has_dot_products() {
#if !defined(NMT_WITH_NEONDOT)
  return false;
#elif defined(__linux__)
  constexpr unsigned long kDotProducts = 1ul << 20;  // HWCAP_ASIMDDP
  return (getauxval(AT_HWCAP) & kDotProducts) != 0;
#else
  return true;  // every Mac with this processor has them
#endif
}
#endif

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
  const bool bf16 = avx512 && __builtin_cpu_supports("avx512bf16");
  const bool vnni = avx512 && __builtin_cpu_supports("avx512vnni");
  static const bool tiles = bf16 && vnni && ask_for_tiles();
  switch (isa) {
    case Isa::portable: return true;
    case Isa::avx2: return avx2;
    case Isa::avxvnni: return avx2 && has_avx_vnni();
    case Isa::avx512: return avx512;
    case Isa::avx512vnni: return vnni;
    case Isa::avx512bf16: return bf16 && vnni;
    case Isa::amx: return tiles;
  }
  return false;
#else
  return isa != Isa::neondot || has_dot_products();
#endif
}

Isa active_isa() { return selection().isa.load(std::memory_order_relaxed); }
bool select_isa(const char* name) { return selection().choose(name); }
bool isa_environment_valid() { return selection().environment_valid; }

}  // namespace nmt
