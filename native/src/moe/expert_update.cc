// The backward pass of experts that are updated as it goes: the gradients of one expert's matrices are whole, squared and
// used before those of the next one are begun, in memory that stays in the caches.
#include <vector>

#include "moe/expert_passes.h"
#include "moe/experts.h"
#include "moe/few_rows.h"

namespace nmt {

namespace {

// Gradients of one expert's matrices and the steps they make.
struct Update {
  float *d_w1, *d_w2;
  FactoredStep inner, outer;

  static size_t memory(const Experts& all) {
    return 2 * static_cast<size_t>(all.width) * all.hidden + 2 * FactoredStep::memory(all.width, all.hidden);
  }

  Update(const FactoredMatrix& w1, const FactoredMatrix& w2, float* memory)
      : d_w1(memory),
        d_w2(d_w1 + static_cast<size_t>(w1.rows) * w1.columns),
        inner(w1, d_w2 + static_cast<size_t>(w2.rows) * w2.columns),
        outer(w2, d_w2 + static_cast<size_t>(w2.rows) * w2.columns + FactoredStep::memory(w1.rows, w1.columns)) {}
};

FactoredMatrix inner_matrix(const Experts& all, const ExpertMoments& moments, int expert) {
  const size_t e = expert, width = all.width, hidden = all.hidden;
  return {all.width, all.hidden, moments.w1 + e * width * hidden, moments.rows1 + e * width,
          moments.columns1 + e * hidden};
}

FactoredMatrix outer_matrix(const Experts& all, const ExpertMoments& moments, int expert) {
  const size_t e = expert, width = all.width, hidden = all.hidden;
  return {all.hidden, all.width, moments.w2 + e * width * hidden, moments.rows2 + e * hidden,
          moments.columns2 + e * width};
}

// One thread does an expert: squares are summed part by part, while they are in the caches.
void update_alone(const ExpertWorker& worker, const Workspace& w, const Expert& e, const float* d_out, float* d_x,
                  Update update, const FactoredRates& rates, double* squares) {
  const Range width{0, e.width};
  update.inner.clear_sums();
  update.outer.clear_sums();
  expert_backward(worker, w, e, d_out, {d_x, update.d_w1, update.d_w2}, [&](const Part& part) {
    if (part.row + part.rows < e.rows) return;
    const Range units{part.unit, part.unit + part.units};
    update.inner.add_squares(update.d_w1 + part.unit, e.hidden, width, units);
    update.outer.add_squares(update.d_w2 + static_cast<size_t>(part.unit) * e.width, e.width, units, width);
  });
  squares[0] = update.inner.update_moments(rates);
  update.inner.update_rows(update.d_w1, e.hidden, width);
  squares[1] = update.outer.update_moments(rates);
  update.outer.update_rows(update.d_w2, e.width, {0, e.hidden});
}

// One thread does an expert with few rows: its gradients are nowhere whole.
void update_few_rows(const ExpertWorker& worker, const Expert& e, const float* d_out, float* d_x, const FactoredMatrix& w1,
                     const FactoredMatrix& w2, const FactoredRates& rates, double* squares) {
  const size_t moments = FactoredStep::memory(e.width, e.hidden);
  thread_local Scratch scratch;
  float* const memory = scratch.reserve(2 * moments + FewRows::memory(e));
  FactoredStep inner(w1, memory), outer(w2, memory + moments);
  FewRows rows(worker, e, d_out + e.first, memory + 2 * moments);
  squares[1] = rows.update_outer(outer, w2.value, rates);
  squares[0] = rows.update_inner(inner, w1.value, rates, d_x);
}

// All threads do it together.
void update_together(const ExpertWorker& worker, const Workspace& w, const Expert& e, const float* d_out, float* d_x,
                     Update update, const FactoredRates& rates, double* squares) {
  const Range rows1 = worker.share(e.width, FactoredStep::kGroup),
              columns1 = worker.share(e.hidden, FactoredStep::kSegment);
  const Range rows2 = worker.share(e.hidden, FactoredStep::kGroup),
              columns2 = worker.share(e.width, FactoredStep::kSegment);
  if (worker.first()) {
    update.inner.clear_sums();
    update.outer.clear_sums();
  }
  expert_backward(worker, w, e, d_out, {d_x, update.d_w1, update.d_w2}, [](const Part&) {});
  worker.barrier();
  update.inner.add_squares_of_rows(update.d_w1, e.hidden, rows1);
  update.inner.add_squares_of_columns(update.d_w1, e.hidden, columns1);
  update.outer.add_squares_of_rows(update.d_w2, e.width, rows2);
  update.outer.add_squares_of_columns(update.d_w2, e.width, columns2);
  worker.barrier();
  if (worker.first()) {
    squares[0] = update.inner.update_moments(rates);
    squares[1] = update.outer.update_moments(rates);
  }
  worker.barrier();
  update.inner.update_rows(update.d_w1, e.hidden, rows1);
  update.outer.update_rows(update.d_w2, e.width, rows2);
  worker.barrier();
}

void queue_update(const ExpertWorker& worker, const Workspace& w, const Expert& e) {
  if (has_few_rows(e)) FewRows::queue_weights(worker, e);
  else queue_backward(worker, w, e);
}

}  // namespace

double experts_update(ThreadGroup& group, Precision precision, const Experts& experts, const float* d_out, float* d_x,
                      const ExpertMoments& moments, const FactoredRates& rates) {
  std::vector<double> squares(2 * static_cast<size_t>(experts.count));
  thread_local Scratch memory;
  float* const shared = memory.reserve(Update::memory(experts));
  for_each_expert(
      group, precision, experts, queue_update, [&](const ExpertWorker& worker, const Workspace& w, const Expert& e) {
        const FactoredMatrix w1 = inner_matrix(experts, moments, e.index), w2 = outer_matrix(experts, moments, e.index);
        if (e.rows == 0) {
          if (!worker.first()) return;
          decay_moments(w1, rates);
          decay_moments(w2, rates);
          return;
        }
        double* const expert_squares = &squares[2 * static_cast<size_t>(e.index)];
        if (has_few_rows(e)) {
          return update_few_rows(worker, e, d_out, d_x + e.first, w1, w2, rates, expert_squares);
        }
        float* const own = worker.alone() ? memory.reserve(Update::memory(experts)) : shared;
        const auto update = worker.alone() ? update_alone : update_together;
        update(worker, w, e, d_out, d_x + e.first, Update(w1, w2, own), rates, expert_squares);
      });
  double sum = 0;
  for (const double square : squares) sum += square;
  return sum;
}

}  // namespace nmt
