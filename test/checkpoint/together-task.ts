/** Ranks that write a checkpoint together, and open it together. */
import { CheckpointError } from "../../src/base/errors.ts";
import { openLatestCheckpoint } from "../../src/checkpoint/read-checkpoint.ts";
import { writeCheckpointTogether } from "../../src/checkpoint/write-together.ts";
import type { Communicator } from "../../src/parallel/communicator.ts";
import { partOf } from "../../src/parallel/parts.ts";

/** [things, 2, 2] of number i = i + shift, as one rank's part of it. */
function divided(ranks: Communicator, name: string, things: number, shift: number) {
  const part = { ...partOf(things, ranks.rank, ranks.size), of: things };
  const data = Float32Array.from({ length: 4 * part.length }, (_, i) => shift + 4 * part.begin + i);
  return { name, shape: [part.length, 2, 2], data, part };
}

export interface TogetherInput {
  folder: string;
  /** Steps to write; none: it is only opened. */
  steps: readonly number[];
  /** A rank that cannot write what others can. */
  failing?: number;
}

export interface TogetherOutcome {
  step: number | undefined;
  /** By name: what a rank reads of its part. */
  parts: Record<string, number[]>;
  whole: number[];
  error: string | undefined;
}

export async function run(ranks: Communicator, { folder, steps, failing }: TogetherInput): Promise<TogetherOutcome> {
  try {
    for (const step of steps) {
      const shared = { name: "shared", shape: [3], data: Float32Array.of(1, 2, step) };
      const model = [divided(ranks, "experts", 5, step), shared, divided(ranks, "few", 2, 0)];
      const optimizer = [divided(ranks, "experts.first", 5, 0.5)];
      const checkpoint = { step, model, optimizer, state: { step } };
      const directory = ranks.rank === failing ? `${folder}/elsewhere` : folder;
      await writeCheckpointTogether(ranks, directory, checkpoint, 2);
    }
    const found = await openLatestCheckpoint(folder, ranks);
    const part = (name: string) => {
      const value = found!.model.get(name)!;
      return [...value.part!(partOf(value.shape[0]!, ranks.rank, ranks.size))];
    };
    const parts = found === undefined ? {} : { experts: part("experts"), few: part("few") };
    return { step: found?.step, parts, whole: [...(found?.model.get("shared")?.data ?? [])], error: undefined };
  } catch (error) {
    if (!(error instanceof CheckpointError)) throw error;
    return { step: undefined, parts: {}, whole: [], error: `${error.message} (${error.where})` };
  }
}
