/** Works on a stream of items ahead of the reader of the results, which come in the order of the items. */

/** Items worked on at once: the first, whose results are read next, and one more, for what the end of the first leaves idle. */
const MOST_OPEN = 2;

/** What a read of the items came to. */
type Read<Item> = { item: Item } | { ended: true; failure?: { error: unknown } };

/**
 * Yields what `start` resolves to for each item, in order. Results don't wait for a further item to arrive, and no third item is read
 * before the reader has come back for more than the first one's results. An error of the items comes after the results of those before it.
 * When `signal` is aborted, when the reader leaves or when something fails, the signal given to `start` is aborted and the work under way
 * is waited for. Rejects with the signal's reason.
 */
export async function* inOrder<Item, Result>(
  items: AsyncIterator<Item, unknown>,
  start: (item: Item, signal: AbortSignal) => Promise<Result>,
  signal?: AbortSignal,
): AsyncGenerator<Result, void, undefined> {
  const leave = new AbortController();
  const either = signal === undefined ? leave.signal : AbortSignal.any([signal, leave.signal]);
  const open: Promise<Result>[] = [];
  let reading: Promise<Read<Item>> | undefined;
  let end: Extract<Read<Item>, { ended: true }> | undefined;
  try {
    for (;;) {
      either.throwIfAborted();
      if (end === undefined && open.length < MOST_OPEN) reading ??= read(items);
      const waits = [open[0]?.then(() => undefined), reading].filter((wait) => wait !== undefined);
      if (waits.length === 0) break;
      const event = await unlessAborted(either, waits);
      if (event === undefined) {
        // It counts as open while its results are read, so that a reader who rests isn't run ahead of.
        yield await open[0]!;
        open.shift();
        continue;
      }
      reading = undefined;
      if ("item" in event) open.push(handled(start(event.item, either)));
      else end = event;
    }
    if (end?.failure !== undefined) throw end.failure.error;
  } finally {
    leave.abort();
    await Promise.allSettled(open);
    // Not awaited: a read that is under way, from a keyboard say, may never end.
    if (end === undefined) void items.return?.();
  }
}

async function read<Item>(items: AsyncIterator<Item, unknown>): Promise<Read<Item>> {
  try {
    const next = await items.next();
    return next.done === true ? { ended: true } : { item: next.value };
  } catch (error) {
    return { ended: true, failure: { error } };
  }
}

/** The first of the promises to settle; rejects when the signal is aborted before. */
async function unlessAborted<T>(signal: AbortSignal, promises: readonly Promise<T>[]): Promise<T> {
  let onAbort: (() => void) | undefined;
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(signal.reason);
    signal.addEventListener("abort", onAbort);
  });
  try {
    return await Promise.race([...promises, aborted]);
  } finally {
    signal.removeEventListener("abort", onAbort!);
  }
}

/** The same promise; its failure, which is told in its turn, is not an unhandled one until then. */
function handled<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}
