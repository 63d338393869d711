// emIteration: an iteration of IBM model 1 over a parallel text.
#include <string>

#include "alignment/lexicon.h"
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

napi_value em_iteration_call(Call& call) {
  const Side given(call, "given", "givenStarts");
  const Side generated(call, "generated", "generatedStarts");
  call.require(given.starts.length == generated.starts.length, "the two sides have different numbers of sentences");
  const int pieces = call.size("pieces");
  given.require_ids(call, pieces);
  generated.require_ids(call, pieces);
  const int width = call.size("width");
  call.require(width > 0, "width must be above 0");
  const float least = static_cast<float>(call.number("least"));
  const bool is_first = call.boolean("isFirst");
  const Lexicon lexicon = lexicon_of(call, pieces, width);
  if (!is_first) require_entries(call, lexicon);
  const Likelihood result =
      em_iteration(thread_group(), given.sentences(), generated.sentences(), lexicon, least, is_first);
  return call.object({{"logLikelihood", result.log_likelihood}, {"unexplained", result.unexplained}});
}

}  // namespace

void register_alignment(Registry& registry) {
  registry.add("emIteration",
               {"given", "givenStarts", "generated", "generatedStarts", "pieces", "width", "least", "isFirst", "ids",
                "probabilities", "entries", "totals"},
               em_iteration_call);
}

}  // namespace nmt
