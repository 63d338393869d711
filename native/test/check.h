// Expectations of the native tests: failures are printed and counted.
#pragma once

#include <cstdio>

namespace nmt {

inline int failures = 0;

// `worst` is the largest error found.
inline void check_at_most(const char* what, const char* isa, double worst, double bound) {
  if (worst <= bound) return;
  std::printf("FAILED %s, %s: error %.3g, allowed %.3g\n", what, isa, worst, bound);
  failures++;
}

inline void check(const char* what, const char* isa, bool holds) {
  if (holds) return;
  std::printf("FAILED %s, %s\n", what, isa);
  failures++;
}

}  // namespace nmt
