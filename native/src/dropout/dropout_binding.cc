// dropout(x, out, threshold, scale, seed, stream): forward and backward alike. normalNoise(out, seed, stream).
// uniformNoise(out, seed, stream, first, range).
#include "binding/registry.h"
#include "dropout/dropout_kernels.h"
#include "threads/share.h"

namespace nmt {

namespace {

napi_value dropout(Call& call) {
  const auto x = call.floats("x"), out = call.floats("out");
  const uint64_t threshold = call.integer("threshold");
  const float scale = static_cast<float>(call.number("scale"));
  const uint64_t seed = call.integer("seed");
  const Stream stream{seed, call.integer("stream")};
  call.require_length(out, x.length, "out");
  call.require(threshold <= UINT32_MAX, "threshold must fit 32 bits");
  const DropoutKernels& kernels = dropout_kernels();
  constexpr size_t kGrain = 4096;
  share(thread_group(), x.length, 1, kGrain, [&](size_t begin, size_t end) {
    kernels.dropout(x.data, out.data, begin, end, stream, static_cast<uint32_t>(threshold), scale);
  });
  return call.nothing();
}

napi_value normal_noise(Call& call) {
  const auto out = call.floats("out");
  const uint64_t seed = call.integer("seed");
  const Stream stream{seed, call.integer("stream")};
  const auto kernel = dropout_kernels().normal_noise;
  constexpr size_t kWork = 8, kGrain = 512;
  share(thread_group(), out.length, kWork, kGrain, [&](size_t begin, size_t end) { kernel(out.data, begin, end, stream); });
  return call.nothing();
}

napi_value uniform_noise(Call& call) {
  const auto out = call.floats("out");
  const uint64_t seed = call.integer("seed");
  const Stream stream{seed, call.integer("stream")};
  const uint64_t first = call.integer("first");
  const float range = static_cast<float>(call.number("range"));
  call.require(first % 4 == 0, "first must be a multiple of 4");
  const auto kernel = dropout_kernels().uniform_noise;
  constexpr size_t kWork = 2, kGrain = 4096;
  share(thread_group(), out.length, kWork, kGrain,
        [&](size_t begin, size_t end) { kernel(out.data, begin, end, stream, first, range); });
  return call.nothing();
}

}  // namespace

void register_dropout(Registry& registry) {
  registry.add("dropout", {"x", "out", "threshold", "scale", "seed", "stream"}, dropout);
  registry.add("normalNoise", {"out", "seed", "stream"}, normal_noise);
  registry.add("uniformNoise", {"out", "seed", "stream", "first", "range"}, uniform_noise);
}

}  // namespace nmt
