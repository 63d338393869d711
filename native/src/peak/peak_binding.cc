// measurePeak(): multiply-adds and memory reads per second, with the whole team.
#include <algorithm>
#include <chrono>
#include <iterator>

#include "binding/registry.h"
#include "memory/aligned.h"
#include "peak/peak_kernels.h"
#include "threads/team.h"

namespace nmt {

#if defined(NMT_WITH_AMX)
const PeakKernels peak_amx{peak_avx512.flops_per_round, peak_tiles.flops_per_round, peak_avx512.multiply_add,
                           peak_tiles.multiply, peak_avx512.read};
#endif

namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

// The middle of a few trials: the best is one that the processor's clock can't keep up, or the worst one disturbed by other
// programs.
template <class Work>
double middle_rate(double amount, Work&& work) {
  double rates[5];
  for (double& rate : rates) {
    const auto start = Clock::now();
    work();
    rate = amount / seconds_since(start);
  }
  std::sort(std::begin(rates), std::end(rates));
  return rates[2];
}

double arithmetic_rate(Team& threads, float (*chains)(long), double flops_per_round) {
  volatile float sink = 0;
  // About 30 ms a trial.
  long rounds = 1000;
  for (;; rounds *= 2) {
    const auto start = Clock::now();
    sink = chains(rounds);
    if (seconds_since(start) > 0.015) break;
  }
  rounds *= 2;
  return middle_rate(flops_per_round * rounds * threads.threads(),
                     [&] { threads.run([&](int, int) { sink = chains(rounds); }); });
}

double read_rate(Team& threads, const PeakKernels& kernels) {
  const size_t floats = size_t{64} << 20;  // 256 MiB, beyond most caches
  float* memory = static_cast<float*>(allocate_aligned(floats * sizeof(float)));
  std::fill(memory, memory + floats, 1.0f);
  volatile float sink = 0;
  const double rate = middle_rate(floats * sizeof(float), [&] {
    threads.run([&](int thread, int count) {
      const size_t part = floats / count;
      sink = kernels.read(memory + thread * part, part);
    });
  });
  free_aligned(memory);
  return rate;
}

}  // namespace

void register_peak(Registry& registry) {
  registry.add("measurePeak", [](Call& call) {
    const PeakKernels& kernels = peak_kernels();
    Team& threads = team();
    const bool has_bf16 = kernels.bf16_dot != nullptr;
    const double f32 = arithmetic_rate(threads, kernels.multiply_add, kernels.flops_per_round);
    const double bf16 = has_bf16 ? arithmetic_rate(threads, kernels.bf16_dot, kernels.bf16_flops_per_round) : 0;
    return call.object({{"f32", f32 * 1e-9}, {"bf16", bf16 * 1e-9}, {"memory", read_rate(threads, kernels) * 1e-9}});
  });
}

}  // namespace nmt
