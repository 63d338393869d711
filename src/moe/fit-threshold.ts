/** Where a threshold gives an expert its share of positions that evaluation sees. */
import { kthLargest } from "./kth-largest.ts";

/**
 * The threshold that as near to `count` of `shares` exceed as can be: shares that are equal, such as those of all first
 * positions, are exceeded together or not at all. It lies in the middle between the two shares that it separates, so that
 * another machine's last bits don't count. `count` is from 1 to the number of shares less 1; reorders them.
 */
export function fitThreshold(shares: Float32Array, count: number): number {
  const edge = kthLargest(shares, count + 1);
  let [above, equal, higher, lower] = [0, 0, 1, 0];
  for (const share of shares) {
    if (share > edge) {
      above++;
      higher = Math.min(higher, share);
    } else if (share === edge) {
      equal++;
    } else {
      lower = Math.max(lower, share);
    }
  }
  return count - above < above + equal - count ? between(edge, higher) : between(lower, edge);
}

/** As float32: low or more, less than high. */
function between(low: number, high: number): number {
  const middle = Math.fround((low + high) / 2);
  return middle < high ? middle : low;
}
