// An expert's work runs over blocks of its hidden units, so that each weight comes from memory once, and over chunks of its
// rows. Threads take whole experts, those with most rows first. An expert with so many rows that the others would wait for
// it is worked on by all threads together. Blocks end where sums of products do, so both ways give the same bits.
#pragma once

#include <algorithm>
#include <atomic>
#include <numeric>
#include <vector>

#include "moe/expert_product.h"
#include "moe/experts.h"
#include "moe/moe_kernels.h"

namespace nmt {

constexpr int kExpertRowChunk = 512;

// One expert's share of the arrays.
struct Expert {
  int index, rows, width, hidden;
  size_t first;    // of its numbers in x and out
  size_t weights;  // of its numbers in w1 and w2
  const float *x, *w1, *w2;
  float* activations;  // or null

  Expert(const Experts& all, int e)
      : index(e),
        rows(all.offsets[e + 1] - all.offsets[e]),
        width(all.width),
        hidden(all.hidden),
        first(static_cast<size_t>(all.offsets[e]) * all.width),
        weights(static_cast<size_t>(e) * all.width * all.hidden),
        x(all.x + first),
        w1(all.w1 + weights),
        w2(all.w2 + weights),
        activations(all.activations == nullptr ? nullptr
                                               : all.activations + static_cast<size_t>(all.offsets[e]) * all.hidden) {}
};

// Whether an expert's update goes by few_rows.h: sums of squares then cost at most half of what the gradient itself does.
inline bool has_few_rows(const Expert& e) {
  return e.activations != nullptr && 4L * e.rows * (e.width + e.hidden) <= static_cast<long>(e.width) * e.hidden;
}

// Some rows of an expert, and some of its hidden units.
struct Part {
  int row, rows;
  int unit, units;
};

// Memory for one part. Packed sides are named after what they hold: its rows, or its columns (`across`).
struct Workspace {
  int units;                 // the most of a part; the step of `hidden` and `d_hidden`
  int few_rows;              // see ExpertWorker
  float *hidden, *d_hidden;  // [rows][units]
  float *x_rows, *x_columns, *hidden_rows, *hidden_columns;
  float *d_y_rows, *d_y_right, *d_hidden_rows, *d_hidden_right;

  Workspace(const Experts& all, const ExpertWorker& worker, Scratch& memory) {
    few_rows = worker.few_rows();
    int most = 0;
    for (int e = 0; e < all.count; e++) most = std::max(most, all.offsets[e + 1] - all.offsets[e]);
    units = worker.alone() ? least(all.hidden, worker.sum_length()) : all.hidden;
    constexpr size_t kWidestPanel = 64;
    const size_t rows = least(most, kExpertRowChunk) + kMostGroup, few = least(most, few_rows);
    const size_t outer = rows * (all.width + kWidestPanel);
    const size_t inner = std::max(rows * (units + kWidestPanel), few * (all.hidden + kWidestPanel));
    float* next = memory.reserve(4 * outer + 6 * inner);
    for (float** packed : {&x_rows, &x_columns, &d_y_rows, &d_y_right}) {
      *packed = next;
      next += outer;
    }
    for (float** packed : {&hidden, &d_hidden, &hidden_rows, &hidden_columns, &d_hidden_rows, &d_hidden_right}) {
      *packed = next;
      next += inner;
    }
  }

  // For a forward pass: few rows have all hidden units in one part, so that weights are read as they lie in memory.
  Workspace forward(const Expert& e) const {
    Workspace w = *this;
    if (e.rows <= few_rows) w.units = e.hidden;
    return w;
  }
};

// Calls work(part) for every part: chunk of rows by chunk of rows, block of hidden units by block.
template <class Work>
void for_each_part(const Expert& e, int units, Work&& work) {
  for (int row = 0; row < e.rows; row += kExpertRowChunk) {
    for (int unit = 0; unit < e.hidden; unit += units) {
      work(Part{row, least(kExpertRowChunk, e.rows - row), unit, least(units, e.hidden - unit)});
    }
  }
}

// Where the hidden activations of a part are: kept for the whole pass, or in the workspace.
struct HiddenPlace {
  float* data;
  size_t step;

  HiddenPlace(const Workspace& w, const Expert& e, const Part& part)
      : data(e.activations == nullptr ? w.hidden
                                      : e.activations + static_cast<size_t>(part.row) * e.hidden + part.unit),
        step(e.activations == nullptr ? w.units : e.hidden) {}
};

// The hidden layer of a part before relu: x W1.
inline ExpertProduct to_hidden(const ExpertWorker& worker, const Workspace& w, const Expert& e, const Part& part) {
  const size_t width = e.width, hidden = e.hidden;
  const HiddenPlace h(w, e, part);
  const Side w1 = weights(across(e.w1 + part.unit, hidden));
  return worker.product(part.rows, part.units, e.width, lines(e.x + part.row * width, width), w1,
                      {h.data, h.step}, w.x_rows);
}

// What the hidden units of a part give to the outputs y of its rows.
inline ExpertProduct to_output(const ExpertWorker& worker, const Workspace& w, const Expert& e, const Part& part,
                               float* y) {
  const size_t width = e.width;
  const HiddenPlace h(w, e, part);
  const Side w2 = weights(across(e.w2 + part.unit * width, width));
  return worker.product(part.rows, e.width, part.units, lines(h.data, h.step), w2, {y, width, part.unit > 0},
                      w.hidden_rows);
}

// The gradient of the hidden layer of a part, before that of relu, from the outputs' of its rows.
inline ExpertProduct from_output(const ExpertWorker& worker, const Workspace& w, const Expert& e, const Part& part,
                                 const float* d_y) {
  const size_t width = e.width;
  const Side w2 = weights(lines(e.w2 + part.unit * width, width));
  return worker.product(part.rows, part.units, e.width, lines(d_y, width), w2,
                      {w.d_hidden, static_cast<size_t>(w.units)}, w.d_y_rows);
}

// The gradient of a part's rows x, from that of its hidden layer. W1 is in the caches if the hidden layer was just computed.
inline ExpertProduct to_input(const ExpertWorker& worker, const Workspace& w, const Expert& e, const Part& part,
                              float* d_x) {
  const Side w1 = lines(e.w1 + part.unit, e.hidden);
  return worker.product(part.rows, e.width, part.units, lines(w.d_hidden, w.units),
                      e.activations == nullptr ? w1 : weights(w1),
                      {d_x, static_cast<size_t>(e.width), part.unit > 0}, w.d_hidden_rows);
}

inline void queue_forward(const ExpertWorker& worker, const Workspace& given, const Expert& e) {
  const Workspace w = given.forward(e);
  for_each_part(e, w.units, [&](const Part& part) {
    worker.queue_weights(to_hidden(worker, w, e, part));
    worker.queue_weights(to_output(worker, w, e, part, nullptr));
  });
}

inline void queue_backward(const ExpertWorker& worker, const Workspace& w, const Expert& e) {
  for_each_part(e, w.units, [&](const Part& part) {
    if (e.activations == nullptr) worker.queue_weights(to_hidden(worker, w, e, part));
    worker.queue_weights(from_output(worker, w, e, part, nullptr));
    if (e.activations != nullptr) worker.queue_weights(to_input(worker, w, e, part, nullptr));
  });
}

inline void expert_forward(const ExpertWorker& worker, const Workspace& given, const Expert& e, float* out) {
  const Workspace w = given.forward(e);
  const MoeKernels& kernels = moe_kernels();
  const size_t width = e.width;
  for_each_part(e, w.units, [&](const Part& part) {
    float* y = out + e.first + part.row * width;
    const HiddenPlace h(w, e, part);
    const ExpertProduct inner = to_hidden(worker, w, e, part);
    const ExpertProduct outer = to_output(worker, w, e, part, y);
    if (part.unit == 0) worker.pack_left(inner);
    worker.barrier();
    worker.multiply(inner);
    if (const Range own = worker.columns(inner); own.size() > 0) {
      for (int i = 0; i < part.rows; i++) kernels.relu(h.data + i * h.step + own.begin, own.size());
    }
    worker.barrier();
    worker.pack_left(outer);
    worker.barrier();
    worker.multiply(outer);
  });
}

// Where the gradients of one expert go; null for weights whose gradients are not wanted.
struct ExpertPlaces {
  float *x, *w1, *w2;

  ExpertPlaces(const ExpertGradients& all, const Expert& e)
      : x(all.x + e.first),
        w1(all.w1 == nullptr ? nullptr : all.w1 + e.weights),
        w2(all.w2 == nullptr ? nullptr : all.w2 + e.weights) {}
  ExpertPlaces(float* x, float* w1, float* w2) : x(x), w1(w1), w2(w2) {}
};

// Calls done(part) after each part; once that has the last rows, the gradients of its units' weights are whole.
template <class Done>
void expert_backward(const ExpertWorker& worker, const Workspace& w, const Expert& e, const float* d_out,
                     const ExpertPlaces& d, Done&& done) {
  const MoeKernels& kernels = moe_kernels();
  const size_t width = e.width, hidden = e.hidden, step = w.units;
  for_each_part(e, w.units, [&](const Part& part) {
    const float* d_y = d_out + e.first + part.row * width;
    float* d_x = d.x + part.row * width;
    const bool weights_wanted = d.w1 != nullptr;
    float* d_w1 = weights_wanted ? d.w1 + part.unit : nullptr;
    float* d_w2 = weights_wanted ? d.w2 + part.unit * width : nullptr;
    const bool first_rows = part.row == 0, first_units = part.unit == 0;
    const bool again = e.activations == nullptr;
    const HiddenPlace h(w, e, part);

    const ExpertProduct inner = to_hidden(worker, w, e, part);
    const ExpertProduct d_inner = from_output(worker, w, e, part, d_y);
    const ExpertProduct to_d_x = to_input(worker, w, e, part, d_x);
    const ExpertProduct to_d_w1 =
        worker.product(e.width, part.units, part.rows, across(e.x + part.row * width, width), across(w.d_hidden, step),
                     {d_w1, hidden, !first_rows}, w.x_columns);
    const ExpertProduct to_d_w2 =
        worker.product(part.units, e.width, part.rows, across(h.data, h.step), across(d_y, width),
                     {d_w2, width, !first_rows}, w.hidden_columns);

    if (first_units) {
      worker.barrier();
      if (again) worker.pack_left(inner);
      worker.pack_left(d_inner);
      if (weights_wanted) {
        worker.pack_left(to_d_w1);
        worker.pack_right(to_d_w2, w.d_y_right);
      }
    }
    worker.barrier();
    if (again) worker.multiply(inner);
    worker.multiply(d_inner);
    if (const Range own = worker.columns(inner); own.size() > 0) {
      for (int i = 0; i < part.rows; i++) {
        float* unit = h.data + i * h.step + own.begin;
        if (again) kernels.relu(unit, own.size());
        kernels.relu_gradient(unit, w.d_hidden + i * step + own.begin, own.size());
      }
    }
    worker.barrier();
    worker.pack_left(to_d_x);
    if (weights_wanted) {
      worker.pack_left(to_d_w2);
      worker.pack_right(to_d_w1, w.d_hidden_right);
    }
    worker.barrier();
    worker.multiply(to_d_x);
    if (!weights_wanted) return;
    worker.multiply_along_rows(to_d_w1, w.d_hidden_right);
    worker.multiply_along_rows(to_d_w2, w.d_y_right);
    done(part);
  });
}

// Calls work(worker, workspace, expert) for every expert, and queue(worker, workspace, expert) some time before, where a thread
// computes it alone, to prefetch its weights.
template <class Queue, class Work>
void for_each_expert(ThreadGroup& group, Precision precision, const Experts& all, Queue&& queue, Work&& work) {
  const auto rows = [&](int e) { return all.offsets[e + 1] - all.offsets[e]; };
  std::vector<int> order(all.count);
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](int a, int b) { return rows(a) > rows(b); });
  // A thread that does an expert alone shouldn't need for it more than half the time that it all takes.
  const long total = all.offsets[all.count];
  const auto for_all = [&](int e) {
    return group.threads() > 1 && rows(e) * 2L * group.threads() > total && !has_few_rows(Expert(all, e));
  };
  const int together = static_cast<int>(std::find_if_not(order.begin(), order.end(), for_all) - order.begin());

  thread_local Scratch memory;
  if (together > 0) {
    const Workspace workspace(all, ExpertWorker(precision, &group, Member{0, group.threads()}), memory);
    group.run([&](Member member) {
      const ExpertWorker worker(precision, &group, member);
      for (int i = 0; i < together; i++) work(worker, workspace, Expert(all, order[i]));
    });
  }
  std::atomic<int> taken{together};
  group.run([&](Member) {
    const auto take = [&] { return taken.fetch_add(1, std::memory_order_relaxed); };
    PrefetchQueue prefetches;
    const ExpertWorker worker(precision, prefetches);
    const Workspace workspace(all, worker, memory);
    for (int i = take(); i < all.count;) {
      const int next = take();
      if (next < all.count) queue(worker, workspace, Expert(all, order[next]));
      work(worker, workspace, Expert(all, order[i]));
      i = next;
    }
  });
}

}  // namespace nmt
