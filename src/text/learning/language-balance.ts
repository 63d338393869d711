/**
 * Evens out languages in the text that wordpieces are trained on, as batches are: a language of size s gets a share in proportion
 * to s^(1/T) (Arivazhagan et al. 2019, §4), its lines being repeated or left out.
 */

/** How often a line of each language is to be taken, so that there are as many lines as before in all. */
export function lineWeights(sizes: readonly number[], temperature: number): number[] {
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const shares = sizes.map((size) => (size === 0 ? 0 : size ** (1 / temperature)));
  const sum = shares.reduce((a, b) => a + b, 0);
  return sizes.map((size, i) => (size === 0 ? 0 : (total * shares[i]!) / sum / size));
}

/** Takes lines so often on average, evenly over the text: for 2.5 twice, then three times, and so on. */
export class LineRepeater {
  private readonly weight: number;
  private owed = 0;

  constructor(weight: number) {
    this.weight = weight;
  }

  /** How often the next line is to be taken. */
  next(): number {
    this.owed += this.weight;
    const times = Math.floor(this.owed);
    this.owed -= times;
    return times;
  }
}
