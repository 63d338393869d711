#include "peak/peak_kernels.h"

#include "isa/vec.h"

namespace nmt::NMT_ISA {

namespace {

// Enough independent chains to hide the latency of a multiply-add, few enough to stay in registers.
constexpr int kChains = 12;

struct MultiplyAdd {
  static vf step(vf a, vf b, vf sum) { return vfma(a, b, sum); }
};

#if defined(NMT_ISA_AVX512BF16)
struct Bf16Dot {
  static vf step(vf a, vf b, vf sum) { return _mm512_dpbf16_ps(sum, (__m512bh)a, (__m512bh)b); }
};
#endif

#if defined(__x86_64__)
#define NMT_VECTOR_REGISTER "+v"
#else
#define NMT_VECTOR_REGISTER "+w"
#endif

template <class Instruction>
float chains(long rounds) {
  vf sum[kChains];
#pragma GCC unroll 16
  for (int i = 0; i < kChains; i++) sum[i] = vset1(static_cast<float>(i));
  vf a = vset1(0.25f), b = vset1(0.5f);
#pragma GCC unroll 8
  for (long round = 0; round < rounds; round++) {
    // To the compiler `a` has a new value now, so it can't merge rounds.
    asm volatile("" : NMT_VECTOR_REGISTER(a));
#pragma GCC unroll 16
    for (int i = 0; i < kChains; i++) sum[i] = Instruction::step(a, b, sum[i]);
  }
  vf total = vzero();
#pragma GCC unroll 16
  for (int i = 0; i < kChains; i++) total = vadd(total, sum[i]);
  return hsum(total);
}

float read(const float* memory, size_t floats) {
  vf sum[8];
  for (vf& s : sum) s = vzero();
  for (size_t at = 0; at + 8 * W <= floats; at += 8 * W) {
    for (int i = 0; i < 8; i++) sum[i] = vadd(sum[i], vload(memory + at + i * W));
  }
  vf total = vzero();
  for (const vf& s : sum) total = vadd(total, s);
  return hsum(total);
}

#if defined(NMT_ISA_AVX512BF16)
constexpr PeakKernels table{2.0 * W * kChains, 4.0 * W* kChains, &chains<MultiplyAdd>, &chains<Bf16Dot>, &read};
#else
constexpr PeakKernels table{2.0 * W * kChains, 0, &chains<MultiplyAdd>, nullptr, &read};
#endif

}  // namespace
}  // namespace nmt::NMT_ISA

namespace nmt {
NMT_DEFINE_KERNELS(PeakKernels, peak) = NMT_ISA::table;
}  // namespace nmt
