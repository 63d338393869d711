/** One set of files that all ranks of a job write, each its part of what is divided among them: as if one process had written them. */
import { closeSync, fsyncSync, ftruncateSync, mkdirSync, openSync, rmSync, writeSync } from "node:fs";
import { hostname } from "node:os";
import { dirname, join } from "node:path";
import { crc32 } from "node:zlib";
import { commitFile } from "../base/atomic-file.ts";
import { CheckpointError } from "../base/errors.ts";
import type { Communicator } from "../parallel/communicator.ts";
import type { PartOf } from "../parallel/parts.ts";
import { checkpointFiles, checkpointName, removeUnfinished } from "./checkpoint-folder.ts";
import { crc32Combine } from "./crc32-combine.ts";
import { bytesPerElement, dataTypeOf } from "./element-types.ts";
import { modelPaths } from "./model-directory.ts";
import { checksumText, chunksOf, encodeHeader, type NamedArray } from "./safetensors-header.ts";
import { type Checkpoint, commitCheckpoint, diskFull, writeBestModel, writeCheckpoint } from "./write-checkpoint.ts";

/** An array, or this rank's part of one: some of the `of` things along its first axis. */
export interface DividedArray extends NamedArray {
  part?: PartOf;
}

/** As `writeCheckpoint`, by all ranks together; without others it is that. Throws on all of them where one fails. */
export async function writeCheckpointTogether<State>(
  ranks: Communicator,
  directory: string,
  checkpoint: Checkpoint<State>,
  keep: number,
): Promise<void> {
  if (ranks.size === 1) {
    writeCheckpoint(directory, checkpoint, keep);
    return;
  }
  const { checkpoints: folder } = modelPaths(directory);
  const unfinished = join(folder, `.${checkpointName(checkpoint.step)}.new`);
  const files = checkpointFiles(unfinished);
  const metadata = { step: String(checkpoint.step) };
  const by = { ranks, directory, step: checkpoint.step };
  try {
    await inTurn(by, () => {
      removeUnfinished(folder);
      mkdirSync(unfinished, { recursive: true });
    });
    await writeFile(by, files.model, checkpoint.model, metadata);
    await writeFile(by, files.optimizer, checkpoint.optimizer, metadata);
    await inTurn(by, () => commitCheckpoint(directory, checkpoint, keep));
  } catch (error) {
    if (ranks.rank === 0) rmSync(unfinished, { recursive: true, force: true });
    throw error;
  }
}

/** As `writeBestModel`, by all ranks together. */
export async function writeBestModelTogether(
  ranks: Communicator,
  directory: string,
  step: number,
  model: readonly DividedArray[],
): Promise<void> {
  if (ranks.size === 1) return writeBestModel(directory, step, model);
  const { weights } = modelPaths(directory);
  const temporary = `${weights}.ranks.tmp`;
  const by = { ranks, directory, step };
  try {
    await writeFile(by, temporary, model, { step: String(step) });
    await inTurn(by, () => commitFile(temporary, weights));
  } catch (error) {
    if (ranks.rank === 0) rmSync(temporary, { force: true });
    throw error;
  }
}

interface Writers {
  ranks: Communicator;
  directory: string;
  step: number;
}

/** Rank 0 does something that others wait for. */
async function inTurn(by: Writers, work: () => void): Promise<void> {
  await agreed(by, () => {
    if (by.ranks.rank === 0) work();
  });
}

/** All ranks do something, and go on if none has failed. */
async function agreed({ ranks, directory, step }: Writers, work: () => void): Promise<void> {
  let failure: unknown;
  try {
    work();
  } catch (error) {
    failure = error;
  }
  const problem = failure === undefined ? "" : `rank ${ranks.rank} on ${hostname()}: ${(failure as Error).message}`;
  const problems = (await ranks.gatherValues(problem).ended()).filter((each) => each !== "");
  if (problems.length === 0) return;
  const named = new CheckpointError(`step ${step} was not saved: ${problems[0]}`, {
    where: directory,
    nextStep: "See that all ranks can write there and have room; the same command goes on from the last checkpoint.",
    cause: failure,
  });
  throw diskFull(failure, directory, step, problems[0]) ?? named;
}

/** Rank 0 writes the header and what all have, then every rank its parts. */
async function writeFile(
  by: Writers,
  path: string,
  tensors: readonly DividedArray[],
  metadata: Readonly<Record<string, string>>,
): Promise<void> {
  const { ranks } = by;
  const placed = tensors.map((tensor) => ({ ...tensor, dtype: dataTypeOf(tensor.data) }));
  placed.sort((a, b) => bytesPerElement(b.dtype) - bytesPerElement(a.dtype));
  const own = placed
    .filter(({ part }) => part !== undefined)
    .map(({ data }) => ({ crc: sumOf(data, 0), bytes: data.byteLength }));
  const pieces = await ranks.gatherValues(own).ended();
  let divided = 0;
  const described = placed.map(({ name, shape, data, dtype, part }) => {
    if (part === undefined) {
      const checksum = sumOf(data, crc32(checksumText({ name, dtype, shape })));
      return { name, dtype, shape, byteLength: data.byteLength, checksum };
    }
    const whole = [part.of, ...shape.slice(1)];
    const ofRanks = pieces.map((of) => of[divided]!);
    divided++;
    const start = crc32(checksumText({ name, dtype, shape: whole }));
    const checksum = ofRanks.reduce((crc, piece) => crc32Combine(crc, piece.crc, piece.bytes), start);
    return { name, dtype, shape: whole, byteLength: ofRanks.reduce((sum, { bytes }) => sum + bytes, 0), checksum };
  });
  const header = encodeHeader(described, { format: "gnmt-moe", ...metadata });
  const end = described.reduce((sum, { byteLength }) => sum + byteLength, header.byteLength);
  await inTurn(by, () => {
    mkdirSync(dirname(path), { recursive: true });
    const file = openSync(path, "w");
    try {
      writeAt(file, header, 0);
      ftruncateSync(file, end);
    } finally {
      closeSync(file);
    }
  });
  await agreed(by, () => {
    const file = openExisting(path);
    try {
      let at = header.byteLength;
      placed.forEach(({ data, part }, i) => {
        const begin = part === undefined ? at : at + (described[i]!.byteLength / part.of) * part.begin;
        if (part !== undefined || ranks.rank === 0)
          for (const [chunk, from] of placedChunks(data, begin)) writeAt(file, chunk, from);
        at += described[i]!.byteLength;
      });
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
  });
}

function openExisting(path: string): number {
  try {
    return openSync(path, "r+");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    throw new CheckpointError("it does not see save_model, which must be on a file system that all ranks share", {
      where: path,
      nextStep: "Set save_model to a folder of a shared file system, such as NFS.",
    });
  }
}

function* placedChunks(data: NamedArray["data"], begin: number): Generator<[Uint8Array, number]> {
  let at = begin;
  for (const chunk of chunksOf(data)) {
    yield [chunk, at];
    at += chunk.byteLength;
  }
}

function sumOf(data: NamedArray["data"], start: number): number {
  let sum = start;
  for (const chunk of chunksOf(data)) sum = crc32(chunk, sum);
  return sum;
}

function writeAt(file: number, bytes: Uint8Array, position: number): void {
  for (let at = 0; at < bytes.byteLength; ) at += writeSync(file, bytes, at, bytes.byteLength - at, position + at);
}
