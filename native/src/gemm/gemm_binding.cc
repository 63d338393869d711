// matmul, batchMatmul, packedLength, packMatrix, isPacked, packedMatmul, setPrecision, precision.
#include "binding/registry.h"
#include "gemm/gemm.h"
#include "gemm/packed.h"

namespace nmt {

namespace {

struct Shape {
  int m, n, k;
  bool trans_a, trans_b, accumulate;

  explicit Shape(Call& call)
      : m(call.size("m")),
        n(call.size("n")),
        k(call.size("k")),
        trans_a(call.boolean("transA")),
        trans_b(call.boolean("transB")),
        accumulate(call.boolean("accumulate")) {}

  size_t a_size() const { return static_cast<size_t>(m) * k; }
  size_t b_size() const { return static_cast<size_t>(k) * n; }
  size_t c_size() const { return static_cast<size_t>(m) * n; }
  int lda() const { return trans_a ? m : k; }
  int ldb() const { return trans_b ? k : n; }
};

napi_value matmul(Call& call) {
  const auto a = call.floats("a"), b = call.floats("b"), out = call.floats("out");
  const Shape s(call);
  call.require_length(a, s.a_size(), "a");
  call.require_length(b, s.b_size(), "b");
  call.require_length(out, s.c_size(), "out");
  gemm(thread_group(), precision(), s.trans_a, s.trans_b, s.m, s.n, s.k, a.data, s.lda(), b.data, s.ldb(), out.data, s.n,
       s.accumulate);
  return call.nothing();
}

napi_value batch_matmul(Call& call) {
  const auto a = call.floats("a"), b = call.floats("b"), out = call.floats("out");
  const int batch = call.size("batch");
  const Shape s(call);
  call.require_length(a, batch * s.a_size(), "a");
  call.require_length(b, batch * s.b_size(), "b");
  call.require_length(out, batch * s.c_size(), "out");
  const Precision chosen = precision();
  const auto one = [&](int i, auto&& product) {
    product(chosen, s.trans_a, s.trans_b, s.m, s.n, s.k, a.data + i * s.a_size(), s.lda(), b.data + i * s.b_size(),
            s.ldb(), out.data + i * s.c_size(), s.n, s.accumulate);
  };
  ThreadGroup& threads = thread_group();
  if (batch >= threads.threads()) {
    threads.parallel_dynamic(batch, [&](int i) { one(i, gemm_serial); });
  } else {
    for (int i = 0; i < batch; i++) one(i, [&](auto... arguments) { gemm(threads, arguments...); });
  }
  return call.nothing();
}

Precision read_precision(Call& call) {
  const std::string name = call.text("precision");
  call.require(name == "f32" || name == "bf16", "precision is f32 or bf16, not \"" + name + "\"");
  return name == "bf16" ? Precision::bf16 : Precision::f32;
}

napi_value packed_length(Call& call) {
  const int n = call.size("n"), k = call.size("k");
  return call.number_result(static_cast<double>(packed_floats(read_precision(call), n, k)));
}

napi_value pack(Call& call) {
  const auto b = call.floats("b"), packed = call.floats("packed");
  const int n = call.size("n"), k = call.size("k");
  const bool trans_b = call.boolean("transB");
  const Precision chosen = read_precision(call);
  call.require_length(b, static_cast<size_t>(k) * n, "b");
  call.require_length(packed, packed_floats(chosen, n, k), "packed");
  pack_matrix(thread_group(), chosen, trans_b, n, k, b.data, packed.data);
  return call.nothing();
}

napi_value is_packed(Call& call) {
  const auto packed = call.floats("packed");
  const int n = call.size("n"), k = call.size("k");
  return call.boolean_result(is_packed(packed.data, packed.length, read_precision(call), n, k));
}

napi_value packed_matmul(Call& call) {
  const auto a = call.floats("a"), packed = call.floats("packed"), out = call.floats("out");
  const int m = call.size("m"), n = call.size("n"), k = call.size("k");
  const bool trans_a = call.boolean("transA"), accumulate = call.boolean("accumulate");
  call.require_length(a, static_cast<size_t>(m) * k, "a");
  call.require(is_packed(packed.data, packed.length, precision(), n, k), kNotPacked);
  call.require_length(out, static_cast<size_t>(m) * n, "out");
  gemm_packed(thread_group(), precision(), trans_a, m, n, k, a.data, trans_a ? m : k, packed.data, out.data, n, accumulate);
  return call.nothing();
}

}  // namespace

void register_gemm(Registry& registry) {
  registry.add("matmul", {"a", "b", "out", "m", "n", "k", "transA", "transB", "accumulate"}, matmul);
  registry.add("batchMatmul", {"a", "b", "out", "batch", "m", "n", "k", "transA", "transB", "accumulate"},
               batch_matmul);
  registry.add("packedLength", {"n", "k", "precision"}, packed_length);
  registry.add("packMatrix", {"b", "packed", "n", "k", "transB", "precision"}, pack);
  registry.add("isPacked", {"packed", "n", "k", "precision"}, is_packed);
  registry.add("packedMatmul", {"a", "packed", "out", "m", "n", "k", "transA", "accumulate"}, packed_matmul);
  registry.add("setPrecision", {"precision"}, [](Call& call) {
    set_precision(read_precision(call));
    return call.nothing();
  });
  registry.add("precision", {},
               [](Call& call) { return call.string(precision() == Precision::bf16 ? "bf16" : "f32"); });
}

}  // namespace nmt
