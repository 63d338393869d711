/** The best pieces of each row of a distribution, as a model's own step gives them. */

/** Above so many places sorting the whole row is faster than inserting. */
const MOST_INSERTED = 64;

/** Pieces of each row, [rows, count], best first; equal log-probabilities in ascending id order. */
export interface RankedPieces {
  ids: Int32Array;
  logProbabilities: Float32Array;
}

/** `distribution` is [rows, vocabulary]; `count` is at most the vocabulary. A row with a value that is no number has that one first. */
export function bestPieces(distribution: Float32Array, rows: number, count: number): RankedPieces {
  const size = distribution.length / rows;
  const ids = new Int32Array(rows * count);
  const logProbabilities = new Float32Array(rows * count);
  for (let row = 0; row < rows && count > 0; row++) {
    const values = distribution.subarray(row * size, (row + 1) * size);
    const best = count <= MOST_INSERTED ? inserted(values, count) : sorted(values, count);
    best.forEach((id, i) => {
      ids[row * count + i] = id;
      logProbabilities[row * count + i] = values[id]!;
    });
    if (values.includes(Number.NaN)) logProbabilities[row * count] = Number.NaN;
  }
  return { ids, logProbabilities };
}

function inserted(values: Float32Array, count: number): Int32Array {
  const best = new Int32Array(count);
  let filled = 0;
  for (let id = 0; id < values.length; id++) {
    const value = values[id]!;
    if (filled === count && !(value > values[best[count - 1]!]!)) continue;
    let at = filled < count ? filled++ : count - 1;
    for (; at > 0 && values[best[at - 1]!]! < value; at--) best[at] = best[at - 1]!;
    best[at] = id;
  }
  return best;
}

function sorted(values: Float32Array, count: number): Int32Array {
  const order = Int32Array.from(values.keys());
  return order.sort((a, b) => values[b]! - values[a]! || a - b).subarray(0, count);
}
