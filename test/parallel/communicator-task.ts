/** Everything that a communicator can do, once, with numbers that tell where they come from. */
import type { Communicator } from "../../src/parallel/communicator.ts";
import { bytesOf } from "../../src/parallel/rank-group.ts";

/** Number i of rank r, of sums that depend on their order. */
export function numberOf(rank: number, i: number): number {
  return Math.fround(Math.sin(1 + i * 0.37 + rank * 1.7) * 10 ** ((i + rank) % 5));
}

/** Bytes from one rank to another: some pairs have none. */
export function lengthBetween(from: number, to: number): number {
  return (from + 2 * to) % 3 === 0 ? 0 : 70_000 * ((from + to) % 2) + 5 * from + to;
}

export interface Outcome {
  rank: number;
  size: number;
  sums: number[];
  large: number[];
  rounded: number[];
  received: number[][];
  gathered: number[][];
  numbers: number[][];
  values: string[];
  broadcast: number[];
  late: number[];
}

/** Lengths that are no multiple of the ranks, less than them, none. */
export const lengths = [0, 1, 5, 1000];

export async function run(ranks: Communicator): Promise<Outcome> {
  const { rank, size } = ranks;
  const own = (length: number) => Float32Array.from({ length }, (_, i) => numberOf(rank, i));
  const sums = lengths.map(own);
  const pending = sums.map((values) => ranks.allReduce(values));
  // Two that are under way at once, of which the later one is waited for first.
  const late = own(3);
  const large = own(300_001);
  const first = ranks.allReduce(large);
  const second = ranks.allReduce(late);
  second.wait();
  await first.ended();
  for (const each of pending) each.wait();
  const rounded = own(9);
  ranks.allReduce(rounded, { bf16: true }).wait();

  const sends = Uint32Array.from({ length: size }, (_, to) => lengthBetween(rank, to));
  const receives = Uint32Array.from({ length: size }, (_, from) => lengthBetween(from, rank));
  const sum = (counts: Uint32Array) => counts.reduce((total, count) => total + count, 0);
  const send = new Uint8Array(sum(sends));
  let at = 0;
  sends.forEach((count, to) => {
    send.fill(10 * rank + to, at, at + count);
    at += count;
  });
  const receive = new Uint8Array(sum(receives));
  await ranks.exchange(send, sends, receive, receives).ended();
  at = 0;
  const received = Array.from(receives, (count) => {
    at += count;
    return [...new Set(receive.subarray(at - count, at))];
  });
  const gathered = ranks.gather(new Uint8Array(rank).fill(rank)).wait();
  const numbers = await ranks.gatherNumbers(Float64Array.of(rank, 1 / (rank + 1))).ended();
  const values = ranks.gatherValues({ name: `rank ${rank}` }).wait();
  const told = Int32Array.of(rank, rank + 1);
  ranks.broadcast(bytesOf(told), size - 1).wait();
  await ranks.barrier().ended();
  return {
    rank,
    size,
    sums: sums.flatMap((each) => [...each]),
    large: [...large.subarray(299_990)],
    rounded: [...rounded],
    received,
    gathered: gathered.map((each) => [...each]),
    numbers: numbers.map((each) => [...each]),
    values: values.map(({ name }) => name),
    broadcast: [...told],
    late: [...late],
  };
}
