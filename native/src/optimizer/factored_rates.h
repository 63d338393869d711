// The rates of factored Adam as JavaScript passes them: the last arguments of a call.
#pragma once

#include "binding/call.h"
#include "optimizer/factored_adam.h"

namespace nmt {

inline FactoredRates read_factored_rates(Call& call) {
  FactoredRates rates;
  rates.learning_rate = static_cast<float>(call.number("learningRate"));
  rates.beta2 = static_cast<float>(call.number("beta2"));
  rates.floor = static_cast<float>(call.number("floor"));
  rates.second_correction = static_cast<float>(call.number("secondCorrection"));
  rates.gradient_scale = static_cast<float>(call.number("gradientScale"));
  rates.longest = static_cast<float>(call.number("longest"));
  return rates;
}

}  // namespace nmt
