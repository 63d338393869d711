/** Work whose input and output rank 0 has: it cuts it in parts, one a rank, and takes the results of all. */
import { deserialize, serialize } from "node:v8";
import type { Communicator } from "./communicator.ts";
import { bytesOf } from "./rank-group.ts";

/** A rank's part of a round of work. Items and results are plain data, typed arrays included. */
export type PartWork<Item, Result> = (items: Item[]) => Promise<Result>;

/** What rank 0 says to the others before they do it together. */
const [GIVE, TAKE, END] = [0, 1, 2] as const;

/** Rank 0's side. Rounds may be begun before the results of earlier ones are asked for, and are by callers that want ranks to be always busy. */
export class LedWork<Item, Result> {
  private readonly ranks: Communicator;
  private readonly work: PartWork<Item, Result>;
  private readonly own = new Map<number, Promise<Result>>();
  private rounds = 0;
  /** The message before; ranks take them one after the other. */
  private last: Promise<unknown> = Promise.resolve();

  constructor(ranks: Communicator, work: PartWork<Item, Result>) {
    this.ranks = ranks;
    this.work = work;
  }

  /** Gives each rank its items, `parts[r]`; resolves, when they have them, to the round's name. */
  start(parts: readonly Item[][]): Promise<number> {
    return this.inTurn(async () => {
      const round = this.rounds++;
      const sent = parts.map((items, rank) => (rank === 0 ? new Uint8Array(0) : serialize(items)));
      await say(this.ranks, GIVE, round);
      await handOut(this.ranks, sent);
      const own = this.work(parts[0]!);
      // Whoever asks for the results hears of a failure.
      own.catch(() => {});
      this.own.set(round, own);
      return round;
    });
  }

  /** The results of all ranks, in their order, when the last one has its own. Rejects where this rank's work fails; where another's does, the job ends. */
  results(round: number): Promise<Result[]> {
    return this.inTurn(async () => {
      const own = await this.own.get(round)!;
      this.own.delete(round);
      await say(this.ranks, TAKE, round);
      const all = await handIn(this.ranks, new Uint8Array(0));
      return all.map((bytes, rank) => (rank === 0 ? own : (deserialize(bytes) as Result)));
    });
  }

  /** Lets the other ranks go on. */
  end(): Promise<void> {
    return this.inTurn(() => say(this.ranks, END, 0));
  }

  private inTurn<Value>(act: () => Promise<Value>): Promise<Value> {
    const turn = this.last.then(act);
    this.last = turn.catch(() => {});
    return turn;
  }
}

/** The other ranks' side: does what rank 0 gives until that one ends it. */
export async function followWork<Item, Result>(ranks: Communicator, work: PartWork<Item, Result>): Promise<void> {
  const own = new Map<number, Promise<Result>>();
  for (;;) {
    const [what, round] = await hear(ranks);
    if (what === END) return;
    if (what === GIVE) {
      const doing = work(deserialize(await handOut(ranks, undefined)) as Item[]);
      doing.catch(() => {});
      own.set(round, doing);
    } else {
      const result = await own.get(round)!;
      own.delete(round);
      await handIn(ranks, serialize(result));
    }
  }
}

/**
 * Results of a stream of windows in their order, on rank 0; a window is cut by `cut` into parts, one a rank. The next window is given out before the results
 * of the one before are awaited.
 */
export async function* ledInOrder<Window, Item, Result>(
  led: LedWork<Item, Result>,
  windows: AsyncIterable<Window>,
  cut: (window: Window) => Item[][],
): AsyncGenerator<Result[], void, undefined> {
  let before: number | undefined;
  for await (const window of windows) {
    const round = await led.start(cut(window));
    if (before !== undefined) yield await led.results(before);
    before = round;
  }
  if (before !== undefined) yield await led.results(before);
}

async function say(ranks: Communicator, what: number, round: number): Promise<void> {
  await ranks.broadcast(bytesOf(Uint32Array.of(what, round))).ended();
}

async function hear(ranks: Communicator): Promise<[what: number, round: number]> {
  const said = new Uint32Array(2);
  await ranks.broadcast(bytesOf(said)).ended();
  return [said[0]!, said[1]!];
}

/** From rank 0 to each rank its own bytes. */
async function handOut(ranks: Communicator, parts: readonly Uint8Array[] | undefined): Promise<Uint8Array> {
  const { rank, size } = ranks;
  const lengths = Uint32Array.from({ length: size }, (_, each) => parts?.[each]?.byteLength ?? 0);
  await ranks.broadcast(bytesOf(lengths)).ended();
  const receives = new Uint32Array(size);
  receives[0] = lengths[rank]!;
  const received = new Uint8Array(lengths[rank]!);
  const sends = parts === undefined ? new Uint32Array(size) : lengths;
  await ranks.exchange(Buffer.concat(parts ?? []), sends, received, receives).ended();
  return received;
}

/** From each rank its bytes to rank 0; nothing to the others. */
async function handIn(ranks: Communicator, own: Uint8Array): Promise<Uint8Array[]> {
  const { rank, size } = ranks;
  const lengths = await ranks.gatherNumbers(Float64Array.of(own.byteLength)).ended();
  const sends = new Uint32Array(size);
  sends[0] = own.byteLength;
  const receives = Uint32Array.from(lengths, ([length]) => (rank === 0 ? length! : 0));
  const received = new Uint8Array(receives.reduce((sum, length) => sum + length, 0));
  await ranks.exchange(own, sends, received, receives).ended();
  let at = 0;
  return Array.from(receives, (length) => {
    at += length;
    return received.subarray(at - length, at);
  });
}
