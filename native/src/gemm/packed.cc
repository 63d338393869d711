#include "gemm/packed.h"

#include <cstring>

#include "gemm/matrix_product.h"

namespace nmt {

namespace {

// What a packed matrix begins with.
struct Head {
  int32_t mark, bf16, columns, depth, elements, n, k;
};
constexpr size_t kHeadFloats = 16;
constexpr int32_t kMark = 0x6b636170;
static_assert(sizeof(Head) <= kHeadFloats * sizeof(float));

// The matrix [K, N], stored as `b`, without a left side.
MatrixProduct right_side(Precision precision, bool trans_b, int n, int k, const float* b) {
  return matrix_product(precision, false, trans_b, 0, n, k, nullptr, 0, b, trans_b ? k : n, nullptr, 0, false, nullptr);
}

Head head_of(Precision precision, int n, int k) {
  const MatrixProduct p = right_side(precision, false, n, k, nullptr);
  return {kMark, precision == Precision::bf16, p.tile.columns, p.kernels.depth, p.elements(), n, k};
}

MatrixProduct packed_product(Precision precision, bool trans_a, int m, int n, int k, const float* a, int lda,
                             const float* packed, float* c, int ldc, bool accumulate, const float* bias) {
  MatrixProduct p = matrix_product(precision, trans_a, false, m, n, k, a, lda, nullptr, 0, c, ldc, accumulate, bias);
  p.panels = packed_panels(packed);
  return p;
}

}  // namespace

size_t packed_floats(Precision precision, int n, int k) {
  return kHeadFloats + right_side(precision, false, n, k, nullptr).right_floats();
}

void pack_matrix(ThreadGroup& group, Precision precision, bool trans_b, int n, int k, const float* b, float* packed) {
  pack_matrix_head(precision, n, k, packed);
  const MatrixProduct p = right_side(precision, trans_b, n, k, b);
  group.run([&](Member member) { pack_all_columns(p, packed + kHeadFloats, member); });
}

void pack_matrix_head(Precision precision, int n, int k, float* packed) {
  const Head head = head_of(precision, n, k);
  std::memcpy(packed, &head, sizeof head);
}

bool is_packed(const float* packed, size_t floats, Precision precision, int n, int k) {
  const Head head = head_of(precision, n, k);
  return floats >= packed_floats(precision, n, k) && std::memcmp(packed, &head, sizeof head) == 0;
}

const float* packed_panels(const float* packed) { return packed + kHeadFloats; }

void gemm_packed(ThreadGroup& group, Precision precision, bool trans_a, int m, int n, int k, const float* a, int lda,
                 const float* packed, float* c, int ldc, bool accumulate) {
  multiply(group, packed_product(precision, trans_a, m, n, k, a, lda, packed, c, ldc, accumulate, nullptr));
}

void gemm_packed_bias(ThreadGroup& group, Precision precision, bool trans_a, int m, int n, int k, const float* a, int lda,
                      const float* packed, const float* bias, float* c, int ldc) {
  multiply(group, packed_product(precision, trans_a, m, n, k, a, lda, packed, c, ldc, false, bias));
}

}  // namespace nmt
