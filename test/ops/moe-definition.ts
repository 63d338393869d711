/** Experts in double precision, after Shazeer et al. 2017, equation 1: what the sparse ops must equal. */

/** relu(x W1) W2 of one row x [width]; W1 [width, hidden], W2 [hidden, width]. */
export function expertDefinition(x: Float64Array, w1: Float64Array, w2: Float64Array): Float64Array {
  const width = x.length;
  const hiddenSize = w1.length / width;
  const hidden = Float64Array.from({ length: hiddenSize }, (_, j) => {
    let sum = 0;
    for (let i = 0; i < width; i++) sum += x[i]! * w1[i * hiddenSize + j]!;
    return Math.max(sum, 0);
  });
  return Float64Array.from({ length: width }, (_, i) => {
    let sum = 0;
    for (let j = 0; j < hiddenSize; j++) sum += hidden[j]! * w2[j * width + i]!;
    return sum;
  });
}

/** (x W1 ∘ sigmoid(x Wg)) W2 of one row x [width]; W1 and Wg [width, hidden], W2 [hidden, width]. */
export function gluDefinition(x: Float64Array, w1: Float64Array, gate: Float64Array, w2: Float64Array): Float64Array {
  const width = x.length;
  const hiddenSize = w1.length / width;
  const hidden = Float64Array.from({ length: hiddenSize }, (_, j) => {
    let [linear, opening] = [0, 0];
    for (let i = 0; i < width; i++) {
      linear += x[i]! * w1[i * hiddenSize + j]!;
      opening += x[i]! * gate[i * hiddenSize + j]!;
    }
    return linear / (1 + Math.exp(-opening));
  });
  return Float64Array.from({ length: width }, (_, i) => hidden.reduce((sum, h, j) => sum + h * w2[j * width + i]!, 0));
}

/** Part e of equal parts. */
export function part(values: Float64Array, e: number, parts: number): Float64Array {
  const size = values.length / parts;
  return values.subarray(e * size, (e + 1) * size);
}
