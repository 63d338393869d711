// Runs every check on every instruction set of this processor. Exit status 0 if all hold.
#include "isa/isa.h"
#include "test/candidates.h"
#include "test/check.h"
#include "test/checksum.h"
#include "test/lexicon.h"
#include "test/products.h"
#include "test/quantized.h"
#include "test/thread_group.h"
#include "test/vectors_kernels.h"

int main() {
  using namespace nmt;
  check_thread_group();
  check_lexicon();
  for (int i = 0; i < kIsaCount; i++) {
    const Isa isa = static_cast<Isa>(i);
    if (!isa_supported(isa)) continue;
    select_isa(isa_name(isa));
    vectors_kernels().run();
    check_products();
    check_quantized();
    check_candidates();
    check_checksum();
    std::printf("%s: checked\n", isa_name(isa));
  }
  return failures == 0 ? 0 : 1;
}
