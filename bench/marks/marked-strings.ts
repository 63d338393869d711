/** Strings of VS Code's user interface that have placeholders, tags and the like, with their translations. */
import { join } from "node:path";
import { textsAndSplits } from "../../data-scripts/vscode-l10n.ts";
import { cacheFolder } from "../../src/corpora/fetch/cache-folder.ts";
import { findPlaceables } from "../../src/segments/placeables/find-placeables.ts";
import { syntacticKinds } from "../../src/segments/placeables/placeable-patterns.ts";

export interface MarkedString {
  source: string;
  target: string;
  /** Whether a model that was trained on the corpus has never seen it. */
  isHeldOut: boolean;
}

/** What the corpus has for testing and validating, and what it leaves out as text of one word: no model is trained on either. */
const HELD_OUT: readonly string[] = ["test", "valid", "under two words"];

/**
 * The first `count` that are different: those that are held out first, then texts that models are trained on, each in the order of the packs, which
 * `nmt data vscode-l10n` must have fetched.
 */
export function markedStrings(language: string, count: number): MarkedString[] {
  const found = new Map<string, MarkedString>();
  for (const { source, target, split } of textsAndSplits(join(cacheFolder(), "npm"), language)) {
    const isHeldOut = HELD_OUT.includes(split);
    if ((!isHeldOut && split !== "train") || found.has(source) || marksOf(source).length === 0) continue;
    found.set(source, { source, target, isHeldOut });
  }
  const all = [...found.values()];
  return [...all.filter(({ isHeldOut }) => isHeldOut), ...all.filter(({ isHeldOut }) => !isHeldOut)].slice(0, count);
}

/** The marks of a text that programs read, sorted: placeholders, tags, entities, addresses, plural messages. */
function marksOf(text: string): string[] {
  return findPlaceables(text)
    .filter(({ kind }) => syntacticKinds.has(kind))
    .map(({ text }) => text)
    .sort();
}

/** Whether a translation has exactly the marks of its source. */
export function keepsMarks(source: string, translation: string): boolean {
  return marksOf(source).join("\n") === marksOf(translation).join("\n");
}
