// AVX-512 with VNNI.
#include "quantized/quantized_kernels.h"

#include "quantized/vnni_512.h"

#include "quantized/line_sums.h"
#include "quantized/vnni.h"

namespace nmt {
NMT_DEFINE_KERNELS(QuantizedKernels, quantized) = {&NMT_ISA::quantize_rows_by<NMT_ISA::kOffset>,
                                                   &NMT_ISA::product_by_dots, &NMT_ISA::line_sums<NMT_ISA::kOffset>};
}  // namespace nmt
