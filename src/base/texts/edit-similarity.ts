/**
 * How alike two texts are, by the fewest letters to insert, delete or replace (Levenshtein 1966), counted for 32 letters at a time by bit vectors
 * (Myers 1999, in the blocks of Hyyrö 2003).
 */

/** 1 − distance / length of the longer one, in UTF-16 units: 1 for equal texts, also two empty ones. */
export function similarity(a: string, b: string): number {
  const longest = Math.max(a.length, b.length);
  return longest === 0 ? 1 : 1 - editDistance(a, b) / longest;
}

/** Fewest UTF-16 units to insert, delete or replace. */
export function editDistance(a: string, b: string): number {
  if (a === b) return 0;
  let start = 0;
  while (start < a.length && start < b.length && a.charCodeAt(start) === b.charCodeAt(start)) start++;
  let [endA, endB] = [a.length, b.length];
  while (endA > start && endB > start && a.charCodeAt(endA - 1) === b.charCodeAt(endB - 1)) {
    endA--;
    endB--;
  }
  const [one, other] = [a.slice(start, endA), b.slice(start, endB)];
  return one.length < other.length ? new EditPattern(one).distanceTo(other) : new EditPattern(other).distanceTo(one);
}

/** Compares one text with many. */
export class EditPattern {
  private readonly text: string;
  private readonly blocks: number;
  /** Where each letter stands in the text, a bit a place: of ASCII's by code, of others by their unit. */
  private readonly plain: (Int32Array | undefined)[] = [];
  private readonly others = new Map<number, Int32Array>();
  private readonly none: Int32Array;
  /** Of each row: whether the cell is one more, or one less, than the cell above it. */
  private readonly more: Int32Array;
  private readonly less: Int32Array;

  constructor(text: string) {
    this.text = text;
    this.blocks = Math.ceil(text.length / 32);
    [this.none, this.more, this.less] = [0, 1, 2].map(() => new Int32Array(this.blocks)) as [
      Int32Array,
      Int32Array,
      Int32Array,
    ];
    for (let i = 0; i < text.length; i++) {
      const unit = text.charCodeAt(i);
      let bits = this.bitsOf(unit);
      if (bits === undefined) {
        bits = new Int32Array(this.blocks);
        if (unit < 128) this.plain[unit] = bits;
        else this.others.set(unit, bits);
      }
      bits[i >> 5]! |= 1 << (i & 31);
    }
  }

  /** As the function `similarity`; 0 where it is less than `least`, which is found out sooner. */
  similarityTo(other: string, least = 0): number {
    const longest = Math.max(this.text.length, other.length);
    if (longest === 0) return 1;
    const most = Math.floor((1 - least) * longest + 1e-9);
    const distance = this.distanceTo(other, most);
    return distance > most ? 0 : 1 - distance / longest;
  }

  /** Infinite where it is more than `most`. */
  distanceTo(other: string, most = Number.POSITIVE_INFINITY): number {
    const { text, blocks, none, more, less } = this;
    if (text.length === 0) return other.length > most ? Number.POSITIVE_INFINITY : other.length;
    more.fill(-1);
    less.fill(0);
    const last = 1 << ((text.length - 1) & 31);
    let result = text.length;
    for (let column = 0; column < other.length; column++) {
      const equal = this.bitsOf(other.charCodeAt(column)) ?? none;
      // What comes into a block from the one above: the first row grows by one in each column.
      let moreIn = 1;
      let lessIn = 0;
      for (let block = 0; block < blocks; block++) {
        const [up, down, places] = [more[block]!, less[block]!, equal[block]!];
        const same = places | lessIn;
        const vertical = places | down;
        const horizontal = (((same & up) + up) ^ up) | same;
        const grows = down | ~(horizontal | up);
        const shrinks = up & horizontal;
        if (block === blocks - 1) {
          if ((grows & last) !== 0) result++;
          else if ((shrinks & last) !== 0) result--;
        }
        const grown = (grows << 1) | moreIn;
        const shrunk = (shrinks << 1) | lessIn;
        moreIn = grows >>> 31;
        lessIn = shrinks >>> 31;
        more[block] = shrunk | ~(vertical | grown);
        less[block] = grown & vertical;
      }
      // Each of the columns that are left takes one away at most.
      if (result - (other.length - 1 - column) > most) return Number.POSITIVE_INFINITY;
    }
    return result > most ? Number.POSITIVE_INFINITY : result;
  }

  private bitsOf(unit: number): Int32Array | undefined {
    return unit < 128 ? this.plain[unit] : this.others.get(unit);
  }
}
