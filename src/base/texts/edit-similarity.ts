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
  return one.length < other.length ? distance(other, one) : distance(one, other);
}

/** Of a pattern that is at least as long as the text. */
function distance(pattern: string, text: string): number {
  if (text.length === 0) return pattern.length;
  const blocks = Math.ceil(pattern.length / 32);
  const places = placesOf(pattern, blocks);
  const none = new Int32Array(blocks);
  // Of each row: whether the cell is one more, or one less, than the cell above it.
  const more = new Int32Array(blocks).fill(-1);
  const less = new Int32Array(blocks);
  const last = 1 << ((pattern.length - 1) & 31);
  let result = pattern.length;
  for (let column = 0; column < text.length; column++) {
    const equal = places.get(text.charCodeAt(column)) ?? none;
    // What comes into a block from the one above: the first row grows by one in each column.
    let moreIn = 1;
    let lessIn = 0;
    for (let block = 0; block < blocks; block++) {
      const [up, down] = [more[block]!, less[block]!];
      const same = equal[block]! | lessIn;
      const vertical = equal[block]! | down;
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
  }
  return result;
}

/** Where each letter stands in the pattern, a bit a place. */
function placesOf(pattern: string, blocks: number): Map<number, Int32Array> {
  const places = new Map<number, Int32Array>();
  for (let i = 0; i < pattern.length; i++) {
    const unit = pattern.charCodeAt(i);
    let bits = places.get(unit);
    if (bits === undefined) {
      bits = new Int32Array(blocks);
      places.set(unit, bits);
    }
    bits[i >> 5]! |= 1 << (i & 31);
  }
  return places;
}
