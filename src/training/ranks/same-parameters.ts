/** Whether ranks still have the same parameters, to the bit: what is the same on all must be, or each trains a model of its own. */
import { crc32 } from "node:zlib";
import { CommunicationError } from "../../base/errors.ts";
import type { TrainableModel } from "../../model/trainable-model.ts";
import type { Communicator } from "../../parallel/communicator.ts";
import { bytesOf } from "../../parallel/rank-group.ts";

/** Throws CommunicationError, on all ranks, that names those whose parameters differ from rank 0's. */
export async function requireSameParameters(ranks: Communicator, model: TrainableModel): Promise<void> {
  if (ranks.size === 1) return;
  const shared = model.parameters.filter(({ part }) => part === undefined);
  const sums = shared.map(({ variable }) => crc32(bytesOf(variable.dataSync<"float32">())));
  const all = await ranks.gatherNumbers(Float64Array.from(sums)).ended();
  const different = all.flatMap((of, rank) => {
    const first = of.findIndex((sum, i) => sum !== all[0]![i]);
    return first < 0 ? [] : [`rank ${rank} on ${ranks.hosts[rank]} (${shared[first]!.name})`];
  });
  if (different.length === 0) return;
  throw new CommunicationError("ranks have different parameters", {
    where: different.join(", "),
    nextStep: "Use machines with working memory and the same build; the same command goes on from the last checkpoint.",
  });
}
