/** Scores of given pieces, sentence by sentence. */

/** Each sentence has one score more than pieces, that of its end: [sentences][pieces + 1]. `starts` [sentences + 1] counts pieces. */
export function scoresBySentence(scores: Float32Array, starts: Int32Array): Float32Array[] {
  return Array.from({ length: starts.length - 1 }, (_, i) => scores.slice(starts[i]! + i, starts[i + 1]! + i + 1));
}
