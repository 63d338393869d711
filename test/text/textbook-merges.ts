/** Byte-pair encoding as Sennrich et al. (2016) write it down, run naively. */

interface CountedWord {
  symbols: string[];
  count: number;
}

/** Algorithm 1 of the paper: count all pairs, merge the most frequent everywhere, repeat. Ends at a tie, which it leaves open. */
export function textbookMerges(given: readonly CountedWord[], merges: number): string[] {
  let words = given;
  const learned: string[] = [];
  while (learned.length < merges) {
    const pairs = new Map<string, number>();
    for (const { symbols, count } of words) {
      for (let i = 1; i < symbols.length; i++) {
        const pair = `${symbols[i - 1]} ${symbols[i]}`;
        pairs.set(pair, (pairs.get(pair) ?? 0) + count);
      }
    }
    const order = [...pairs].sort(([, a], [, b]) => b - a);
    if (order[0]![1] === order[1]?.[1]) break;
    const [left, right] = order[0]![0].split(" ") as [string, string];
    learned.push(left + right);
    words = words.map(({ symbols, count }) => {
      const merged: string[] = [];
      for (const symbol of symbols) {
        if (symbol === right && merged.at(-1) === left) merged[merged.length - 1] = left + right;
        else merged.push(symbol);
      }
      return { symbols: merged, count };
    });
  }
  return learned;
}
