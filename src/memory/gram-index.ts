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

/** A text that may be similar. */
export interface Candidate {
  /** Its number. */
  text: number;
  /** What its similarity is at most. */
  most: number;
}

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
   * Texts that may have this similarity or more (edit-similarity.ts), the most similar ones by their common trigrams first; none is missed. Below a similarity of
   * 2/3 long texts may have no trigram in common, and all of a length that fits are candidates.
   */
  candidates(text: string, least: number): Candidate[] {
    const { lengths, starts, postings, counts, order } = this;
    const from = firstFrom(lengths, Math.ceil(text.length * least - ROUNDING));
    const to = firstFrom(lengths, Math.floor(text.length / least + ROUNDING) + 1);
    const grams = gramsOf(text);
    // Those that are repeated too often to be looked for may be common all the same.
    const dropped = text.length + EDGE.length - grams.length;
    const ranges = grams.flatMap((gram) => {
      const list = this.places.get(gram);
      if (list === undefined) return [];
      const end = starts[list + 1]!;
      const first = firstIn(postings, starts[list]!, end, from);
      return [{ first, end: firstIn(postings, first, end, to) }];
    });
    // Texts that share enough trigrams share some of the rarer ones: the longest lists needn't be read.
    ranges.sort((a, b) => b.end - b.first - (a.end - a.first));
    const fewest = fewestShared(text.length, least) - dropped;
    const skipped = Math.min(ranges.length, Math.floor(SKIPPED * Math.max(0, fewest)));
    const found: number[] = [];
    for (const { first, end } of ranges.slice(skipped)) {
      for (let i = first; i < end; i++) {
        const at = postings[i]!;
        if (counts[at] === 0) found.push(at);
        counts[at] = counts[at]! + 1;
      }
    }
    const fitting: Candidate[] = [];
    const consider = (at: number) => {
      const longest = Math.max(lengths[at]!, text.length);
      const shared = counts[at]! + skipped + dropped;
      if (shared >= sharedAtLeast(longest, least))
        fitting.push({ text: order[at]!, most: mostSimilar(longest, shared) });
    };
    if (fewest > skipped) found.forEach(consider);
    else for (let at = from; at < to; at++) consider(at);
    for (const at of found) counts[at] = 0;
    return fitting.sort((a, b) => b.most - a.most || a.text - b.text);
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

/** Similarity of two texts that have so many trigrams in common, at most. */
function mostSimilar(longest: number, shared: number): number {
  const distance = Math.max(0, Math.ceil((longest + EDGE.length - shared) / CHANGED));
  return 1 - distance / longest;
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
