// measurePeak(), arithmeticRate(): multiply-adds and memory reads per second, with the whole group.
#include <algorithm>
#include <chrono>
#include <iterator>
#include <numeric>
#include <vector>

#include "binding/registry.h"
#include "memory/aligned.h"
#include "peak/peak_kernels.h"
#include "threads/thread_group.h"

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
template <class Trial>
double middle_rate(Trial&& trial) {
  double rates[5];
  for (double& rate : rates) rate = trial();
  std::sort(std::begin(rates), std::end(rates));
  return rates[2];
}

// Of every thread in so many seconds, together.
double arithmetic_rate(ThreadGroup& threads, float (*chains)(long), double flops_per_round, double seconds) {
  constexpr long kRounds = 1000;  // some microseconds
  std::vector<double> rates(threads.threads());
  threads.run([&](Member member) {
    [[maybe_unused]] volatile float sink = 0;
    long done = 0;
    const auto start = Clock::now();
    double elapsed = 0;
    for (; elapsed < seconds; elapsed = seconds_since(start), done += kRounds) sink = chains(kRounds);
    rates[member.thread] = flops_per_round * done / elapsed;
  });
  return std::accumulate(rates.begin(), rates.end(), 0.0);
}

double f32_rate(ThreadGroup& threads, double seconds) {
  const PeakKernels& kernels = peak_kernels();
  return arithmetic_rate(threads, kernels.multiply_add, kernels.flops_per_round, seconds);
}

// 0 where there are no instructions for it.
double bf16_rate(ThreadGroup& threads, double seconds) {
  const PeakKernels& kernels = peak_kernels();
  if (kernels.bf16_dot == nullptr) return 0;
  return arithmetic_rate(threads, kernels.bf16_dot, kernels.bf16_flops_per_round, seconds);
}

double read_rate(ThreadGroup& threads, const PeakKernels& kernels) {
  const size_t floats = size_t{64} << 20;  // 256 MiB, beyond most caches
  float* memory = static_cast<float*>(allocate_aligned(floats * sizeof(float)));
  std::fill(memory, memory + floats, 1.0f);
  volatile float sink = 0;
  const double rate = middle_rate([&] {
    const auto start = Clock::now();
    threads.run([&](Member member) {
      const size_t part = floats / member.threads;
      sink = kernels.read(memory + member.thread * part, part);
    });
    return floats * sizeof(float) / seconds_since(start);
  });
  free_aligned(memory);
  return rate;
}

}  // namespace

void register_peak(Registry& registry) {
  registry.add("measurePeak", {}, [](Call& call) {
    constexpr double kTrial = 0.03;
    ThreadGroup& threads = thread_group();
    const double f32 = middle_rate([&] { return f32_rate(threads, kTrial); });
    const double bf16 = middle_rate([&] { return bf16_rate(threads, kTrial); });
    const double memory = read_rate(threads, peak_kernels());
    return call.object({{"f32", f32 * 1e-9}, {"bf16", bf16 * 1e-9}, {"memory", memory * 1e-9}});
  });
  registry.add("arithmeticRate", {"milliseconds", "bf16"}, [](Call& call) {
    const double seconds = call.number("milliseconds") * 1e-3;
    const auto rate = call.boolean("bf16") ? bf16_rate : f32_rate;
    return call.number_result(rate(thread_group(), seconds) * 1e-9);
  });
}

}  // namespace nmt
