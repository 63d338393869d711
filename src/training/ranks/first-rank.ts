/** Work that writes what all ranks read. */
import type { Communicator } from "../../parallel/communicator.ts";

/** Rank 0 does it, however long that takes, then the others, who find what it has written. */
export async function firstRankFirst<Result>(ranks: Communicator, work: () => Promise<Result>): Promise<Result> {
  if (ranks.size === 1) return work();
  if (ranks.rank > 0) await ranks.barrier().ended();
  const result = await work();
  if (ranks.rank === 0) await ranks.barrier().ended();
  return result;
}
