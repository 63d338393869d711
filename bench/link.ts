/** What two ranks' messages cost: `mpirun -n 2 npx tsx bench/main.ts link`. */
import { UsageError } from "../src/base/errors.ts";
import { joinJob } from "../src/parallel/join.ts";
import { rounded } from "./figures.ts";
import type { Benchmark } from "./main.ts";
import { median } from "./measure.ts";
import { readOptions } from "./options.ts";

const defaults = {
  /** Small exchanges that are timed. */
  times: 400,
  /** Bytes of a large one, and how many. */
  megabytes: 16,
  large: 12,
} as const;

/** Bytes of a small exchange: as a few numbers of each rank. */
const SMALL = 64;

export const run: Benchmark = async (argv) => {
  const { times, megabytes, large } = readOptions(argv, defaults);
  const ranks = await joinJob();
  if (ranks.size !== 2) {
    throw new UsageError(`link takes two ranks, not ${ranks.size}`, {
      nextStep: "Start it by a launcher: mpirun -n 2 npx tsx bench/main.ts link.",
    });
  }
  const other = 1 - ranks.rank;
  const timed = (bytes: number) => {
    const counts = new Uint32Array(2);
    counts[other] = bytes;
    const [send, receive] = [new Uint8Array(bytes), new Uint8Array(bytes)];
    const started = performance.now();
    ranks.exchange(send, counts, receive, counts).wait();
    return (performance.now() - started) / 1000;
  };
  const many = (bytes: number, count: number) => median(Array.from({ length: count }, () => timed(bytes)));
  many(SMALL, 20);
  const latency = many(SMALL, times);
  const bytes = megabytes * 2 ** 20;
  many(bytes, 2);
  const seconds = many(bytes, large);
  await ranks.close();
  return {
    transport: ranks.transport,
    machines: new Set(ranks.hosts).size,
    latency_us: rounded(1e6 * latency),
    bandwidth_mb_s: rounded(bytes / (seconds - latency) / 1e6),
  };
};
