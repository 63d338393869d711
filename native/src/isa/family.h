// How a kernel family is compiled once per instruction set and picked at run time.
//
//   foo_kernels.h    struct FooKernels { void (*kernel)(…); };
//                    NMT_DECLARE_KERNELS(FooKernels, foo)   // foo_kernels() is the running instruction set's table
//   foo_kernels.cc   namespace nmt::NMT_ISA { … }           // everything inside: no two copies may share a name
//                    NMT_DEFINE_KERNELS(FooKernels, foo) = {&NMT_ISA::kernel};   // in namespace nmt
//
// On amx a family's kernels are those of avx512, unless it is declared by NMT_DECLARE_KERNELS_WITH_AMX: then foo_amx is
// put together, in a file for all machines, from avx512's and what foo_kernels.amx.cc defines.
#pragma once

#include "isa/isa.h"

#define NMT_CONCAT_(a, b) a##b
#define NMT_CONCAT(a, b) NMT_CONCAT_(a, b)

// On avxvnni, avx512vnni and neondot too, only families declared by NMT_DECLARE_KERNELS_WITH_VNNI have kernels of their own.
#if defined(__x86_64__)
#if defined(NMT_WITH_AMX)
#define NMT_ON_AMX_(family) family##_amx
#else
#define NMT_ON_AMX_(family) family##_avx512
#endif
#if defined(NMT_WITH_AVXVNNI)
#define NMT_ON_AVXVNNI_(family) family##_avxvnni
#else
#define NMT_ON_AVXVNNI_(family) family##_avx2
#endif
#define NMT_DECLARE_KERNELS(Table, family) \
  NMT_DECLARE_KERNELS_(Table, family, family##_avx2, family##_avx512, family##_avx512bf16, family##_avx512)
#define NMT_DECLARE_KERNELS_WITH_AMX(Table, family) \
  NMT_DECLARE_KERNELS_(Table, family, family##_avx2, family##_avx512, family##_avx512bf16, NMT_ON_AMX_(family))
#define NMT_DECLARE_KERNELS_WITH_VNNI(Table, family)                                                             \
  NMT_DECLARE_KERNELS_(Table, family, NMT_ON_AVXVNNI_(family), family##_avx512vnni, family##_avx512vnni, \
                       NMT_ON_AMX_(family))
#define NMT_DECLARE_KERNELS_(Table, family, on_avxvnni, on_avx512vnni, on_bf16, on_amx)                          \
  extern const Table family##_portable, family##_avx2, on_avxvnni, family##_avx512, on_avx512vnni, on_bf16,      \
      on_amx;                                                                                                    \
  inline const Table& family##_kernels() {                                                                       \
    static const Table* const tables[] = {&family##_portable, &family##_avx2, &on_avxvnni, &family##_avx512,     \
                                          &on_avx512vnni,     &on_bf16,       &on_amx};                          \
    return *tables[static_cast<int>(::nmt::active_isa())];                                                       \
  }
#else
#if defined(NMT_WITH_NEONDOT)
#define NMT_ON_NEONDOT_(family) family##_neondot
#else
#define NMT_ON_NEONDOT_(family) family##_neon
#endif
#define NMT_DECLARE_KERNELS(Table, family) NMT_DECLARE_KERNELS_(Table, family, family##_neon)
#define NMT_DECLARE_KERNELS_WITH_AMX(Table, family) NMT_DECLARE_KERNELS(Table, family)
#define NMT_DECLARE_KERNELS_WITH_VNNI(Table, family) NMT_DECLARE_KERNELS_(Table, family, NMT_ON_NEONDOT_(family))
#define NMT_DECLARE_KERNELS_(Table, family, on_neondot)                                         \
  extern const Table family##_portable, family##_neon, on_neondot;                              \
  inline const Table& family##_kernels() {                                                      \
    static const Table* const tables[] = {&family##_portable, &family##_neon, &on_neondot};     \
    return *tables[static_cast<int>(::nmt::active_isa())];                                      \
  }
#endif

// Objects of kernel files need no code when the addon is loaded: the processor might lack the file's instructions.
#if defined(__clang__)
#define NMT_CONSTANT [[clang::require_constant_initialization]]
#else
#define NMT_CONSTANT __constinit
#endif
#define NMT_DEFINE_KERNELS(Table, family) NMT_CONSTANT const Table NMT_CONCAT(family##_, NMT_ISA)
