/** A folder with a corpus of reversed letters, laid out as `nmt data multi30k` does. */
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { reverseSplits } from "../../data-scripts/reverse.ts";

export function toyCorpus(): string {
  const folder = mkdtempSync(join(tmpdir(), "nmt-experiments-"));
  const pair = join(folder, "multi30k", "en-de");
  mkdirSync(pair, { recursive: true });
  const splits = reverseSplits({ train: 200, valid: 10, test: 10 }, 3);
  for (const split of ["train", "valid", "test"] as const) {
    writeFileSync(join(pair, `${split}.en`), splits[split].map(({ source }) => `${source}\n`).join(""));
    writeFileSync(join(pair, `${split}.de`), splits[split].map(({ target }) => `${target}\n`).join(""));
  }
  return folder;
}
