/** Checks files by all ranks of a job together: each reads a part of every tensor, so that no byte is read twice, and all come to the same result. */
import { crc32 } from "node:zlib";
import { CheckpointError, type ErrorDetails } from "../base/errors.ts";
import type { Communicator } from "../parallel/communicator.ts";
import { partOf } from "../parallel/parts.ts";
import { crc32Combine } from "./crc32-combine.ts";
import { SafetensorsReader } from "./read-safetensors.ts";

/** What one rank has found. */
interface Finding {
  /** CRC-32 of its bytes of each tensor that has a checksum, file after file. */
  sums: number[];
  problem?: { message: string } & ErrorDetails;
}

/**
 * Throws CheckpointError, on all ranks the same, for what a rank finds by `open`, which reads all but the tensors, and for tensors whose checksums
 * don't match. Its result otherwise.
 */
export async function verifiedTogether<Result>(
  ranks: Communicator,
  paths: readonly string[],
  open: () => Result,
): Promise<Result> {
  let result: Result | undefined;
  const readers: SafetensorsReader[] = [];
  try {
    const own = problemIn(() => {
      result = open();
      for (const path of paths) readers.push(new SafetensorsReader(path));
      return { sums: readers.flatMap((reader) => sumsOfPart(reader, ranks)) };
    });
    const all = await ranks.gatherValues<Finding>(own).ended();
    const problem = all.find(({ problem }) => problem !== undefined)?.problem;
    if (problem !== undefined) throw new CheckpointError(problem.message, problem);
    let tensor = 0;
    for (const reader of readers) {
      for (const { name, begin, end, before, checksum } of reader.checksums()) {
        const sum = all.reduce((crc, { sums }, rank) => {
          return crc32Combine(crc, sums[tensor]!, partOf(end - begin, rank, ranks.size).length);
        }, crc32(before));
        if (sum !== checksum) throw reader.altered(name);
        tensor++;
      }
    }
    return result as Result;
  } finally {
    for (const reader of readers) reader.close();
  }
}

function sumsOfPart(reader: SafetensorsReader, { rank, size }: Communicator): number[] {
  return reader.checksums().map(({ begin, end }) => {
    const part = partOf(end - begin, rank, size);
    return reader.sumOf(begin + part.begin, begin + part.begin + part.length);
  });
}

function problemIn(work: () => Finding): Finding {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof CheckpointError)) throw error;
    const { message, where, nextStep } = error;
    return { sums: [], problem: { message, ...(where && { where }), ...(nextStep && { nextStep }) } };
  }
}
