#include "test/candidates.h"

#include <cmath>
#include <cstdint>
#include <cstring>
#include <vector>

#include "isa/isa.h"
#include "test/check.h"
#include "vocabulary/candidates_kernels.h"

namespace nmt {

void check_candidates() {
  constexpr int kRows = 21;
  const char* isa = isa_name(active_isa());
  for (const int width : {1, 7, 16, 40, 256, 301}) {
    const size_t step = static_cast<size_t>(width) + 2;
    uint32_t state = static_cast<uint32_t>(width);
    const auto next = [&] {
      state = state * 1664525u + 1013904223u;
      return static_cast<float>(static_cast<int32_t>(state) >> 8) / 8388608.0f;
    };
    std::vector<float> x(kRows * step), line(static_cast<size_t>(width));
    for (float& value : x) value = next();
    for (float& value : line) value = next();
    for (int count = 0; count <= kRows; count++) {
      std::vector<int32_t> rows;
      for (int i = 0; i < count; i++) rows.push_back((i * 8 + 5) % kRows);
      std::vector<float> out(static_cast<size_t>(count) + 1, 77);
      candidates_kernels().product({x.data(), step, rows.data(), count, line.data(), width, out.data()});
      check("no more sums than rows", isa, out.back() == 77);
      double worst = 0;
      bool alone = true;
      for (int i = 0; i < count; i++) {
        const size_t at = static_cast<size_t>(i);
        double sum = 0, magnitude = 1e-3;
        for (int k = 0; k < width; k++) {
          const double term = static_cast<double>(x[static_cast<size_t>(rows[at]) * step + static_cast<size_t>(k)]) * line[static_cast<size_t>(k)];
          sum += term;
          magnitude += std::fabs(term);
        }
        worst = std::fmax(worst, std::fabs(out[at] - sum) / magnitude);
        float single;
        candidates_kernels().product({x.data(), step, rows.data() + at, 1, line.data(), width, &single});
        alone = alone && std::memcmp(&single, &out[at], sizeof single) == 0;
      }
      check_at_most("rows by a line", isa, worst, 1e-6);
      check("a row has the same bits alone", isa, alone);
    }
    std::vector<float> rounded(line.size());
    candidates_kernels().round_bf16(line.data(), width, rounded.data());
    bool nearest = true;
    for (size_t k = 0; k < line.size(); k++) {
      uint32_t bits;
      std::memcpy(&bits, &rounded[k], sizeof bits);
      nearest = nearest && (bits & 0xffff) == 0 && std::fabs(rounded[k] - line[k]) <= std::ldexp(std::fabs(line[k]), -8);
    }
    check("numbers of bf16", isa, nearest);
  }
}

}  // namespace nmt
