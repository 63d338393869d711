// The pieces that translations are chosen from where a shortlist names them, and their logits.
#pragma once

#include <cstdint>
#include <vector>

#include "inference/linear.h"

namespace nmt {

// The candidates of each sentence: sentence s has [starts[s], starts[s + 1]) of `pieces`, ascending.
class CandidateLists {
 public:
  // Throws nothing; pieces must be in [0, vocabulary).
  CandidateLists(std::vector<int32_t> pieces, std::vector<int> starts, int vocabulary);

  int sentences() const { return static_cast<int>(starts_.size()) - 1; }
  int length(int sentence) const { return starts_[static_cast<size_t>(sentence) + 1] - starts_[static_cast<size_t>(sentence)]; }
  const int32_t* pieces(int sentence) const { return pieces_.data() + starts_[static_cast<size_t>(sentence)]; }

  // The candidates of all sentences, ascending, and who wants each: users [first_users[i], first_users[i + 1]) of the i-th.
  struct User {
    int sentence;
    int place;  // in the sentence's list
  };
  const std::vector<int32_t>& all() const { return all_; }
  const User* users(int i) const { return users_.data() + first_users_[static_cast<size_t>(i)]; }
  int user_count(int i) const { return first_users_[static_cast<size_t>(i) + 1] - first_users_[static_cast<size_t>(i)]; }

 private:
  std::vector<int32_t> pieces_;
  std::vector<int> starts_;
  std::vector<int32_t> all_;
  std::vector<int> first_users_;
  std::vector<User> users_;
};

// Logits of each row's candidates, [Σ lengths of the rows' lists], a row's from offsets[row] on; `offsets` [rows + 1] is filled. `hidden`
// [rows][inputs]; `sentence` [rows] says whose candidates a row has. Each line of the layer is read once for the rows that want it. In memory of
// `run` until it is used so again.
const float* candidate_logits(Run& run, const Linear& layer, const float* hidden, int rows, const int* sentence,
                              const CandidateLists& lists, std::vector<size_t>& offsets);

}  // namespace nmt
