// Sentences are taken in blocks; each block's posteriors are counted by given piece. Sums are cut by sentences or by given
// pieces, never by threads.
#include "alignment/hmm.h"

#include <algorithm>

#include "alignment/trellis.h"

namespace nmt {

namespace {

// Bounds of a block: sentences, and posteriors that are kept for it (64 MiB).
constexpr int kMostSentences = 8192;
constexpr size_t kMostPosteriors = 1 << 24;
// Sentences that a thread takes at a time.
constexpr int kChunk = 64;
constexpr int kJumps = 2 * kLongestJump + 1;

struct Block {
  int first;
  int last;
  std::vector<size_t> offsets;  // [sentences + 1] where the posteriors of each begin

  int sentences() const { return last - first; }
  int chunks() const { return (sentences() + kChunk - 1) / kChunk; }
};

Block next_block(const Sentences& given, const Sentences& generated, int first) {
  Block block{first, first, {0}};
  while (block.last < given.count && block.sentences() < kMostSentences) {
    const size_t own = static_cast<size_t>(generated.pieces(block.last)) * (given.pieces(block.last) + 1);
    if (block.last > first && block.offsets.back() + own > kMostPosteriors) break;
    block.offsets.push_back(block.offsets.back() + own);
    block.last++;
  }
  return block;
}

int longest_sentence(const Sentences& given) {
  int longest = 0;
  for (int n = 0; n < given.count; n++) longest = std::max(longest, given.pieces(n));
  return longest;
}

Trellis& trellis() {
  static thread_local Trellis instance;
  return instance;
}

// Where pieces are given in a block: [starts[piece], starts[piece + 1]) of `places`, in order.
class GivenPlaces {
 public:
  struct Place {
    int sentence;
    int column;  // of its posteriors
  };

  GivenPlaces(const Sentences& given, const Block& block, int pieces) : starts_(static_cast<size_t>(pieces) + 1) {
    const auto each = [&](auto&& visit) {
      for (int n = block.first; n < block.last; n++) {
        const int32_t* ids = given.ids + given.starts[n];
        const int count = given.pieces(n);
        for (int i = 0; i < count; i++) visit(ids[i], Place{n, i + 1});
        visit(ids[count], Place{n, 0});
      }
    };
    each([&](int32_t id, Place) { starts_[id + 1]++; });
    for (int piece = 0; piece < pieces; piece++) starts_[piece + 1] += starts_[piece];
    places_.resize(starts_[pieces]);
    std::vector<size_t> next(starts_.begin(), starts_.end() - 1);
    each([&](int32_t id, Place place) { places_[next[id]++] = place; });
  }

  const Place* begin(int piece) const { return places_.data() + starts_[piece]; }
  const Place* end(int piece) const { return places_.data() + starts_[piece + 1]; }

 private:
  std::vector<size_t> starts_;
  std::vector<Place> places_;
};

// An iteration of EM.
class Iteration {
 public:
  Iteration(ThreadGroup& group, const Sentences& given, const Sentences& generated, const HiddenMarkovModel& model)
      : group_(group),
        given_(given),
        generated_(generated),
        model_(model),
        jumps_(model.jumps, longest_sentence(given)),
        counts_(static_cast<size_t>(model.lexicon.pieces) * model.lexicon.width),
        jump_counts_(kJumps) {}

  Likelihood run(float least) {
    for (int first = 0; first < given_.count;) {
      const Block block = next_block(given_, generated_, first);
      expect(block);
      count(block);
      first = block.last;
    }
    maximize(least);
    return likelihood_;
  }

 private:
  // Posteriors and jumps of the block's sentences.
  void expect(const Block& block) {
    posteriors_.resize(block.offsets.back());
    std::vector<double> jumps(static_cast<size_t>(block.chunks()) * kJumps);
    std::vector<double> log_likelihoods(block.chunks());
    group_.parallel_dynamic(block.chunks(), [&](int chunk) {
      const int last = std::min(block.first + (chunk + 1) * kChunk, block.last);
      for (int n = block.first + chunk * kChunk; n < last; n++) {
        log_likelihoods[chunk] += trellis().forward(model_, jumps_, given_, generated_, n);
        trellis().backward(jumps_, model_.null_probability, posteriors_.data() + block.offsets[n - block.first],
                           jumps.data() + static_cast<size_t>(chunk) * kJumps);
      }
    });
    for (int chunk = 0; chunk < block.chunks(); chunk++) {
      likelihood_.log_likelihood += log_likelihoods[chunk];
      for (int j = 0; j < kJumps; j++) jump_counts_[j] += jumps[static_cast<size_t>(chunk) * kJumps + j];
    }
  }

  // Adds the block's posteriors to the counts of entries.
  void count(const Block& block) {
    const Lexicon& lexicon = model_.lexicon;
    const GivenPlaces places(given_, block, lexicon.pieces);
    group_.parallel_dynamic(lexicon.pieces, [&](int piece) {
      if (places.begin(piece) == places.end(piece)) return;
      // [pieces] place of each generated piece in the row, or −1
      static thread_local std::vector<int32_t> entry_of;
      entry_of.assign(lexicon.pieces, -1);
      const size_t first = static_cast<size_t>(piece) * lexicon.width;
      for (int e = 0; e < lexicon.entries[piece]; e++) entry_of[lexicon.ids[first + e]] = e;
      for (const auto* place = places.begin(piece); place < places.end(piece); place++) {
        const int n = place->sentence;
        const size_t width = static_cast<size_t>(given_.pieces(n)) + 1;
        const float* posterior = posteriors_.data() + block.offsets[n - block.first] + place->column;
        const int32_t* ids = generated_.ids + generated_.starts[n];
        for (int t = 0; t < generated_.pieces(n); t++) {
          const int32_t e = entry_of[ids[t]];
          if (e >= 0) counts_[first + e] += static_cast<double>(posterior[t * width]);
        }
      }
    });
  }

  void maximize(float least) {
    const Lexicon& lexicon = model_.lexicon;
    group_.parallel_dynamic(lexicon.pieces, [&](int piece) {
      const size_t first = static_cast<size_t>(piece) * lexicon.width;
      std::vector<ExpectedCount> counts;
      double total = 0;
      for (int e = 0; e < lexicon.entries[piece]; e++) {
        if (counts_[first + e] > 0) counts.push_back({counts_[first + e], lexicon.ids[first + e]});
        total += counts_[first + e];
      }
      replace_row(lexicon, piece, counts, total, least);
    });
    // As if each had been seen once more, so that none is impossible.
    for (int j = 0; j < kJumps; j++) model_.jumps[j] = static_cast<float>(jump_counts_[j] + 1);
  }

  ThreadGroup& group_;
  const Sentences& given_;
  const Sentences& generated_;
  const HiddenMarkovModel& model_;
  const Jumps jumps_;
  std::vector<double> counts_;  // [pieces, width] of the lexicon's entries
  std::vector<double> jump_counts_;
  std::vector<float> posteriors_;  // of the block under way
  Likelihood likelihood_;
};

}  // namespace

Likelihood hmm_iteration(ThreadGroup& group, const Sentences& given, const Sentences& generated,
                         const HiddenMarkovModel& model, float least) {
  return Iteration(group, given, generated, model).run(least);
}

void hmm_links(ThreadGroup& group, const Sentences& given, const Sentences& generated, const HiddenMarkovModel& model,
               int32_t* links) {
  const Jumps jumps(model.jumps, longest_sentence(given));
  group.parallel_dynamic((given.count + kChunk - 1) / kChunk, [&](int chunk) {
    std::vector<float> posteriors;
    for (int n = chunk * kChunk; n < std::min((chunk + 1) * kChunk, given.count); n++) {
      const int places = given.pieces(n), steps = generated.pieces(n);
      posteriors.resize(static_cast<size_t>(steps) * (places + 1));
      trellis().forward(model, jumps, given, generated, n);
      trellis().backward(jumps, model.null_probability, posteriors.data(), nullptr);
      int32_t* own = links + generated.starts[n];
      for (int t = 0; t < steps; t++) {
        const float* row = posteriors.data() + static_cast<size_t>(t) * (places + 1);
        own[t] = static_cast<int32_t>(std::max_element(row, row + places + 1) - row) - 1;
      }
      own[steps] = -1;
    }
  });
}

}  // namespace nmt
