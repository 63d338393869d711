/** Windows of numbers, cut in parts whose results rank 0 puts together again. */
import type { Communicator } from "../../src/parallel/communicator.ts";
import { followWork, LedWork, ledInOrder } from "../../src/parallel/led-work.ts";
import { partsByWeight } from "../../src/parallel/parts.ts";

export interface LedOutcome {
  /** On rank 0: the results in order. */
  squares: number[];
  /** Most rounds that this rank had begun and not ended. */
  most: number;
}

/** `windows[i]`: how many numbers; `fails`: the number whose work fails. */
export async function run(ranks: Communicator, input: { windows: number[]; fails?: number }): Promise<LedOutcome> {
  let [open, most, next] = [0, 0, 0];
  const work = async (numbers: number[]) => {
    most = Math.max(most, ++open);
    // The later parts are done first.
    await new Promise((resolve) => setTimeout(resolve, 5 * (ranks.size - ranks.rank)));
    open--;
    if (numbers.includes(input.fails ?? -1)) throw new Error(`the work of ${input.fails}`);
    return Float64Array.from(numbers, (number) => number * number);
  };
  if (ranks.rank > 0) {
    await followWork(ranks, work);
    return { squares: [], most };
  }
  const led = new LedWork(ranks, work);
  const windows = (async function* () {
    for (const length of input.windows) yield Array.from({ length }, () => next++);
  })();
  const squares: number[] = [];
  for await (const parts of ledInOrder(led, windows, (window) => partsByWeight(window, ranks.size, () => 1))) {
    for (const part of parts) squares.push(...part);
  }
  await led.end();
  return { squares, most };
}
