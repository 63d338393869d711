/** How many threads a rank should have: its share of the processors that it and the other ranks of its machine may use. */
import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import type { Communicator } from "./communicator.ts";

/** Launchers pin ranks to some processors, or to none: what several may use is divided among them. */
export async function threadsOfRank(ranks: Communicator): Promise<number> {
  if (ranks.size === 1) return availableParallelism();
  const all = await ranks.gatherValues(allowedProcessors()).ended();
  return threadsFor(ranks.rank, all, ranks.hosts);
}

/** `allowed[r]` are the processors of rank r on machine `hosts[r]`. */
export function threadsFor(rank: number, allowed: readonly (readonly number[])[], hosts: readonly string[]): number {
  const users = (processor: number) =>
    allowed.filter((of, other) => hosts[other] === hosts[rank] && of.includes(processor)).length;
  const share = allowed[rank]!.reduce((sum, processor) => sum + 1 / users(processor), 0);
  return Math.max(1, Math.floor(share + 1e-9));
}

/** Linux tells which; elsewhere as many as there are. */
function allowedProcessors(): number[] {
  try {
    const [, list] = /^Cpus_allowed_list:\s*(.*)$/m.exec(readFileSync("/proc/self/status", "utf8")) ?? [];
    return processorsIn(list!);
  } catch {
    return Array.from({ length: availableParallelism() }, (_, processor) => processor);
  }
}

/** "0-3,8" → 0, 1, 2, 3, 8 */
export function processorsIn(list: string): number[] {
  return list.split(",").flatMap((range) => {
    const [first, last = first] = range.split("-").map(Number);
    return Array.from({ length: last! - first! + 1 }, (_, i) => first! + i);
  });
}
