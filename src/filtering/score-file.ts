/** Scores of pairs on disk while they are made, so that a run that was stopped goes on where it was. */
import {
  closeSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { writeFileAtomic } from "../base/atomic-file.ts";
import { DataError } from "../base/errors.ts";

/** Two little-endian float64 numbers of a pair. */
const RECORD = 16;

export class ScoreFile {
  private readonly path: string;
  private readonly file: number;
  private records: number;

  /** Goes on where the scores are those of `identity`; else there are none yet. Throws DataError where the folder cannot be written. */
  constructor(folder: string, identity: string) {
    this.path = join(folder, "scores.bin");
    const name = join(folder, "scores.json");
    try {
      mkdirSync(dirname(this.path), { recursive: true });
      if (identityOf(name) !== identity) {
        rmSync(this.path, { force: true });
        writeFileAtomic(name, `${JSON.stringify({ identity })}\n`);
      }
      this.file = openSync(this.path, "a+");
      this.records = Math.floor(statSync(this.path).size / RECORD);
      // A record that a kill cut is written again.
      ftruncateSync(this.file, this.records * RECORD);
    } catch (cause) {
      throw unwritable(this.path, cause);
    }
  }

  /** How many pairs have scores. */
  get count(): number {
    return this.records;
  }

  append(scores: readonly (readonly [number, number])[]): void {
    const bytes = Buffer.alloc(RECORD * scores.length);
    for (const [i, [forward, backward]] of scores.entries()) {
      bytes.writeDoubleLE(forward, RECORD * i);
      bytes.writeDoubleLE(backward, RECORD * i + 8);
    }
    try {
      for (let at = 0; at < bytes.length; ) at += writeSync(this.file, bytes, at);
    } catch (cause) {
      throw unwritable(this.path, cause);
    }
    this.records += scores.length;
  }

  /** Both numbers of each pair: [pairs, 2]. */
  read(): Float64Array {
    const scores = new Float64Array(2 * this.records);
    const chunk = Buffer.alloc(RECORD * 4096);
    for (let record = 0; record < this.records; ) {
      const bytes = readSync(this.file, chunk, 0, chunk.length, record * RECORD);
      const whole = Math.min(Math.floor(bytes / RECORD), this.records - record);
      if (whole === 0) throw unwritable(this.path, new Error("it has become shorter"));
      for (let i = 0; i < 2 * whole; i++) scores[2 * record + i] = chunk.readDoubleLE(8 * i);
      record += whole;
    }
    return scores;
  }

  close(): void {
    closeSync(this.file);
  }
}

function identityOf(name: string): string | undefined {
  try {
    return (JSON.parse(readFileSync(name, "utf8")) as { identity?: string }).identity;
  } catch {
    return undefined;
  }
}

function unwritable(path: string, cause: unknown): DataError {
  return new DataError(`The scores cannot be kept: ${(cause as Error).message}.`, {
    where: path,
    nextStep: "Free disk space or name another folder; the same command goes on from the scores that are there.",
    cause,
  });
}
