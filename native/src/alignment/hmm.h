// Word alignment as a hidden Markov model (Vogel, Ney and Tillmann 1996): the next generated piece is mostly of a given one
// close to that of the piece before. The empty word keeps the place where the alignment was (Och and Ney 2003, section 2.1).
#pragma once

#include "alignment/lexicon.h"

namespace nmt {

// Longer jumps count as the longest.
constexpr int kLongestJump = 100;

struct HiddenMarkovModel {
  Lexicon lexicon;
  float* jumps;  // [2 · kLongestJump + 1] how often the alignment moves by −kLongestJump … kLongestJump places
  float null_probability;  // of the empty word
};

// Replaces lexicon and jumps by those that an iteration of EM finds from them. The lexicon's rows are cut as by
// em_iteration; what they lack has a small probability.
Likelihood hmm_iteration(ThreadGroup& group, const Sentences& given, const Sentences& generated,
                         const HiddenMarkovModel& model, float least);

// Where each generated piece most probably comes from, counted in its given sentence from 0, or −1 for the empty word.
// links [generated positions]; those of </s> get −1.
void hmm_links(ThreadGroup& group, const Sentences& given, const Sentences& generated, const HiddenMarkovModel& model,
               int32_t* links);

}  // namespace nmt
