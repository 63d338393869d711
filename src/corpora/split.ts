/** Assigns a text to a split by a hash of its letters, the same in every language pair and every release of the corpus. */
import { createHash } from "node:crypto";
import type { Split } from "./recipe.ts";
import type { TextPair } from "./write-corpus.ts";

/** Shares of validation and test text, in parts of 10,000; the rest is for training. */
export interface SplitShares {
  /** Parts of 10,000, from 0 on. */
  valid: number;
  /** Parts of 10,000, from 0 on. */
  test: number;
}

/**
 * Clean pairs by split, each once, and how many were dropped by reason. No English text is in two splits, and those to measure with have
 * one translation each. `unusable` names what is wrong with a pair.
 *
 * @example
 * import { splitPairs } from "gnmt-moe/corpora";
 *
 * const pairs = [{ source: "hello", target: "hallo" }, { source: "hello", target: "hallo" }];
 * const { splits, dropped } = splitPairs(pairs, { valid: 500, test: 500 }, () => undefined);
 * console.log(splits.train.length, dropped); // 1 { duplicate: 1 }
 */
export function splitPairs(
  pairs: Iterable<TextPair>,
  shares: SplitShares,
  unusable: (pair: TextPair) => string | undefined,
) {
  const splits: Record<Split, TextPair[]> = { train: [], valid: [], test: [] };
  const dropped: Record<string, number> = {};
  const seen = new Set<string>();
  for (const pair of pairs) {
    const split = splitOf(pair.source, shares);
    const key = split === "train" ? `${pair.source}\n${pair.target}` : pair.source;
    const reason = unusable(pair) ?? (seen.has(key) ? "duplicate" : undefined);
    if (reason !== undefined) dropped[reason] = (dropped[reason] ?? 0) + 1;
    else splits[split].push(pair);
    seen.add(key);
  }
  return { splits, dropped };
}

/**
 * Texts that differ only in case, digits, punctuation or spaces go to the same split.
 *
 * @example
 * import { splitOf } from "gnmt-moe/corpora";
 *
 * splitOf("A dog runs.", { valid: 500, test: 500 }); // train, as "a dog runs" is
 */
export function splitOf(text: string, shares: SplitShares): Split {
  const letters = text
    .toLowerCase()
    .replace(/\P{L}+/gu, " ")
    .trim();
  const part = createHash("sha256").update(letters).digest().readUInt32BE(0) % 10_000;
  if (part < shares.test) return "test";
  return part < shares.test + shares.valid ? "valid" : "train";
}
