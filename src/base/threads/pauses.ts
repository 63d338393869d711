/** Pauses in long work on the program's own thread, so that whatever else waits there has its turn. */

/** Milliseconds of work between pauses. */
const PATIENCE = 8;

/**
 * A function to be awaited again and again: it resolves at once, but after 8 ms of work lets the event loop go round first.
 *
 * @example
 * const pause = pauses();
 * for (const text of texts) {
 *   read(text);
 *   await pause();
 * }
 */
export function pauses(): () => Promise<void> {
  let last = performance.now();
  return async () => {
    if (performance.now() - last < PATIENCE) return;
    await new Promise((resolve) => setImmediate(resolve));
    last = performance.now();
  };
}
