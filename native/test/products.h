// Checks of the matrix products and of LSTM layers, on the active instruction set.
#pragma once

namespace nmt {

void check_products();

}  // namespace nmt
