/** Words as small whole numbers: comparing and counting them is then fast. The same word has the same number until `clear`. */
export class WordNumbers {
  private readonly numbers = new Map<string, number>();

  clear(): void {
    this.numbers.clear();
  }

  of(words: readonly string[]): Int32Array {
    const out = new Int32Array(words.length);
    for (let i = 0; i < words.length; i++) {
      let number = this.numbers.get(words[i]!);
      if (number === undefined) {
        number = this.numbers.size;
        this.numbers.set(words[i]!, number);
      }
      out[i] = number;
    }
    return out;
  }
}
