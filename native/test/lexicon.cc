// Model 1 by nested loops: count(g → e) = Σ p(e | g) / Σ p(e | h), over the given pieces h of each pair.
#include "alignment/lexicon.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "test/check.h"
#include "test/lexicon.h"

namespace nmt {

namespace {

constexpr int kPieces = 23;
constexpr int32_t kEnd = 0;

struct Text {
  std::vector<int32_t> ids;
  std::vector<int32_t> starts{0};

  void add(const std::vector<int32_t>& sentence) {
    ids.insert(ids.end(), sentence.begin(), sentence.end());
    ids.push_back(kEnd);
    starts.push_back(static_cast<int32_t>(ids.size()));
  }
  Sentences sentences() const { return {ids.data(), starts.data(), static_cast<int>(starts.size() - 1)}; }
};

struct Table {
  std::vector<int32_t> ids = std::vector<int32_t>(kPieces * kPieces);
  std::vector<float> probabilities = std::vector<float>(kPieces * kPieces);
  std::vector<int32_t> entries = std::vector<int32_t>(kPieces);
  std::vector<float> totals = std::vector<float>(kPieces);

  Lexicon lexicon() { return {kPieces, kPieces, ids.data(), probabilities.data(), entries.data(), totals.data()}; }
};

using Dense = std::vector<std::vector<double>>;

// [given][generated] the next probabilities, and the log-likelihood by these.
Dense iterate(const Text& given, const Text& generated, const Dense& p, double& log_likelihood) {
  Dense counts(kPieces, std::vector<double>(kPieces));
  log_likelihood = 0;
  for (size_t n = 0; n + 1 < given.starts.size(); n++) {
    for (int j = generated.starts[n]; j < generated.starts[n + 1] - 1; j++) {
      const int32_t e = generated.ids[j];
      double sum = 0;
      for (int i = given.starts[n]; i < given.starts[n + 1]; i++) sum += p[given.ids[i]][e];
      for (int i = given.starts[n]; i < given.starts[n + 1]; i++) counts[given.ids[i]][e] += p[given.ids[i]][e] / sum;
      log_likelihood += std::log(sum / (given.starts[n + 1] - given.starts[n]));
    }
  }
  for (auto& row : counts) {
    double total = 0;
    for (const double count : row) total += count;
    for (double& count : row) count = total > 0 ? count / total : 0;
  }
  return counts;
}

double worst_difference(Table& table, const Dense& expected) {
  double worst = 0;
  Dense found(kPieces, std::vector<double>(kPieces));
  for (int g = 0; g < kPieces; g++) {
    const int first = g * kPieces;
    for (int at = first; at < first + table.entries[g]; at++) found[g][table.ids[at]] = table.probabilities[at];
    for (int e = 0; e < kPieces; e++) worst = std::max(worst, std::fabs(found[g][e] - expected[g][e]));
  }
  return worst;
}

}  // namespace

void check_lexicon() {
  Text given, generated;
  uint32_t state = 7;
  const auto next = [&](int32_t below) {
    state = state * 1664525u + 1013904223u;
    return static_cast<int32_t>(state >> 8) % below;
  };
  // More than a block of sentences.
  for (int n = 0; n < 9000; n++) {
    std::vector<int32_t> one, other;
    for (int length = 1 + next(6); length > 0; length--) one.push_back(1 + next(kPieces - 1));
    for (const int32_t piece : one) {
      if (next(5) > 0) other.push_back(kPieces - piece);
    }
    given.add(one);
    generated.add(other);
  }
  Table before;
  for (const int threads : {1, 2, 5}) {
    ThreadGroup group(threads);
    Table table;
    Dense expected(kPieces, std::vector<double>(kPieces, 1.0 / kPieces));
    for (int iteration = 0; iteration < 3; iteration++) {
      const Likelihood found =
          em_iteration(group, given.sentences(), generated.sentences(), table.lexicon(), 0, iteration == 0);
      double log_likelihood;
      expected = iterate(given, generated, expected, log_likelihood);
      const std::string name = std::to_string(threads) + " threads";
      check_at_most("probabilities of model 1", name.c_str(), worst_difference(table, expected), 1e-6);
      check_at_most("likelihood of model 1", name.c_str(), std::fabs(found.log_likelihood / log_likelihood - 1), 1e-6);
      check("every generated piece is explained", name.c_str(), found.unexplained == 0);
    }
    if (threads > 1) {
      const bool same = table.probabilities == before.probabilities && table.totals == before.totals;
      check("the same bits for any number of threads", "model 1", same && table.ids == before.ids);
    }
    before = table;
  }
}

}  // namespace nmt
