/** Finds the placeables of a text: tags, entities, addresses, placeholders, plural messages, numbers with units, emoji. */
import { icuArguments, icuLiteralEnd, type Range } from "./icu-message.ts";
import { kindOfGroup, type PlaceableKind, placeablePattern } from "./placeable-patterns.ts";

/** A part of a text that its translation has as it is. */
export interface Placeable extends Range {
  kind: PlaceableKind;
  /** Its bytes in the source. */
  text: string;
  /** Of an ICU message: the texts of its cases, which are translated each on its own. */
  cases?: readonly Range[];
}

/**
 * Placeables in order, none overlapping. In a message with an ICU plural or select, and inside its cases (`inIcuCase`), literals in apostrophes
 * count as placeables, and `#` in cases. `tags` are those of the text's format, besides what looks like one.
 *
 * @example
 * findPlaceables("Open {0} or write to me@example.org").map(({ text }) => text); // ["{0}", "me@example.org"]
 */
export function findPlaceables(text: string, inIcuCase = false, tags: readonly string[] = []): Placeable[] {
  const messages = icuArguments(text);
  const isIcu = inIcuCase || messages.length > 0;
  const whole: Placeable[] = messages.map((message) => ({
    ...placeable("icu-message", text, message),
    cases: message.cases,
  }));
  const found: Placeable[] = [];
  let at = 0;
  for (const each of [...withTags(whole, text, tags), undefined]) {
    const end = each?.start ?? text.length;
    addSimple(found, text, { start: at, end }, isIcu, inIcuCase);
    if (each === undefined) break;
    found.push(each);
    at = each.end;
  }
  return found;
}

/** Messages and the tags outside of them, in order. */
function withTags(messages: readonly Placeable[], text: string, tags: readonly string[]): Placeable[] {
  if (tags.length === 0) return [...messages];
  const places = tags.map((tag) => ({ start: text.indexOf(tag), length: tag.length }));
  const outside = places.filter(
    ({ start }) => start >= 0 && !messages.some((message) => start >= message.start && start < message.end),
  );
  const found = outside.map(({ start, length }) => placeable("tag", text, { start, end: start + length }));
  return [...messages, ...found].sort((a, b) => a.start - b.start);
}

function addSimple(found: Placeable[], text: string, { start, end }: Range, isIcu: boolean, inCase: boolean): void {
  const part = text.slice(0, end);
  let at = start;
  const literals = isIcu ? icuLiterals(part, start, inCase) : [];
  for (const literal of [...literals, undefined]) {
    addPatterns(found, part.slice(0, literal?.start ?? end), at);
    if (literal === undefined) break;
    found.push(literal);
    at = literal.end;
  }
}

function icuLiterals(text: string, start: number, inCase: boolean): Placeable[] {
  const found: Placeable[] = [];
  for (let at = start; at < text.length; at++) {
    if (text[at] === "#" && inCase) found.push(placeable("number-sign", text, { start: at, end: at + 1 }));
    if (text[at] !== "'") continue;
    const end = icuLiteralEnd(text, at);
    if (end === undefined) continue;
    found.push(placeable("icu-literal", text, { start: at, end }));
    at = end - 1;
  }
  return found;
}

function addPatterns(found: Placeable[], text: string, from: number): void {
  placeablePattern.lastIndex = from;
  for (let match = placeablePattern.exec(text); match !== null; match = placeablePattern.exec(text)) {
    const kind = kindOfGroup[match.slice(1).findIndex((group) => group !== undefined)]!;
    const whole = match[0];
    const kept = kind === "url" ? withoutPunctuation(whole) : whole;
    const end = match.index + kept.length;
    found.push(placeable(kind, text, { start: match.index, end }));
    placeablePattern.lastIndex = end;
  }
}

/** An address without the punctuation of the sentence around it: a bracket at its end belongs to it where it opened there. */
function withoutPunctuation(address: string): string {
  let end = address.length;
  const floor = address.search(/:\/\/|\./) + 1;
  while (end > floor) {
    const last = address[end - 1]!;
    const open = { ")": "(", "]": "[", "}": "{" }[last];
    const before = address.slice(0, end);
    const isOpen = open !== undefined && before.split(open).length >= before.split(last).length;
    if (isOpen || !/[.,;:!?'"’”»)\]}*_…。，、！？）」]/u.test(last)) break;
    end--;
  }
  return address.slice(0, end);
}

function placeable(kind: PlaceableKind, text: string, { start, end }: Range): Placeable {
  return { kind, start, end, text: text.slice(start, end) };
}
