// Checks of rows by single lines of weights against sums in double precision.
#pragma once

namespace nmt {

void check_candidates();

}  // namespace nmt
