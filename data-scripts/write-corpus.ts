/** Writes the splits of a language pair and `corpus.json`, which names origin, licence, counts and checksums. */
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { writeFileAtomic } from "../src/base/atomic-file.ts";
import { type PreparedPair, type Recipe, SPLITS, type Split } from "./recipe.ts";

export interface TextPair {
  source: string;
  target: string;
}

/** What `corpus.json` says. */
export interface CorpusDescription {
  name: string;
  pair: string;
  source: string;
  target: string;
  origin: string;
  licence: string;
  /** Changes with the recipe's rules or its sources, so that an old folder is prepared again. */
  version: string;
  lines: Record<Split, number>;
  /** Pairs left out by reason. */
  dropped: Record<string, number>;
  /** Of every file written. */
  sha256: Record<string, string>;
}

export interface CorpusIdentity {
  recipe: Pick<Recipe, "name" | "origin" | "licence">;
  version: string;
  pair: string;
  source: string;
  target: string;
}

/** The pair as `folder` already holds it, all checksums right, or undefined. */
export function alreadyPrepared(folder: string, identity: CorpusIdentity): PreparedPair | undefined {
  const path = join(folder, "corpus.json");
  if (!existsSync(path)) return undefined;
  try {
    const found = JSON.parse(readFileSync(path, "utf8")) as CorpusDescription;
    const { recipe, version, pair, source, target } = identity;
    if (found.name !== recipe.name || found.version !== version || found.pair !== pair) return undefined;
    const intact = Object.entries(found.sha256).every(
      ([file, sha256]) => hash(readFileSync(join(folder, file))) === sha256,
    );
    return intact ? { pair, source, target, folder, lines: found.lines, unchanged: true } : undefined;
  } catch {
    // Unreadable or incomplete: it is prepared again.
    return undefined;
  }
}

/** Writes all splits, then `corpus.json`, whose presence says that the folder is complete. */
export function writeCorpus(
  folder: string,
  identity: CorpusIdentity,
  splits: Record<Split, readonly TextPair[]>,
  dropped: Record<string, number> = {},
): PreparedPair {
  const { recipe, version, pair, source, target } = identity;
  const sha256: Record<string, string> = {};
  const lines = { train: 0, valid: 0, test: 0 };
  for (const split of SPLITS) {
    lines[split] = splits[split].length;
    for (const [side, language] of [["source", source] as const, ["target", target] as const]) {
      const text = Buffer.from(splits[split].map((each) => `${each[side]}\n`).join(""), "utf8");
      const file = `${split}.${language}`;
      sha256[file] = hash(text);
      writeFileAtomic(join(folder, file), text);
    }
  }
  const { name, origin, licence } = recipe;
  const description: CorpusDescription = {
    name,
    pair,
    source,
    target,
    origin,
    licence,
    version,
    lines,
    dropped,
    sha256,
  };
  writeFileAtomic(join(folder, "corpus.json"), `${JSON.stringify(description, null, 2)}\n`);
  return { pair, source, target, folder, lines, unchanged: false };
}

function hash(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
