/**
 * newstest2021 systems and references, read from ../shared/data/wmt where that folder exists (it is not part of the
 * project; without it, and in CI, the tests that need it are skipped and say so).
 */
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";

const FOLDER = fileURLToPath(new URL("../../../shared/data/wmt/", import.meta.url));

export const wmtPresent = process.env["CI"] === undefined && existsSync(`${FOLDER}scores.json`);

/** For test titles: why tests over WMT data did not run. */
export const wmtNote = wmtPresent ? "" : " (skipped: in CI, or ../shared/data/wmt is not here)";

/** Published by WMT: `bleu-A` is BLEU against reference A, `bleu-all` against all references. */
export interface PublishedScores {
  hyp: string;
  refs: string[];
  published: Record<string, number>;
}

export function publishedScores(): PublishedScores[] {
  return wmtPresent ? JSON.parse(readFileSync(`${FOLDER}scores.json`, "utf8")) : [];
}

export function wmtLines(name: string): string[] {
  return gunzipSync(readFileSync(`${FOLDER}${name}.gz`))
    .toString("utf8")
    .replace(/\n$/, "")
    .split("\n");
}
