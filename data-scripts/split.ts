/** Assigns a text to a split by a hash of its letters, the same in every language pair and every release of the corpus. */
import { createHash } from "node:crypto";
import type { Split } from "./recipe.ts";

/** Shares of validation and test text, in parts of 10,000; the rest is for training. */
export interface SplitShares {
  valid: number;
  test: number;
}

/** Texts that differ only in case, digits, punctuation or spaces go to the same split. */
export function splitOf(text: string, shares: SplitShares): Split {
  const letters = text
    .toLowerCase()
    .replace(/\P{L}+/gu, " ")
    .trim();
  const part = createHash("sha256").update(letters).digest().readUInt32BE(0) % 10_000;
  if (part < shares.test) return "test";
  return part < shares.test + shares.valid ? "valid" : "train";
}
