/**
 * Finds texts that may be similar: an inverted index of trigrams. A letter that is inserted, deleted or replaced changes three trigrams at most, so that texts at
 * a small distance share most of theirs (Jokinen and Ukkonen 1991).
 */

/** Trigrams that an edit changes, at most. */
const CHANGED = 3;
/** Beyond, equal trigrams of a text count as one. */
const MOST_EQUAL = 31;
/** Share of the trigrams in common that aren't looked for, the most frequent ones. */
const SKIPPED = 0.25;
const ROUNDING = 1e-9;
/** In front of a text and behind it, so that its ends are in as many trigrams as its middle. */
const EDGE = "\ue000\ue000";

export class GramIndex {
  private readonly lengths: Int32Array;
  /** Texts by length: [texts] numbers of the texts. */
  private readonly order: Int32Array;
  private readonly places = new Map<number, number>();
  /** Where the texts of trigram i begin: [trigrams + 1]. */
  private readonly starts: Int32Array;
  /** Places in `order`, ascending: [all trigrams of all texts]. */
  private readonly postings: Int32Array;
  /** [texts] trigrams in common with the text that is looked up; zeros between two calls. */
  private readonly counts: Uint16Array;

  constructor(texts: readonly string[]) {
    this.order = Int32Array.from(texts.keys()).sort((a, b) => texts[a]!.length - texts[b]!.length || a - b);
    this.lengths = this.order.map((text) => texts[text]!.length);
    this.counts = new Uint16Array(texts.length);
    const sizes: number[] = [];
    for (const text of this.order) {
      for (const gram of gramsOf(texts[text]!)) {
        let place = this.places.get(gram);
        if (place === undefined) {
          place = sizes.push(0) - 1;
          this.places.set(gram, place);
        }
        sizes[place]!++;
      }
    }
    this.starts = new Int32Array(sizes.length + 1);
    for (const [i, size] of sizes.entries()) this.starts[i + 1] = this.starts[i]! + size;
    this.postings = new Int32Array(this.starts[sizes.length]!);
    const next = this.starts.slice();
    for (const [at, text] of this.order.entries()) {
      for (const gram of gramsOf(texts[text]!)) this.postings[next[this.places.get(gram)!]!++] = at;
    }
  }

  /**
   * Numbers of texts that may have this similarity or more (edit-similarity.ts), those with most trigrams in common first. From a similarity of 2/3 on none is
   * missed, but texts that repeat a trigram more than 32 times; below, those that share no trigram are.
   */
  candidates(text: string, least: number): number[] {
    const { lengths, starts, postings, counts, order } = this;
    const [from, to] = [
      firstFrom(lengths, Math.ceil(text.length * least - ROUNDING)),
      firstFrom(lengths, Math.floor(text.length / least + ROUNDING) + 1),
    ];
    const ranges = gramsOf(text).flatMap((gram) => {
      const list = this.places.get(gram);
      if (list === undefined) return [];
      const end = starts[list + 1]!;
      const first = firstIn(postings, starts[list]!, end, from);
      return [{ first, end: firstIn(postings, first, end, to) }];
    });
    // Texts that share enough trigrams share some of the rarer ones: the longest lists needn't be read.
    ranges.sort((a, b) => b.end - b.first - (a.end - a.first));
    const skipped = Math.min(ranges.length, Math.floor(SKIPPED * Math.max(0, fewestShared(text.length, least))));
    const found: number[] = [];
    for (const { first, end } of ranges.slice(skipped)) {
      for (let i = first; i < end; i++) {
        const at = postings[i]!;
        if (counts[at] === 0) found.push(at);
        counts[at] = counts[at]! + 1;
      }
    }
    const fitting = found.filter((at) => {
      const shared = sharedAtLeast(Math.max(lengths[at]!, text.length), least);
      return counts[at]! >= Math.max(1, shared - skipped);
    });
    fitting.sort((a, b) => counts[b]! - counts[a]! || order[a]! - order[b]!);
    const numbers = fitting.map((at) => order[at]!);
    for (const at of found) counts[at] = 0;
    return numbers;
  }
}

/** Trigrams that two texts of this similarity have in common, at least, the longer one having so many letters. */
function sharedAtLeast(longest: number, least: number): number {
  return longest + EDGE.length - CHANGED * Math.floor((1 - least) * longest + ROUNDING);
}

/** The same for a text and any of those that may be so similar to it. */
function fewestShared(length: number, least: number): number {
  let fewest = Number.POSITIVE_INFINITY;
  for (let longest = length; longest * least <= length + ROUNDING; longest++) {
    fewest = Math.min(fewest, sharedAtLeast(longest, least));
  }
  return fewest;
}

/** Trigrams as numbers, equal ones told apart by how many came before. */
function gramsOf(text: string): number[] {
  const padded = EDGE + text + EDGE;
  const seen = new Map<number, number>();
  const grams: number[] = [];
  for (let i = 0; i + 2 < padded.length; i++) {
    const gram = (padded.charCodeAt(i) * 0x10000 + padded.charCodeAt(i + 1)) * 0x10000 + padded.charCodeAt(i + 2);
    const before = seen.get(gram) ?? 0;
    if (before > MOST_EQUAL) continue;
    seen.set(gram, before + 1);
    grams.push(gram * (MOST_EQUAL + 1) + before);
  }
  return grams;
}

/** Index of the first number that is at least so large, of ascending ones. */
function firstFrom(numbers: Int32Array, least: number): number {
  return firstIn(numbers, 0, numbers.length, least);
}

function firstIn(numbers: Int32Array, from: number, to: number, least: number): number {
  let [low, high] = [from, to];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (numbers[middle]! < least) low = middle + 1;
    else high = middle;
  }
  return low;
}
