// Instruction sets this build has kernels for, and the one that runs: the best the processor has, or NMT_ISA.
#pragma once

namespace nmt {

#if defined(__x86_64__)
enum class Isa { portable, avx2, avxvnni, avx512, avx512vnni, avx512bf16, amx };
constexpr int kIsaCount = 7;
#elif defined(__aarch64__)
enum class Isa { portable, neon, neondot };
constexpr int kIsaCount = 3;
#else
#error "unsupported processor"
#endif

const char* isa_name(Isa isa);
bool isa_supported(Isa isa);

// The instruction set whose kernels run now.
Isa active_isa();

// Makes an instruction set the active one. False, changing nothing, if the name is unknown or the processor lacks it.
bool select_isa(const char* name);

// False where NMT_ISA names an instruction set that can't run here; the best one is active then.
bool isa_environment_valid();

}  // namespace nmt
