// Both steps spread a given piece's probabilities over an array by generated piece, so that no sum needs a search. Sums
// are cut by blocks of sentences or by given pieces, never by threads.
#include "alignment/lexicon.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <vector>

namespace nmt {

namespace {

// Sentences whose pieces and weights stay in cache while all given pieces pass over them.
constexpr int kBlock = 8192;

// Where each piece is given: [starts[piece], starts[piece + 1]) of `sentences`, ascending, once for each occurrence.
struct Occurrences {
  std::vector<size_t> starts;
  std::vector<int32_t> sentences;

  Occurrences(const Sentences& given, int pieces) : starts(pieces + 1), sentences(given.starts[given.count]) {
    for (size_t i = 0; i < sentences.size(); i++) starts[given.ids[i] + 1]++;
    for (int piece = 0; piece < pieces; piece++) starts[piece + 1] += starts[piece];
    std::vector<size_t> next(starts.begin(), starts.end() - 1);
    for (int n = 0; n < given.count; n++) {
      for (int i = given.starts[n]; i < given.starts[n + 1]; i++) sentences[next[given.ids[i]]++] = n;
    }
  }

  const int32_t* begin(int piece) const { return sentences.data() + starts[piece]; }
  const int32_t* end(int piece) const { return sentences.data() + starts[piece + 1]; }
};

// One iteration; what threads share is written at places of their own.
class Iteration {
 public:
  Iteration(const Sentences& given, const Sentences& generated, const Lexicon& lexicon, float least, bool is_first)
      : given_(given),
        generated_(generated),
        lexicon_(lexicon),
        least_(least),
        is_first_(is_first),
        occurrences_(given, lexicon.pieces),
        weights_(generated.starts[generated.count]),
        blocks_((generated.count + kBlock - 1) / kBlock) {}

  Likelihood run(ThreadGroup& group) {
    std::atomic<int> next_block{0}, next_piece{0};
    group.run([&](Member) {
      // [pieces] the probabilities of the row under way; zeros between rows, but where all are equal
      std::vector<float> row(lexicon_.pieces, is_first_ ? 1.0f / lexicon_.pieces : 0.0f);
      std::vector<double> counts(lexicon_.pieces);
      std::vector<ExpectedCount> kept;
      for (int block; (block = next_block.fetch_add(1)) < static_cast<int>(blocks_.size());) weigh(block, row);
      group.barrier();
      for (int piece; (piece = next_piece.fetch_add(1)) < lexicon_.pieces;) count(piece, row, counts, kept);
    });
    Likelihood sum;
    for (const Likelihood& block : blocks_) {
      sum.log_likelihood += block.log_likelihood;
      sum.unexplained += block.unexplained;
    }
    return sum;
  }

 private:
  // The weight of each generated piece of the block: 1 / Σ p(it | given), over the given pieces of its sentence.
  void weigh(int block, std::vector<float>& row) {
    const int first = block * kBlock;
    const int last = std::min(first + kBlock, generated_.count);
    if (is_first_) {
      for (int n = first; n < last; n++) {
        for (int j = generated_.starts[n]; j < end(n); j++) weights_[j] = given_length(n) * row[0];
      }
    } else {
      for (int piece = 0; piece < lexicon_.pieces; piece++) {
        const int32_t* from = std::lower_bound(occurrences_.begin(piece), occurrences_.end(piece), first);
        const int32_t* to = std::lower_bound(from, occurrences_.end(piece), last);
        if (from == to) continue;
        spread(piece, row);
        for (; from < to; from++) {
          for (int j = generated_.starts[*from]; j < end(*from); j++) weights_[j] += row[generated_.ids[j]];
        }
        clear(piece, row);
      }
    }
    for (int n = first; n < last; n++) {
      for (int j = generated_.starts[n]; j < end(n); j++) {
        const float sum = weights_[j];
        if (sum > 0) {
          blocks_[block].log_likelihood += std::log(static_cast<double>(sum) / given_length(n));
          weights_[j] = 1 / sum;
        } else {
          blocks_[block].unexplained++;
        }
      }
    }
  }

  // Expected counts of what the piece generates, and its probabilities from them.
  void count(int piece, std::vector<float>& row, std::vector<double>& counts, std::vector<ExpectedCount>& kept) {
    if (!is_first_) spread(piece, row);
    for (const int32_t* n = occurrences_.begin(piece); n < occurrences_.end(piece); n++) {
      for (int j = generated_.starts[*n]; j < end(*n); j++) {
        const int32_t id = generated_.ids[j];
        counts[id] += static_cast<double>(row[id] * weights_[j]);
      }
    }
    if (!is_first_) clear(piece, row);
    kept.clear();
    double total = 0;
    const auto take = [&](int32_t id) {
      if (counts[id] > 0) kept.push_back({counts[id], id});
      total += counts[id];
      counts[id] = 0;
    };
    if (is_first_) {
      for (int id = 0; id < lexicon_.pieces; id++) take(id);
    } else {
      for (int e = 0; e < lexicon_.entries[piece]; e++) take(ids(piece)[e]);
    }
    replace_row(lexicon_, piece, kept, total, least_);
  }

  void spread(int piece, std::vector<float>& row) const {
    for (int e = 0; e < lexicon_.entries[piece]; e++) row[ids(piece)[e]] = probabilities(piece)[e];
  }
  void clear(int piece, std::vector<float>& row) const {
    for (int e = 0; e < lexicon_.entries[piece]; e++) row[ids(piece)[e]] = 0;
  }

  int32_t* ids(int piece) const { return lexicon_.ids + static_cast<size_t>(piece) * lexicon_.width; }
  float* probabilities(int piece) const { return lexicon_.probabilities + static_cast<size_t>(piece) * lexicon_.width; }
  // Where the generated pieces of a sentence end: before its </s>.
  int end(int n) const { return generated_.starts[n + 1] - 1; }
  int given_length(int n) const { return given_.starts[n + 1] - given_.starts[n]; }

  const Sentences& given_;
  const Sentences& generated_;
  const Lexicon& lexicon_;
  const float least_;
  const bool is_first_;
  const Occurrences occurrences_;
  std::vector<float> weights_;  // [generated positions]
  std::vector<Likelihood> blocks_;
};

}  // namespace

void replace_row(const Lexicon& lexicon, int piece, std::vector<ExpectedCount>& kept, double total, float least) {
  const auto is_small = [&](const ExpectedCount& e) { return e.count < least * total; };
  kept.erase(std::remove_if(kept.begin(), kept.end(), is_small), kept.end());
  if (kept.size() > static_cast<size_t>(lexicon.width)) {
    // The lower id of equal ones.
    const auto larger = [](const ExpectedCount& a, const ExpectedCount& b) {
      return a.count != b.count ? a.count > b.count : a.id < b.id;
    };
    std::nth_element(kept.begin(), kept.begin() + lexicon.width, kept.end(), larger);
    kept.resize(lexicon.width);
    std::sort(kept.begin(), kept.end(), [](const ExpectedCount& a, const ExpectedCount& b) { return a.id < b.id; });
  }
  const size_t first = static_cast<size_t>(piece) * lexicon.width;
  double sum = 0;
  for (const ExpectedCount& entry : kept) sum += entry.count;
  for (size_t e = 0; e < kept.size(); e++) {
    lexicon.ids[first + e] = kept[e].id;
    lexicon.probabilities[first + e] = static_cast<float>(kept[e].count / sum);
  }
  lexicon.entries[piece] = static_cast<int32_t>(kept.size());
  lexicon.totals[piece] = static_cast<float>(sum);
}

Likelihood em_iteration(ThreadGroup& group, const Sentences& given, const Sentences& generated, const Lexicon& lexicon,
                        float least, bool is_first) {
  return Iteration(given, generated, lexicon, least, is_first).run(group);
}

}  // namespace nmt
