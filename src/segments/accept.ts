/** Whether a translation may be taken: its placeables are those of its source, in an order that a program can read. */

import { findPlaceables } from "./placeables/find-placeables.ts";
import { syntacticKinds } from "./placeables/placeable-patterns.ts";
import type { Token } from "./segment-text.ts";
import { tagPartners } from "./tags/tag-partners.ts";

/**
 * Whether `translation`, whose placeables are known to be those of `source`, has no others, nests its tags as the source does, and has as many braces
 * outside of placeables. In a message of ICU no apostrophe may come to stand before a brace.
 */
export function accepts(translation: readonly Token[], source: readonly Token[], isIcu: boolean): boolean {
  if (tagPartners(translation).size < tagPartners(source).size) return false;
  if (braces(translation) !== braces(source) || numberedTags(translation) !== numberedTags(source)) return false;
  if (isIcu && translation.some((token, i) => typeof token === "string" && quotesNext(token, translation[i + 1]))) {
    return false;
  }
  return syntax(translation, isIcu) === syntax(source, isIcu);
}

/** The text of tokens, plural messages as in the source. */
function plain(tokens: readonly Token[]): string {
  return tokens.map((token) => (typeof token === "string" ? token : token.text)).join("");
}

/** Placeables that a program reads, in an order of their own. */
function syntax(tokens: readonly Token[], isIcu: boolean): string {
  const found = findPlaceables(plain(tokens), isIcu).filter(({ kind }) => syntacticKinds.has(kind));
  return JSON.stringify(found.map(({ text }) => text).sort());
}

function braces(tokens: readonly Token[]): string {
  const text = tokens.filter((token) => typeof token === "string").join("");
  return `${text.split("{").length} ${text.split("}").length}`;
}

/** How many of the text's own words look as documents number their tags: `<1>`. */
function numberedTags(tokens: readonly Token[]): number {
  const texts = tokens.filter((token) => typeof token === "string");
  return texts.reduce((sum, text) => sum + (text.match(/<\/?\d+\/?>/g)?.length ?? 0), 0);
}

function quotesNext(text: string, next: Token | undefined): boolean {
  const before = /'+$/.exec(text)?.[0].length ?? 0;
  return before % 2 === 1 && (next === undefined || (typeof next !== "string" && /^[{#]/.test(next.text)));
}
