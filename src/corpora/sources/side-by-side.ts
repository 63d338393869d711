/** Some of many tasks at a time. */

/**
 * Results in the order of `items`, at most `atOnce` under way. Rejects with the first failure once all that were begun have ended, so that none goes on
 * unseen.
 */
export async function eachInTurn<T, R>(
  items: readonly T[],
  atOnce: number,
  task: (item: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  let [next, failure]: [number, { error: unknown } | undefined] = [0, undefined];
  const work = async () => {
    while (next < items.length && failure === undefined) {
      const place = next++;
      try {
        results[place] = await task(items[place]!);
      } catch (error) {
        failure ??= { error };
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, work));
  if (failure !== undefined) throw (failure as { error: unknown }).error;
  return results;
}
