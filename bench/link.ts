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
  /** A large one, how many are under way together, as buckets of gradients are, and how often. */
  megabytes: 8,
  together: 4,
  large: 6,
} as const;

/** Bytes of a small exchange: as a few numbers of each rank. */
const SMALL = 64;

export const run: Benchmark = async (argv) => {
  const { times, megabytes, together, large } = readOptions(argv, defaults);
  const ranks = await joinJob();
  if (ranks.size !== 2) {
    throw new UsageError(`link takes two ranks, not ${ranks.size}`, {
      nextStep: "Start it by a launcher: mpirun -n 2 npx tsx bench/main.ts link.",
    });
  }
  const other = 1 - ranks.rank;
  const timed = (bytes: number, count: number) => {
    const counts = new Uint32Array(2);
    counts[other] = bytes;
    const buffers = Array.from({ length: count }, () => [new Uint8Array(bytes), new Uint8Array(bytes)] as const);
    ranks.barrier().wait();
    const started = performance.now();
    const pending = buffers.map(([send, receive]) => ranks.exchange(send, counts, receive, counts));
    for (const each of pending) each.wait();
    return (performance.now() - started) / 1000;
  };
  const often = (runs: number, ...size: Parameters<typeof timed>) => {
    timed(...size);
    return median(Array.from({ length: runs }, () => timed(...size)));
  };
  const latency = often(times, SMALL, 1);
  const bytes = megabytes * 2 ** 20;
  const seconds = often(large, bytes, together);
  await ranks.close();
  return {
    transport: ranks.transport,
    machines: new Set(ranks.hosts).size,
    latency_us: rounded(1e6 * latency),
    bandwidth_mb_s: rounded((together * bytes) / (seconds - latency) / 1e6),
  };
};
