// Checks of lexical translation probabilities against model 1 by its definition in double precision.
#pragma once

namespace nmt {

void check_lexicon();

}  // namespace nmt
