/** Selection (Hoare 1961, FIND): what stands at a place of the sorted order, without sorting. */

/** The k-th largest of `values`, k from 1; reorders them. */
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
