/**
 * Attention of one decoder state over one sentence's encoder outputs. Multiplicative: Shazeer et al. 2017, appendix G; additive:
 * Bahdanau et al. 2015, appendix A.1.2; normed additive: that with V as long as g says (Salimans & Kingma 2016).
 */

import { type DefinedParameters, times } from "./parameters.ts";
import type { Rows } from "./pass.ts";
import type { TranslationSettings } from "./settings.ts";
import {
  add,
  concat,
  divide,
  dot,
  multiply,
  pick,
  softmax,
  square,
  squareRoot,
  sum,
  tanh,
  type Vector,
} from "./vector.ts";

/** A(x_j, y) of source positions j, and the context Σ softmax_j(A(x_j, y)) · x_j */
export function attend(
  parameters: DefinedParameters,
  kind: TranslationSettings["attention"],
  state: Vector,
  encoded: Rows,
): { scores: Vector; context: Vector } {
  const scores = concat(encoded.map((x) => score(parameters, kind, x, state)));
  const weights = softmax(scores);
  return { scores, context: encoded.map((x, j) => multiply(x, pick(weights, [j]))).reduce((a, b) => add(a, b)) };
}

/** A(x, y) of an encoder output x and a decoder state y → [1] */
function score(parameters: DefinedParameters, kind: TranslationSettings["attention"], x: Vector, y: Vector): Vector {
  const name = "decoder.attention";
  const key = times(x, parameters.matrix(`${name}.key_weights`));
  const query = times(y, parameters.matrix(`${name}.query_weights`));
  const v = parameters.vector(`${name}.energy`);
  // Σ_d V_d tanh((x U)_d) tanh((y W)_d)
  if (kind === "multiplicative") return dot(v, multiply(tanh(key), tanh(query)));
  // V · tanh(x U + y W + b)
  const units = tanh(add(key, query, parameters.vector(`${name}.bias`)));
  if (kind === "additive") return dot(v, units);
  const direction = divide(v, squareRoot(sum(square(v))));
  return multiply(parameters.vector(`${name}.gain`), dot(direction, units));
}
