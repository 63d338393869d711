/** Which hits of a translation memory may stand in a segment's place. */
import { differingPart } from "../data/cleaning/rules/kept-parts.ts";
import type { Segment } from "../documents/segments/document.ts";
import type { MemoryHit, TranslationMemory } from "./translation-memory.ts";

const TAG = /<\/?\d+\/?>/g;

/**
 * The best hit whose translation has the segment's inline tags, and of a similar text the placeholders, addresses and markup of the segment's. `least` is a
 * similarity, 1 for the same text only.
 */
export function recallSegment(memory: TranslationMemory, segment: Segment, least: number): MemoryHit | undefined {
  const breaks = segment.whiteSpace === "collapsible" ? undefined : lineBreaks(segment.text);
  const tags = tagsOf(segment.text);
  return memory.find(segment.text, least, ({ target, similarity }) => {
    if (target.trim() === "" || tagsOf(target) !== tags) return false;
    if (breaks !== undefined && lineBreaks(target) !== breaks) return false;
    return (
      similarity === 1 || differingPart(segment.text, target, ["tags", "placeholders", "urls", "emails"]) === undefined
    );
  });
}

/** In any order. */
function tagsOf(text: string): string {
  return (text.match(TAG) ?? []).sort().join();
}

function lineBreaks(text: string): number {
  return text.trim().split("\n").length;
}
