/** Cuts a stream of lines into windows that are translated together: large when lines come fast, single lines from a keyboard. */

/** A line, alone or with more about it. */
type Line = string | { text: string };

/** When a window of lines is translated. */
export interface WindowOptions {
  /** Most lines of a window. */
  lines: number;
  /** Milliseconds to wait for another line once a window has one; Infinity = until it is full. */
  patience: number;
}

/** UTF-16 units after which a window ends too, so that no input takes unbounded memory. */
const MOST_UNITS = 1 << 23;

/** What a read came to; a failure waits here until the lines before it have been yielded. */
type Read<L> = IteratorResult<L, unknown> | { error: unknown };

/** Yields the lines in order; a window ends when it is full, when input ends or fails, or when no line came for `patience`. */
export async function* lineWindows<L extends Line>(
  lines: AsyncIterable<L> | Iterable<L>,
  options: WindowOptions,
): AsyncGenerator<L[], void, undefined> {
  const iterator = Symbol.asyncIterator in lines ? lines[Symbol.asyncIterator]() : lines[Symbol.iterator]();
  const read = async (): Promise<Read<L>> => {
    try {
      return await iterator.next();
    } catch (error) {
      return { error };
    }
  };
  let pending = read();
  let open = true;
  try {
    while (open) {
      const window: L[] = [];
      let units = 0;
      while (window.length < options.lines && units < MOST_UNITS) {
        const next = window.length === 0 ? await pending : await within(pending, options.patience);
        if (next === undefined) break;
        if ("error" in next || next.done === true) {
          open = false;
          break;
        }
        window.push(next.value);
        units += (typeof next.value === "string" ? next.value : next.value.text).length;
        pending = read();
      }
      if (window.length > 0) yield window;
    }
    const last = await pending;
    if ("error" in last) throw last.error;
  } finally {
    // Not awaited: a read that is under way, from a keyboard say, may never end.
    if (open) void iterator.return?.();
  }
}

/** The promise's value, or undefined if it takes longer than `milliseconds`. */
async function within<T>(promise: Promise<T>, milliseconds: number): Promise<T | undefined> {
  if (milliseconds === Number.POSITIVE_INFINITY) return promise;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, milliseconds, undefined);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
