/** Starts work on a stream of items ahead of the reader of its results, which come in the items' order. */

/** Pieces of work that are open at once: one whose results are awaited, and the next, which takes the threads that it leaves free. */
const MOST_OPEN = 2;

/**
 * Yields what `start` gives for each item, in order. At most two items' work is open, and an item's results don't wait for the next item to
 * be there. An error of the items comes after the results of those before it. When `signal` is aborted, the reader stops early or something
 * fails, the signal that `start` got is aborted and the work under way is waited for. Throws the signal's reason.
 */
export async function* inOrder<Item, Result>(
  items: AsyncIterator<Item, unknown>,
  start: (item: Item, signal: AbortSignal) => Promise<Result>,
  signal?: AbortSignal,
): AsyncGenerator<Result, void, undefined> {
  const stop = new AbortController();
  const stopped = quiet(
    new Promise<never>((_, reject) => {
      stop.signal.addEventListener("abort", () => reject(stop.signal.reason));
    }),
  );
  const onAbort = () => stop.abort(signal?.reason);
  signal?.addEventListener("abort", onAbort);
  const open: Promise<Result>[] = [];
  let reading: Promise<IteratorResult<Item, unknown> | { failure: unknown }> | undefined;
  let ended = false;
  try {
    signal?.throwIfAborted();
    while (!ended || open.length > 0) {
      if (!ended && open.length < MOST_OPEN) reading ??= items.next().catch((failure: unknown) => ({ failure }));
      const first = open[0]?.then(() => undefined);
      const read = await Promise.race([stopped, ...(first ? [first] : []), ...(reading ? [reading] : [])]);
      if (read === undefined) {
        // It stays open while it is read, so that no more is started for a reader that stands still.
        yield await open[0]!;
        open.shift();
        continue;
      }
      reading = undefined;
      if ("failure" in read) {
        ended = true;
        while (open.length > 0) yield await open.shift()!;
        throw read.failure;
      }
      if (read.done === true) ended = true;
      else open.push(quiet(start(read.value, stop.signal)));
    }
  } finally {
    signal?.removeEventListener("abort", onAbort);
    stop.abort(new DOMException("no more results are read", "AbortError"));
    await Promise.allSettled(open);
    // Not awaited: a read that is under way, from a keyboard say, may never end.
    if (!ended) void items.return?.();
  }
}

/** The same promise, whose failure is no unhandled one while nobody waits for it yet. */
function quiet<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}
