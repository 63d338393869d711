#include "alignment/trellis.h"

#include <algorithm>
#include <cmath>

namespace nmt {

namespace {

// Of a piece by one that has no entry for it.
constexpr float kSmallest = 1e-7f;

float probability(const Lexicon& lexicon, int32_t given, int32_t generated) {
  const size_t first = static_cast<size_t>(given) * lexicon.width;
  const int32_t* begin = lexicon.ids + first;
  const int32_t* end = begin + lexicon.entries[given];
  const int32_t* at = std::lower_bound(begin, end, generated);
  if (at == end || *at != generated) return kSmallest;
  return std::max(lexicon.probabilities[first + (at - begin)], kSmallest);
}

int bucket(int jump) { return std::clamp(jump, -kLongestJump, kLongestJump) + kLongestJump; }

}  // namespace

Jumps::Jumps(const float* counts, int longest) : longest_(longest), shares_(2 * static_cast<size_t>(longest) + 1) {
  for (int jump = -longest; jump <= longest; jump++) shares_[jump + longest] = counts[bucket(jump)];
}

void Jumps::inverse_sums(int places, std::vector<float>& inverse) const {
  inverse.resize(static_cast<size_t>(places) + 1);
  for (int place = 0; place <= places; place++) {
    const float* shares = from(place);
    float sum = 0;
    for (int k = 1; k <= places; k++) sum += shares[k];
    inverse[place] = sum > 0 ? 1 / sum : 0;
  }
}

void Trellis::emit(const Lexicon& lexicon, const int32_t* given, const int32_t* generated) {
  for (int t = 0; t < steps_; t++) {
    float* out = row(emissions_, t);
    // The empty word is </s>, which follows the sentence.
    out[0] = probability(lexicon, given[places_], generated[t]);
    for (int k = 1; k <= places_; k++) out[k] = probability(lexicon, given[k - 1], generated[t]);
  }
}

double Trellis::forward(const HiddenMarkovModel& model, const Jumps& jumps, const Sentences& given,
                        const Sentences& generated, int sentence) {
  places_ = given.pieces(sentence);
  steps_ = generated.pieces(sentence);
  const size_t width = static_cast<size_t>(places_) + 1;
  for (auto* table : {&emissions_, &aligned_, &null_}) table->resize(width * steps_);
  states_.assign(width * (steps_ + 1), 0.0f);
  scales_.resize(steps_);
  jumps.inverse_sums(places_, inverse_);
  emit(model.lexicon, given.ids + given.starts[sentence], generated.ids + generated.starts[sentence]);

  const float stay = model.null_probability, move = 1 - stay;
  row(states_, 0)[0] = 1;
  double log_likelihood = 0;
  for (int t = 0; t < steps_; t++) {
    const float* before = row(states_, t);
    const float* emission = row(emissions_, t);
    float* aligned = row(aligned_, t);
    float* null = row(null_, t);
    float* after = row(states_, t + 1);
    std::fill_n(aligned, width, 0.0f);
    for (int i = 0; i <= places_; i++) {
      const float weight = before[i] * inverse_[i] * move;
      const float* shares = jumps.from(i);
      for (int k = 1; k <= places_; k++) aligned[k] += weight * shares[k];
    }
    float sum = 0;
    for (int k = 0; k <= places_; k++) {
      aligned[k] *= emission[k];
      null[k] = before[k] * stay * emission[0];
      sum += aligned[k] + null[k];
    }
    const float scale = 1 / sum;
    for (int k = 0; k <= places_; k++) {
      aligned[k] *= scale;
      null[k] *= scale;
      after[k] = aligned[k] + null[k];
    }
    scales_[t] = scale;
    log_likelihood += std::log(static_cast<double>(sum));
  }
  return log_likelihood;
}

void Trellis::backward(const Jumps& jumps, float null_probability, float* posteriors, double* jump_counts) {
  const float stay = null_probability, move = 1 - stay;
  const size_t width = static_cast<size_t>(places_) + 1;
  backward_.assign(width, 1.0f);
  weighted_.resize(width);
  products_.resize(width);
  moves_.assign(2 * width - 1, 0.0f);
  for (int t = steps_ - 1; t >= 0; t--) {
    const float* aligned = row(aligned_, t);
    const float* null = row(null_, t);
    float* posterior = posteriors + t * width;
    float of_null = 0;
    for (int k = 0; k <= places_; k++) {
      posterior[k] = aligned[k] * backward_[k];
      of_null += null[k] * backward_[k];
    }
    posterior[0] = of_null;

    const float* before = row(states_, t);
    const float* emission = row(emissions_, t);
    for (int k = 1; k <= places_; k++) weighted_[k] = emission[k] * backward_[k] * scales_[t];
    for (int i = 0; i <= places_; i++) {
      const float* shares = jumps.from(i);
      float sum = 0;
      for (int k = 1; k <= places_; k++) {
        products_[k] = shares[k] * weighted_[k];
        sum += products_[k];
      }
      const float weight = before[i] * inverse_[i] * move;
      float* moves = moves_.data() + places_ - i;
      for (int k = 1; k <= places_; k++) moves[k] += weight * products_[k];
      backward_[i] = move * inverse_[i] * sum + stay * emission[0] * scales_[t] * backward_[i];
    }
  }
  if (jump_counts == nullptr) return;
  for (int jump = -places_; jump <= places_; jump++) jump_counts[bucket(jump)] += moves_[jump + places_];
}

}  // namespace nmt
