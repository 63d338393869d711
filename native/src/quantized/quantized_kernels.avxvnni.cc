// VNNI in 256-bit registers, which processors without AVX-512 have.
#include "quantized/quantized_kernels.h"

#include <immintrin.h>

#include <cstring>

namespace nmt::NMT_ISA {

namespace {

constexpr int kVectors = 2;
using Register = __m256i;

inline Register zero() { return _mm256_setzero_si256(); }
inline Register load_weights(const int8_t* p) { return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)); }
inline Register four(const int8_t* p) {
  int32_t bytes;
  std::memcpy(&bytes, p, 4);
  return _mm256_set1_epi32(bytes);
}
inline Register dot(Register sums, Register x, Register weights) { return _mm256_dpbusd_avx_epi32(sums, x, weights); }

}  // namespace

}  // namespace nmt::NMT_ISA

#include "quantized/line_sums.h"
#include "quantized/vnni.h"

namespace nmt {
NMT_DEFINE_KERNELS(QuantizedKernels, quantized) = {&NMT_ISA::quantize_rows_by<NMT_ISA::kOffset>,
                                                   &NMT_ISA::product_by_dots, &NMT_ISA::line_sums<NMT_ISA::kOffset>};
}  // namespace nmt
