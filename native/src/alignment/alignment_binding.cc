// emIteration, hmmIteration: an iteration of IBM model 1, or of the hidden Markov model, over a parallel text. hmmLinks:
// the links that the latter finds.
#include <string>

#include "alignment/hmm.h"
#include "binding/registry.h"
#include "memory/sizes.h"

namespace nmt {

namespace {

// Reads ids and starts, and checks that no sentence is empty or leaves the arrays, and no id the vocabulary.
struct Side {
  Array<int32_t> ids;
  Array<int32_t> starts;

  Side(Call& call, const char* ids_name, const char* starts_name)
      : ids(call.ints(ids_name)), starts(call.ints(starts_name, 1)) {
    call.require(starts[0] == 0 && static_cast<size_t>(starts[starts.length - 1]) == ids.length,
                 std::string(starts_name) + " must lead from 0 to the end of " + ids_name);
    for (size_t n = 1; n < starts.length; n++) {
      if (starts[n] > starts[n - 1]) continue;
      call.require(false, "sentence " + std::to_string(n - 1) + " of " + ids_name + " is empty");
    }
  }

  void require_ids(Call& call, int pieces) const {
    for (const int32_t id : ids) {
      if (id < 0 || id >= pieces) call.require(false, "piece " + std::to_string(id) + " is out of range");
    }
  }

  Sentences sentences() const { return {ids.data, starts.data, static_cast<int>(starts.length - 1)}; }
};

// The two sides of a text and the vocabulary's size.
struct ParallelText {
  Side given;
  Side generated;
  int pieces;

  explicit ParallelText(Call& call)
      : given(call, "given", "givenStarts"), generated(call, "generated", "generatedStarts"), pieces(call.size("pieces")) {
    call.require(given.starts.length == generated.starts.length, "the two sides have different numbers of sentences");
    given.require_ids(call, pieces);
    generated.require_ids(call, pieces);
  }
};

int width_of(Call& call) {
  const int width = call.size("width");
  call.require(width > 0, "width must be above 0");
  return width;
}

Lexicon lexicon_of(Call& call, int pieces, int width) {
  const auto ids = call.ints("ids", static_cast<size_t>(pieces) * width);
  const auto probabilities = call.floats("probabilities", static_cast<size_t>(pieces) * width);
  const auto entries = call.ints("entries", pieces);
  const auto totals = call.floats("totals", pieces);
  return {pieces, width, ids.data, probabilities.data, entries.data, totals.data};
}

void require_entries(Call& call, const Lexicon& lexicon) {
  for (int piece = 0; piece < lexicon.pieces; piece++) {
    const int32_t entries = lexicon.entries[piece];
    call.require(entries >= 0 && entries <= lexicon.width, "row " + std::to_string(piece) + " is longer than width");
    for (int e = 0; e < entries; e++) {
      const int32_t id = lexicon.ids[static_cast<size_t>(piece) * lexicon.width + e];
      if (id < 0 || id >= lexicon.pieces) call.require(false, "entry " + std::to_string(id) + " is out of range");
    }
  }
}

// Lexicon and jumps of a hidden Markov model, from arguments that both of its functions have.
HiddenMarkovModel hmm_of(Call& call, int pieces, int width, float null_probability) {
  const Lexicon lexicon = lexicon_of(call, pieces, width);
  require_entries(call, lexicon);
  const auto jumps = call.floats("jumps", 2 * kLongestJump + 1);
  for (size_t j = 0; j < 2 * kLongestJump + 1; j++) call.require(jumps[j] > 0, "jumps must be above 0");
  return {lexicon, jumps.data, null_probability};
}

float null_probability_of(Call& call) {
  const float probability = static_cast<float>(call.number("nullProbability"));
  call.require(probability > 0 && probability < 1, "nullProbability must lie between 0 and 1");
  return probability;
}

napi_value result_of(const Call& call, const Likelihood& result) {
  return call.object({{"logLikelihood", result.log_likelihood}, {"unexplained", result.unexplained}});
}

napi_value em_iteration_call(Call& call) {
  const ParallelText text(call);
  const int width = width_of(call);
  const float least = static_cast<float>(call.number("least"));
  const bool is_first = call.boolean("isFirst");
  const Lexicon lexicon = lexicon_of(call, text.pieces, width);
  if (!is_first) require_entries(call, lexicon);
  return result_of(call, em_iteration(thread_group(), text.given.sentences(), text.generated.sentences(), lexicon,
                                      least, is_first));
}

napi_value hmm_iteration_call(Call& call) {
  const ParallelText text(call);
  const int width = width_of(call);
  const float least = static_cast<float>(call.number("least"));
  const float null_probability = null_probability_of(call);
  const HiddenMarkovModel model = hmm_of(call, text.pieces, width, null_probability);
  return result_of(call,
                   hmm_iteration(thread_group(), text.given.sentences(), text.generated.sentences(), model, least));
}

napi_value hmm_links_call(Call& call) {
  const ParallelText text(call);
  const int width = width_of(call);
  const float null_probability = null_probability_of(call);
  const HiddenMarkovModel model = hmm_of(call, text.pieces, width, null_probability);
  const Array<int32_t> links = call.ints("links", text.generated.ids.length);
  hmm_links(thread_group(), text.given.sentences(), text.generated.sentences(), model, links.data);
  return call.nothing();
}

}  // namespace

void register_alignment(Registry& registry) {
  registry.add("emIteration",
               {"given", "givenStarts", "generated", "generatedStarts", "pieces", "width", "least", "isFirst", "ids",
                "probabilities", "entries", "totals"},
               em_iteration_call);
  registry.add("hmmIteration",
               {"given", "givenStarts", "generated", "generatedStarts", "pieces", "width", "least", "nullProbability",
                "ids", "probabilities", "entries", "totals", "jumps"},
               hmm_iteration_call);
  registry.add("hmmLinks",
               {"given", "givenStarts", "generated", "generatedStarts", "pieces", "width", "nullProbability", "ids",
                "probabilities", "entries", "totals", "jumps", "links"},
               hmm_links_call);
}

}  // namespace nmt
