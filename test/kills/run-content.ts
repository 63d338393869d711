/** What a file of a training run holds besides times. */
import { basename } from "node:path";

/** Logs, and what is known of prepared text, tell times. */
const TIMES = /^(log\.jsonl|events\.out\..*|prepared\.json|rank-\d+\.log)$/;

/** Undefined where it holds nothing else. */
export function runContent(path: string, bytes: Buffer): Buffer | undefined {
  if (TIMES.test(basename(path))) return undefined;
  if (basename(path) !== "state.json") return bytes;
  // How long steps took, and the checksum of that.
  return Buffer.from(bytes.toString().replace(/"(crc32|trainSeconds)":[^,]*/g, ""));
}
