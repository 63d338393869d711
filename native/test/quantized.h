// Checks of 8-bit products on the running instruction set.
#pragma once

namespace nmt {

void check_quantized();

}  // namespace nmt
