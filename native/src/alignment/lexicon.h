// Lexical translation probabilities: IBM model 1 (Brown et al. 1993, section 4.1), an iteration of EM at a time.
#pragma once

#include <cstdint>
#include <vector>

#include "threads/thread_group.h"

namespace nmt {

// Sentences of a parallel text, one after the other. Each ends with the piece </s>: where pieces are given, it is the
// empty word; where they are generated, it is left out.
struct Sentences {
  const int32_t* ids;
  const int32_t* starts;  // [count + 1]
  int count;

  // Pieces of a sentence without its </s>.
  int pieces(int sentence) const { return starts[sentence + 1] - starts[sentence] - 1; }
};

// p(generated | given) of at most `width` generated pieces for each given one, in ascending order of their ids.
struct Lexicon {
  int pieces;
  int width;
  int32_t* ids;          // [pieces, width]
  float* probabilities;  // [pieces, width]
  int32_t* entries;      // [pieces] how many of a row are used
  float* totals;         // [pieces] expected number of pieces that a given one generates
};

// The expected number of times that a given piece generates `id`.
struct ExpectedCount {
  double count;
  int32_t id;
};

// Replaces a row's probabilities by those of expected counts, whose ids ascend: without those below `least` of `total`,
// then without those beyond the `width` largest; what is kept adds up to 1. Reorders `counts`.
void replace_row(const Lexicon& lexicon, int piece, std::vector<ExpectedCount>& counts, double total, float least);

struct Likelihood {
  double log_likelihood = 0;  // natural, of the generated pieces by the probabilities before the iteration
  double unexplained = 0;     // those that no given piece of their sentence has an entry for; not in log_likelihood
};

// Replaces the probabilities by those that EM finds from them, or, in the first iteration, from equal ones. Entries
// below `least` are dropped, then those beyond the `width` largest; what is kept adds up to 1.
Likelihood em_iteration(ThreadGroup& group, const Sentences& given, const Sentences& generated, const Lexicon& lexicon,
                        float least, bool is_first);

}  // namespace nmt
