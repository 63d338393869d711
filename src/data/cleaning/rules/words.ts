/** Words between white space: how many, and how long. */

/** Of a text. */
export interface WordCounts {
  words: number;
  /** Code points of the longest one. */
  longest: number;
}

export function countWords(text: string): WordCounts {
  const words = text.split(/\s+/u).filter(Boolean);
  let longest = 0;
  for (const word of words) if (word.length > longest) longest = Math.max(longest, [...word].length);
  return { words: words.length, longest };
}
