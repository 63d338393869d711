/** A tokenizer: one line in, the words that n-grams are made of out. */
export interface Tokenizer {
  /** What signatures say after `tok:`. */
  readonly signature: string;
  /** `line` has no line break and no white space at its end; words hold no white space. */
  tokenize(line: string): string[];
}
