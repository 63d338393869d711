/** Sentences of piece ids one after another, as the addon takes them. */

/** Sentence i has `ids[starts[i] … starts[i + 1])`. */
export interface PackedIds {
  ids: Int32Array;
  /** [sentences + 1] */
  starts: Int32Array;
}

/** Joins sentences in the order they are given. */
export function packIds(sentences: readonly Int32Array[]): PackedIds {
  const starts = new Int32Array(sentences.length + 1);
  sentences.forEach((sentence, i) => {
    starts[i + 1] = starts[i]! + sentence.length;
  });
  const ids = new Int32Array(starts[sentences.length]!);
  sentences.forEach((sentence, i) => {
    ids.set(sentence, starts[i]!);
  });
  return { ids, starts };
}
