// Threads take whole experts, those with most rows first; an expert with so many rows that others would wait for it is
// worked on by all threads together.
#include "moe/experts.h"

#include <algorithm>
#include <cstring>
#include <numeric>
#include <vector>

#include "memory/aligned.h"
#include "moe/moe_kernels.h"

namespace nmt {

namespace {

// Who multiplies: the whole team, or the calling thread alone.
struct Workers {
  Team* team;  // null for the calling thread
  Precision precision;

  void multiply(bool trans_a, bool trans_b, int m, int n, int k, const float* a, int lda, const float* b, int ldb,
                float* c, bool accumulate = false) const {
    if (team == nullptr) gemm_serial(precision, trans_a, trans_b, m, n, k, a, lda, b, ldb, c, n, accumulate);
    else gemm(*team, precision, trans_a, trans_b, m, n, k, a, lda, b, ldb, c, n, accumulate);
  }
};

// Scratch of the calling thread.
float* scratch(int which, size_t floats) {
  thread_local Scratch memory[2];
  return memory[which].reserve(floats);
}

// One expert's share of the arrays.
struct Expert {
  int rows, width, hidden;
  size_t first;
  const float *x, *w1, *w2, *b1, *b2;

  Expert(const Experts& all, int e)
      : rows(all.offsets[e + 1] - all.offsets[e]),
        width(all.width),
        hidden(all.hidden),
        first(static_cast<size_t>(all.offsets[e]) * all.width),
        x(all.x + first),
        w1(all.w1 + weights(all, e)),
        w2(all.w2 + weights(all, e)),
        b1(all.b1 == nullptr ? nullptr : all.b1 + static_cast<size_t>(e) * all.hidden),
        b2(all.b2 == nullptr ? nullptr : all.b2 + static_cast<size_t>(e) * all.width) {}

  static size_t weights(const Experts& all, int e) { return static_cast<size_t>(e) * all.width * all.hidden; }
};

// y [rows][columns] = every row the bias, for a product to be added to.
void spread(const float* bias, int rows, int columns, float* y) {
  for (int i = 0; i < rows; i++) std::memcpy(y + static_cast<size_t>(i) * columns, bias, columns * sizeof(float));
}

// h [rows][hidden] = relu(x W1 + b1)
void hidden_layer(const Workers& workers, const Expert& e, float* h) {
  if (e.b1 != nullptr) spread(e.b1, e.rows, e.hidden, h);
  workers.multiply(false, false, e.rows, e.hidden, e.width, e.x, e.width, e.w1, e.hidden, h, e.b1 != nullptr);
  moe_kernels().relu(h, static_cast<size_t>(e.rows) * e.hidden);
}

void forward(const Workers& workers, const Experts& all, int index, float* out) {
  const Expert e(all, index);
  float* h = scratch(0, static_cast<size_t>(e.rows) * e.hidden);
  hidden_layer(workers, e, h);
  float* y = out + e.first;
  if (e.b2 != nullptr) spread(e.b2, e.rows, e.width, y);
  workers.multiply(false, false, e.rows, e.width, e.hidden, h, e.hidden, e.w2, e.width, y, e.b2 != nullptr);
}

void backward(const Workers& workers, const Experts& all, int index, const float* d_out, const ExpertGradients& d) {
  const Expert e(all, index);
  const MoeKernels& kernels = moe_kernels();
  const size_t size = static_cast<size_t>(e.rows) * e.hidden, weights = Expert::weights(all, index);
  float* h = scratch(0, size);
  float* d_h = scratch(1, size);
  const float* d_y = d_out + e.first;
  hidden_layer(workers, e, h);
  workers.multiply(false, true, e.rows, e.hidden, e.width, d_y, e.width, e.w2, e.width, d_h);
  kernels.relu_gradient(h, d_h, size);
  workers.multiply(false, true, e.rows, e.width, e.hidden, d_h, e.hidden, e.w1, e.hidden, d.x + e.first);
  workers.multiply(true, false, e.width, e.hidden, e.rows, e.x, e.width, d_h, e.hidden, d.w1 + weights);
  workers.multiply(true, false, e.hidden, e.width, e.rows, h, e.hidden, d_y, e.width, d.w2 + weights);
  if (d.b1 != nullptr) kernels.sum_rows(d_h, e.rows, e.hidden, d.b1 + static_cast<size_t>(index) * e.hidden);
  if (d.b2 != nullptr) kernels.sum_rows(d_y, e.rows, e.width, d.b2 + static_cast<size_t>(index) * e.width);
}

void clear_gradients(const Experts& all, int index, const ExpertGradients& d) {
  const size_t weights = static_cast<size_t>(all.width) * all.hidden;
  std::fill_n(d.w1 + index * weights, weights, 0.0f);
  std::fill_n(d.w2 + index * weights, weights, 0.0f);
  if (d.b1 != nullptr) std::fill_n(d.b1 + static_cast<size_t>(index) * all.hidden, all.hidden, 0.0f);
  if (d.b2 != nullptr) std::fill_n(d.b2 + static_cast<size_t>(index) * all.width, all.width, 0.0f);
}

// Calls work(workers, expert) for every expert, in the order of their rows.
template <class Work>
void for_each_expert(Team& team, Precision precision, const Experts& all, Work&& work) {
  const auto rows = [&](int e) { return all.offsets[e + 1] - all.offsets[e]; };
  std::vector<int> order(all.count);
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](int a, int b) { return rows(a) > rows(b); });
  // An expert done by one thread may take a quarter of the time that all threads have.
  const long total = all.offsets[all.count] - all.offsets[0];
  int together = 0;
  if (team.threads() > 1) {
    while (together < all.count && rows(order[together]) * 4L * team.threads() > total && rows(order[together]) > 0) {
      work(Workers{&team, precision}, order[together++]);
    }
  }
  team.parallel_dynamic(all.count - together, [&](int i) { work(Workers{nullptr, precision}, order[together + i]); });
}

}  // namespace

void experts_forward(Team& team, Precision precision, const Experts& experts, float* out) {
  for_each_expert(team, precision, experts, [&](const Workers& workers, int e) {
    if (experts.offsets[e + 1] > experts.offsets[e]) forward(workers, experts, e, out);
  });
}

void experts_backward(Team& team, Precision precision, const Experts& experts, const float* d_out,
                      const ExpertGradients& gradients) {
  for_each_expert(team, precision, experts, [&](const Workers& workers, int e) {
    if (experts.offsets[e + 1] > experts.offsets[e]) backward(workers, experts, e, d_out, gradients);
    else clear_gradients(experts, e, gradients);
  });
}

}  // namespace nmt
