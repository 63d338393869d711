// How a kernel family is compiled once per instruction set and picked at run time.
//
//   foo_kernels.h    struct FooKernels { void (*kernel)(…); };
//                    NMT_DECLARE_KERNELS(FooKernels, foo)   // foo_kernels() is the running instruction set's table
//   foo_kernels.cc   namespace nmt::NMT_ISA { … }           // everything inside: no two copies may share a name
//                    NMT_DEFINE_KERNELS(FooKernels, foo) = {&NMT_ISA::kernel};   // in namespace nmt
//
// On amx a family's kernels are those of avx512, unless it is declared by NMT_DECLARE_KERNELS_WITH_AMX: then
// foo_kernels.amx.cc defines its own.
#pragma once

#include "isa/isa.h"

#define NMT_CONCAT_(a, b) a##b
#define NMT_CONCAT(a, b) NMT_CONCAT_(a, b)

#if defined(__x86_64__)
#define NMT_DECLARE_KERNELS(Table, family) NMT_DECLARE_KERNELS_(Table, family, family##_avx512)
#define NMT_DECLARE_KERNELS_WITH_AMX(Table, family) NMT_DECLARE_KERNELS_(Table, family, family##_amx)
#define NMT_DECLARE_KERNELS_(Table, family, on_amx)                                                                   \
  extern const Table family##_portable, family##_avx2, family##_avx512, family##_avx512bf16, on_amx;                  \
  inline const Table& family##_kernels() {                                                                            \
    static const Table* const tables[] = {&family##_portable, &family##_avx2, &family##_avx512, &family##_avx512bf16, \
                                          &on_amx};                                                                   \
    return *tables[static_cast<int>(::nmt::active_isa())];                                                            \
  }
#else
#define NMT_DECLARE_KERNELS_WITH_AMX(Table, family) NMT_DECLARE_KERNELS(Table, family)
#define NMT_DECLARE_KERNELS(Table, family)                                     \
  extern const Table family##_portable, family##_neon;                         \
  inline const Table& family##_kernels() {                                     \
    static const Table* const tables[] = {&family##_portable, &family##_neon}; \
    return *tables[static_cast<int>(::nmt::active_isa())];                     \
  }
#endif

#define NMT_DEFINE_KERNELS(Table, family) const Table NMT_CONCAT(family##_, NMT_ISA)
