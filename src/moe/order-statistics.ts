/** Order statistics: the k-th largest value, and the threshold that gives an expert its share of positions that evaluation sees. */

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

/** The k-th largest of `values`, k from 1, without sorting (Hoare 1961, FIND); reorders them. */
export function kthLargest(values: Float32Array, k: number): number {
  const place = values.length - k;
  let [low, high] = [0, values.length - 1];
  while (low < high) {
    const pivot = middle(values[low]!, values[(low + high) >> 1]!, values[high]!);
    let [i, j] = [low, high];
    while (i <= j) {
      while (values[i]! < pivot) i++;
      while (values[j]! > pivot) j--;
      if (i > j) break;
      const left = values[i]!;
      values[i++] = values[j]!;
      values[j--] = left;
    }
    if (place <= j) high = j;
    else if (place >= i) low = i;
    else return values[place]!;
  }
  return values[place]!;
}

function middle(a: number, b: number, c: number): number {
  return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
}
