// The alignments of one pair of sentences by the hidden Markov model: forward-backward (Baum et al. 1970), scaled.
#pragma once

#include <vector>

#include "alignment/hmm.h"

namespace nmt {

// How probable jumps are, from whichever place: looked up by the difference of two places of the longest sentence.
class Jumps {
 public:
  // `counts` as in HiddenMarkovModel; places differ by `longest` at most.
  Jumps(const float* counts, int longest);

  // [k] of the jumps to place k.
  const float* from(int place) const { return shares_.data() + longest_ - place; }
  // [place] 1 / Σ jumps to the places 1 … `places`.
  void inverse_sums(int places, std::vector<float>& inverse) const;

 private:
  int longest_;
  std::vector<float> shares_;  // [2 · longest + 1]
};

// Working memory of a thread. Place 0 is before the sentence, places 1 … are its pieces; column 0 is the empty word.
class Trellis {
 public:
  // Sums over all alignments; gives the natural log-likelihood of the generated sentence.
  double forward(const HiddenMarkovModel& model, const Jumps& jumps, const Sentences& given, const Sentences& generated,
                 int sentence);
  // After it: posteriors [generated pieces, given pieces + 1], of the empty word and of each given piece. Expected jumps
  // are added to jump_counts [2 · kLongestJump + 1] unless it is null.
  void backward(const Jumps& jumps, float null_probability, float* posteriors, double* jump_counts);

 private:
  float* row(std::vector<float>& table, int t) const { return table.data() + static_cast<size_t>(t) * (places_ + 1); }
  void emit(const Lexicon& lexicon, const int32_t* given, const int32_t* generated);

  int places_ = 0;
  int steps_ = 0;
  std::vector<float> inverse_;    // [places + 1]
  std::vector<float> emissions_;  // [steps, places + 1] probability of each generated piece; column 0: by the empty word
  std::vector<float> aligned_;    // [steps, places + 1] forward probabilities of being at a place because of its piece
  std::vector<float> null_;       // [steps, places + 1] of being there since before, by the empty word
  std::vector<float> states_;     // [steps + 1, places + 1] of being at a place before each step
  std::vector<float> scales_;     // [steps]
  std::vector<float> backward_, weighted_, products_, moves_;
};

}  // namespace nmt
