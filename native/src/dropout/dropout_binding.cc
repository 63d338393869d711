// dropout(x, out, threshold, scale, seed, stream): forward and backward alike. normalNoise(out, seed, stream).
#include "binding/registry.h"
#include "dropout/dropout_kernels.h"
#include "dropout/normal_noise.h"
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
  share(team(), x.length, 1, kGrain, [&](size_t begin, size_t end) {
    kernels.dropout(x.data, out.data, begin, end, stream, static_cast<uint32_t>(threshold), scale);
  });
  return call.nothing();
}

napi_value normal_noise_of(Call& call) {
  const auto out = call.floats("out");
  const uint64_t seed = call.integer("seed");
  const Stream stream{seed, call.integer("stream")};
  constexpr size_t kGrain = 512;
  share(team(), out.length, 64, kGrain, [&](size_t begin, size_t end) { normal_noise(stream, out.data, begin, end); });
  return call.nothing();
}

}  // namespace

void register_dropout(Registry& registry) {
  registry.add("dropout", dropout);
  registry.add("normalNoise", normal_noise_of);
}

}  // namespace nmt
