#include "inference/softmax.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "inference/inference_kernels.h"
#include "vocabulary/best_list.h"

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

// Some logits of a row and the pieces they are of.
struct Part {
  size_t row;
  const float* logits;
  int count;
  int first;              // the piece of the first logit, where there is no list
  const int32_t* pieces;  // of each logit

  int32_t piece(int i) const { return pieces == nullptr ? first + i : pieces[i]; }
};

// task(part) for parts of kBlock logits or less that cover each row's pieces, in ascending order. How a row is cut depends on its own
// pieces alone, and so do the bits of sums over the parts.
template <class Task>
void each_part(Run& run, const SoftmaxRows& r, Task&& task) {
  const size_t rows = static_cast<size_t>(r.rows);
  if (r.lists == nullptr) {
    return each_block(run, r, [&](int first, int count, const float* logits) {
      for (size_t row = 0; row < rows; row++) task(Part{row, logits + row * kBlock, count, first, nullptr});
    });
  }
  std::vector<size_t> offsets;
  const float* logits = candidate_logits(run, r.layer, r.hidden, r.rows, r.sentence, *r.lists, offsets);
  for (size_t row = 0; row < rows; row++) {
    const int32_t* pieces = r.lists->pieces(r.sentence[row]);
    const int length = r.lists->length(r.sentence[row]);
    for (int at = 0; at < length; at += kBlock) {
      task(Part{row, logits + offsets[row] + at, std::min(kBlock, length - at), 0, pieces + at});
    }
  }
}

}  // namespace

void best_pieces(Run& run, const SoftmaxRows& r, int count, int32_t* ids, float* log_probabilities) {
  const InferenceKernels& kernels = inference_kernels();
  const size_t most = static_cast<size_t>(count);
  std::vector<Normaliser> normalisers(static_cast<size_t>(r.rows));
  std::vector<Candidate> candidates(normalisers.size() * most);
  std::vector<BestList> best;
  for (size_t row = 0; row < normalisers.size(); row++) best.emplace_back(candidates.data() + row * most, count);
  int32_t places[kBlock];
  each_part(run, r, [&](const Part& part) {
    float largest;
    const float total = kernels.total(part.logits, part.count, &largest);
    normalisers[part.row].add(largest, total);
    BestList& list = best[part.row];
    const float threshold = list.threshold();
    if (!(largest > threshold)) return;
    const int found = kernels.above(part.logits, part.count, threshold, places);
    for (int i = 0; i < found; i++) list.add(part.logits[places[i]], part.piece(places[i]));
  });
  for (size_t row = 0; row < normalisers.size(); row++) {
    const double normaliser = normalisers[row].logarithm();
    best[row].sort();
    size_t at = row * most;
    const auto put = [&](const Candidate& candidate) {
      ids[at] = candidate.id;
      log_probabilities[at++] = static_cast<float>(static_cast<double>(candidate.logit) - normaliser);
    };
    for (const Candidate& candidate : best[row]) put(candidate);
    // Where a row has fewer pieces than are asked for; not numbers where its logits are none.
    while (at < (row + 1) * most) put({-std::numeric_limits<float>::infinity(), 0});
  }
}

void all_pieces(Run& run, const SoftmaxRows& r, int vocabulary, float* log_probabilities) {
  const InferenceKernels& kernels = inference_kernels();
  const size_t width = static_cast<size_t>(vocabulary);
  if (r.lists != nullptr) {
    std::fill_n(log_probabilities, static_cast<size_t>(r.rows) * width, -std::numeric_limits<float>::infinity());
  }
  std::vector<Normaliser> normalisers(static_cast<size_t>(r.rows));
  each_part(run, r, [&](const Part& part) {
    float largest;
    const float total = kernels.total(part.logits, part.count, &largest);
    normalisers[part.row].add(largest, total);
    float* own = log_probabilities + part.row * width;
    for (int i = 0; i < part.count; i++) own[part.piece(i)] = part.logits[i];
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
  each_part(run, r, [&](const Part& part) {
    float largest;
    const float total = kernels.total(part.logits, part.count, &largest);
    normalisers[part.row].add(largest, total);
    const int32_t wanted = pieces[part.row] - part.first;
    if (wanted >= 0 && wanted < part.count) log_probabilities[part.row] = part.logits[wanted];
  });
  for (size_t row = 0; row < normalisers.size(); row++) {
    log_probabilities[row] = static_cast<float>(static_cast<double>(log_probabilities[row]) - normalisers[row].logarithm());
  }
}

}  // namespace nmt
