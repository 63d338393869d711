#include "inference/candidates.h"

#include <algorithm>

#include "inference/line_source.h"
#include "threads/share.h"

namespace nmt {

CandidateLists::CandidateLists(std::vector<int32_t> pieces, std::vector<int> starts, int vocabulary)
    : pieces_(std::move(pieces)), starts_(std::move(starts)) {
  std::vector<int> counts(static_cast<size_t>(vocabulary));
  for (const int32_t piece : pieces_) counts[static_cast<size_t>(piece)]++;
  std::vector<int> next(counts.size());
  first_users_.push_back(0);
  for (size_t piece = 0; piece < counts.size(); piece++) {
    if (counts[piece] == 0) continue;
    next[piece] = first_users_.back();
    all_.push_back(static_cast<int32_t>(piece));
    first_users_.push_back(first_users_.back() + counts[piece]);
  }
  users_.resize(pieces_.size());
  for (int s = 0; s < sentences(); s++) {
    for (int i = 0; i < length(s); i++) users_[static_cast<size_t>(next[static_cast<size_t>(this->pieces(s)[i])]++)] = {s, i};
  }
}

namespace {

// Lines of weights that are asked for before they are needed: they come from a cache that is far away, in no order the processor foresees.
constexpr size_t kAhead = 4;

// The rows of each sentence: [starts[s], starts[s + 1]) of `rows`.
struct RowsOfSentences {
  std::vector<int> starts;
  std::vector<int32_t> rows;

  RowsOfSentences(const int* sentence, int count, int sentences)
      : starts(static_cast<size_t>(sentences) + 1), rows(static_cast<size_t>(count)) {
    for (int r = 0; r < count; r++) starts[static_cast<size_t>(sentence[r]) + 1]++;
    for (size_t s = 1; s < starts.size(); s++) starts[s] += starts[s - 1];
    std::vector<int> next(starts);
    for (int32_t r = 0; r < count; r++) rows[static_cast<size_t>(next[static_cast<size_t>(sentence[r])]++)] = r;
  }
};

}  // namespace

const float* candidate_logits(Run& run, const Linear& layer, const float* hidden, int rows, const int* sentence,
                              const CandidateLists& lists, std::vector<size_t>& offsets) {
  const size_t count = static_cast<size_t>(rows), width = static_cast<size_t>(layer.inputs());
  offsets.assign(count + 1, 0);
  for (size_t r = 0; r < count; r++) offsets[r + 1] = offsets[r] + static_cast<size_t>(lists.length(sentence[r]));
  float* logits = run.floats(Piece::candidates, offsets[count]);
  const RowsOfSentences rows_of(sentence, rows, lists.sentences());
  std::vector<float*> first_places(count);
  for (size_t at = 0; at < count; at++) first_places[at] = logits + offsets[static_cast<size_t>(rows_of.rows[at])];
  const LineSource lines(run, layer, hidden, rows);
  const size_t rows_each = offsets[count] / std::max<size_t>(lists.all().size(), 1) + 1;
  share(run.threads(), lists.all().size(), rows_each * width, 1, [&](size_t begin, size_t end) {
    LineSource::Space space;
    std::vector<int32_t> wanting(count);
    std::vector<float*> places(count);
    for (size_t i = begin; i < end; i++) {
      if (i + kAhead < end) lines.prefetch(lists.all()[i + kAhead]);
      int wanted = 0;
      const CandidateLists::User* users = lists.users(static_cast<int>(i));
      for (int u = 0; u < lists.user_count(static_cast<int>(i)); u++) {
        const size_t s = static_cast<size_t>(users[u].sentence);
        const size_t last = static_cast<size_t>(rows_of.starts[s + 1]);
        for (size_t at = static_cast<size_t>(rows_of.starts[s]); at < last; at++) {
          places[static_cast<size_t>(wanted)] = first_places[at] + users[u].place;
          wanting[static_cast<size_t>(wanted++)] = rows_of.rows[at];
        }
      }
      if (wanted > 0) lines.multiply(lists.all()[i], wanting.data(), wanted, places.data(), space);
    }
  });
  return logits;
}

}  // namespace nmt
