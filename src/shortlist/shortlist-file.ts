/** The file of a shortlist, `shortlist.safetensors` of a model directory: written whole, read back with every number checked. */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { CheckpointError } from "../base/errors.ts";
import { modelPaths } from "../checkpoint/model-directory.ts";
import { readSafetensors, type SafetensorsContent } from "../checkpoint/read-safetensors.ts";
import type { NamedArray } from "../checkpoint/safetensors-header.ts";
import { writeSafetensors } from "../checkpoint/write-safetensors.ts";
import { Shortlist, type ShortlistContent, type ShortlistLimits, type ShortlistPieces } from "./shortlist.ts";

/** The vocabulary that a shortlist belongs to. */
export interface FilePieces extends ShortlistPieces {
  /** The piece of an id. */
  pieceOf(id: number): string;
}

const CONTENT = "shortlist";
const NEXT_STEP = "Make one with nmt shortlist --model DIR, or copy it again from where it came.";

/** `settings` says how it was learnt, for people. */
export function writeShortlist(
  path: string,
  { starts, targets, probabilities, frequent }: ShortlistContent,
  pieces: FilePieces,
  settings: Readonly<Record<string, number>>,
): void {
  const tensors = Object.entries({ starts, targets, probabilities, frequent });
  writeSafetensors(
    path,
    tensors.map(([name, data]) => ({ name, shape: [data.length], data })),
    {
      content: CONTENT,
      wordpieces: fingerprintOf(pieces),
      ...Object.fromEntries(Object.entries(settings).map(([name, value]) => [name, String(value)])),
    },
  );
}

/**
 * The shortlist of a model directory. Throws CheckpointError for one that is missing, damaged, no shortlist, or of other wordpieces.
 *
 * @example loadShortlist("models/en-de", wordpieces).candidates([source])
 */
export function loadShortlist(directory: string, pieces: FilePieces, limits: ShortlistLimits = {}): Shortlist {
  const { shortlist: path } = modelPaths(directory);
  if (!existsSync(path)) throw unusable(path, "the model has no shortlist");
  return new Shortlist(readShortlist(path, pieces), pieces, limits);
}

/** What a file holds; throws as `loadShortlist` does. */
export function readShortlist(path: string, pieces: FilePieces): ShortlistContent {
  const { metadata, tensors } = readFile(path);
  // Files of our own format have checksums, which have been verified.
  if (metadata["format"] !== "gnmt-moe" || metadata["content"] !== CONTENT) {
    throw unusable(path, "the file is no shortlist");
  }
  if (metadata["wordpieces"] !== fingerprintOf(pieces)) {
    throw unusable(path, "the shortlist is of other wordpieces than the model's");
  }
  const starts = integers(tensors, "starts", path);
  const targets = integers(tensors, "targets", path);
  const frequent = integers(tensors, "frequent", path);
  const probabilities = tensors.find(({ name }) => name === "probabilities")?.data;
  if (!(probabilities instanceof Float32Array)) throw damagedShortlist(path, "it has no tensor probabilities of F32");
  if (starts.length !== pieces.size + 1 || starts[0] !== 0 || starts.some((at, i) => i > 0 && at < starts[i - 1]!)) {
    throw damagedShortlist(path, `its rows are not those of ${pieces.size} pieces`);
  }
  if (targets.length !== starts[pieces.size] || probabilities.length !== targets.length) {
    throw damagedShortlist(path, "its rows and their pieces have different lengths");
  }
  for (const ids of [targets, frequent]) {
    const outside = ids.find((id) => id < 0 || id >= pieces.size);
    if (outside !== undefined) throw damagedShortlist(path, `it names a piece ${outside} of ${pieces.size}`);
  }
  if (!probabilities.every((p) => p >= 0 && p <= 1)) throw damagedShortlist(path, "a probability is not from 0 to 1");
  return { starts, targets, probabilities, frequent };
}

function readFile(path: string): SafetensorsContent {
  try {
    return readSafetensors(path);
  } catch (cause) {
    if (!(cause instanceof CheckpointError)) throw cause;
    throw new CheckpointError(`the shortlist cannot be used: ${cause.message}`, {
      where: cause.where ?? path,
      nextStep: NEXT_STEP,
      cause,
    });
  }
}

function integers(tensors: readonly NamedArray[], name: string, path: string): Int32Array<ArrayBuffer> {
  const data = tensors.find((tensor) => tensor.name === name)?.data;
  if (data instanceof Int32Array) return data;
  throw damagedShortlist(path, `it has no tensor ${name} of I32`);
}

function damagedShortlist(path: string, what: string): CheckpointError {
  return unusable(path, `the shortlist is damaged: ${what}`);
}

function unusable(path: string, message: string): CheckpointError {
  return new CheckpointError(message, { where: path, nextStep: NEXT_STEP });
}

/** Of the pieces in order of their ids: where one has another id, a shortlist says something else. */
function fingerprintOf(pieces: FilePieces): string {
  const hash = createHash("sha256");
  for (let id = 0; id < pieces.size; id++) hash.update(`${pieces.pieceOf(id)}\n`);
  return hash.digest("hex");
}
