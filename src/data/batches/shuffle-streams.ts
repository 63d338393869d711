/** Numbers of the random streams that order the data; they start at 2^52, above those of layers and steps. */

const FIRST = 2 ** 52;

/** The stream of an epoch's order, of the batches within an epoch, or of one pass through a corpus. */
export function shuffleStream(what: "epoch" | "batches" | number, count: number): number {
  const slot = what === "epoch" ? 0 : what === "batches" ? 1 : what + 2;
  return FIRST + slot * 2 ** 32 + count;
}
