/** LSTM layers over one sentence (Hochreiter & Schmidhuber 1997, with forget gates; projected as in Sak et al. 2014). Gates lie in the order i, f, g, o. */

import { type DefinedParameters, times } from "./parameters.ts";
import type { Rows } from "./pass.ts";
import { add, concat, constant, multiply, sigmoid, slice, tanh, type Vector } from "./vector.ts";

export interface LstmState {
  hidden: Vector;
  cell: Vector;
}

/** i, f, o = σ, g = tanh of x W + h R + b; c = f ∘ c + i ∘ g; h = o ∘ tanh c, projected where there is a matrix for it. */
export function lstm(parameters: DefinedParameters, name: string, inputs: Rows, initial?: LstmState): Vector[] {
  const bias = parameters.vector(`${name}.bias`);
  const units = bias.size / 4;
  const recurrent = parameters.matrix(`${name}.recurrent_weights`);
  const isProjected = parameters.byName.has(`${name}.projection`);
  let { hidden, cell } = initial ?? { hidden: zeros(recurrent.rows), cell: zeros(units) };
  return inputs.map((x) => {
    const sums = add(times(x, parameters.matrix(`${name}.input_weights`)), times(hidden, recurrent), bias);
    const [i, f, g, o] = [0, 1, 2, 3].map((gate) => slice(sums, gate * units, (gate + 1) * units));
    cell = add(multiply(sigmoid(f!), cell), multiply(sigmoid(i!), tanh(g!)));
    const output = multiply(sigmoid(o!), tanh(cell));
    hidden = isProjected ? times(output, parameters.matrix(`${name}.projection`)) : output;
    return hidden;
  });
}

/** One LSTM reads the sentence forwards, another backwards; their states of a position are put side by side. */
export function bidirectionalLstm(parameters: DefinedParameters, name: string, inputs: Rows): Vector[] {
  const forward = lstm(parameters, `${name}.forward`, inputs);
  const backward = lstm(parameters, `${name}.backward`, inputs.toReversed()).reverse();
  return forward.map((state, t) => concat([state, backward[t]!]));
}

function zeros(size: number): Vector {
  return constant(new Float64Array(size));
}
