#include "inference/softmax.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "inference/inference_kernels.h"

namespace nmt {

namespace {

// Pieces whose logits are computed together: a multiple of Linear::kColumnGrain, the same on every instruction set.
constexpr int kBlock = 512;

// Sums of e^logit over blocks of the vocabulary, in their order.
class Normaliser {
 public:
  void add(float largest, float total) {
    const double top = largest;
    if (top > top_) {
      sum_ = sum_ * std::exp(top_ - top) + static_cast<double>(total);
      top_ = top;
    } else {
      sum_ += static_cast<double>(total) * std::exp(top - top_);
    }
  }
  double logarithm() const { return top_ + std::log(sum_); }

 private:
  double top_ = -std::numeric_limits<double>::infinity();
  double sum_ = 0;
};

// The best candidates of a row so far, best first.
class BestList {
 public:
  BestList(int32_t* ids, float* logits, int most) : ids_(ids), logits_(logits), most_(most) {}

  float threshold() const { return count_ < most_ ? -std::numeric_limits<float>::infinity() : logits_[most_ - 1]; }
  // Ids come in ascending order, so that an equal logit goes behind.
  void add(float logit, int32_t id) {
    if (count_ == most_ && !(logit > logits_[most_ - 1])) return;
    int at = count_ < most_ ? count_++ : most_ - 1;
    for (; at > 0 && logits_[at - 1] < logit; at--) {
      logits_[at] = logits_[at - 1];
      ids_[at] = ids_[at - 1];
    }
    logits_[at] = logit;
    ids_[at] = id;
  }

 private:
  int32_t* ids_;
  float* logits_;
  int most_;
  int count_ = 0;
};

// task(first, count, logits [rows][kBlock]) for each block of the layer's outputs.
template <class Task>
void each_block(Run& run, const SoftmaxRows& r, Task&& task) {
  const Linear& layer = r.layer;
  const size_t width = static_cast<size_t>(layer.inputs());
  float* logits = run.floats(Piece::logits, static_cast<size_t>(r.rows) * kBlock);
  QuantizedRows quantized{};
  const bool bytes = layer.arithmetic() == Arithmetic::int8;
  if (bytes) quantized = quantize_rows(run, r.hidden, width, r.rows, layer.inputs());
  for (int first = 0; first < layer.outputs(); first += kBlock) {
    const int last = std::min(first + kBlock, layer.outputs());
    if (bytes) layer.apply_columns(run, quantized, r.rows, first, last, logits, kBlock);
    else layer.apply_columns(run, r.hidden, r.rows, first, last, logits, kBlock);
    task(first, last - first, logits);
  }
}

int32_t piece_of(const SoftmaxRows& r, int output) { return r.pieces == nullptr ? output : r.pieces[output]; }

}  // namespace

void best_pieces(Run& run, const SoftmaxRows& r, int count, int32_t* ids, float* log_probabilities) {
  const InferenceKernels& kernels = inference_kernels();
  const size_t most = static_cast<size_t>(count);
  std::vector<Normaliser> normalisers(static_cast<size_t>(r.rows));
  std::vector<BestList> best;
  // What stands where the layer has fewer pieces than are asked for.
  std::fill_n(ids, normalisers.size() * most, 0);
  std::fill_n(log_probabilities, normalisers.size() * most, -std::numeric_limits<float>::infinity());
  for (size_t row = 0; row < normalisers.size(); row++) best.emplace_back(ids + row * most, log_probabilities + row * most, count);
  int32_t places[kBlock];
  each_block(run, r, [&](int first, int pieces, const float* logits) {
    for (size_t row = 0; row < normalisers.size(); row++) {
      const float* own = logits + row * kBlock;
      float largest;
      const float total = kernels.total(own, pieces, &largest);
      normalisers[row].add(largest, total);
      const float threshold = best[row].threshold();
      if (!(largest > threshold)) continue;
      const int found = kernels.above(own, pieces, threshold, places);
      for (int i = 0; i < found; i++) best[row].add(own[places[i]], piece_of(r, first + places[i]));
    }
  });
  for (size_t row = 0; row < normalisers.size(); row++) {
    const double normaliser = normalisers[row].logarithm();
    for (size_t i = 0; i < most; i++) {
      float& value = log_probabilities[row * most + i];
      value = static_cast<float>(static_cast<double>(value) - normaliser);
    }
  }
}

void all_pieces(Run& run, const SoftmaxRows& r, int vocabulary, float* log_probabilities) {
  const InferenceKernels& kernels = inference_kernels();
  const size_t width = static_cast<size_t>(vocabulary);
  if (r.pieces != nullptr) {
    std::fill_n(log_probabilities, static_cast<size_t>(r.rows) * width, -std::numeric_limits<float>::infinity());
  }
  std::vector<Normaliser> normalisers(static_cast<size_t>(r.rows));
  each_block(run, r, [&](int first, int pieces, const float* logits) {
    for (size_t row = 0; row < normalisers.size(); row++) {
      const float* own = logits + row * kBlock;
      float largest;
      const float total = kernels.total(own, pieces, &largest);
      normalisers[row].add(largest, total);
      for (int i = 0; i < pieces; i++) log_probabilities[row * width + static_cast<size_t>(piece_of(r, first + i))] = own[i];
    }
  });
  for (size_t row = 0; row < normalisers.size(); row++) {
    const double normaliser = normalisers[row].logarithm();
    float* own = log_probabilities + row * width;
    for (size_t i = 0; i < width; i++) own[i] = static_cast<float>(static_cast<double>(own[i]) - normaliser);
  }
}

void given_pieces(Run& run, const SoftmaxRows& r, const int32_t* pieces, float* log_probabilities) {
  const InferenceKernels& kernels = inference_kernels();
  std::vector<Normaliser> normalisers(static_cast<size_t>(r.rows));
  each_block(run, r, [&](int first, int count, const float* logits) {
    for (size_t row = 0; row < normalisers.size(); row++) {
      const float* own = logits + row * kBlock;
      float largest;
      const float total = kernels.total(own, count, &largest);
      normalisers[row].add(largest, total);
      if (pieces[row] >= first && pieces[row] < first + count) log_probabilities[row] = own[pieces[row] - first];
    }
  });
  for (size_t row = 0; row < normalisers.size(); row++) {
    log_probabilities[row] = static_cast<float>(static_cast<double>(log_probabilities[row]) - normalisers[row].logarithm());
  }
}

}  // namespace nmt
