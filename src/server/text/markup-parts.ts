/**
 * Cuts markup into tags and the text between them, as HTML's tokenizer does, in one pass. What begins and never ends, a tag, comment or
 * script, goes on to the end of the text.
 */

export interface MarkupPart {
  text: string;
  /** Whether it is a tag, a comment or the like. */
  kept: boolean;
}

/** Elements whose content is no text, and what ends the forms of markup that are no tags. */
const RAW_ELEMENT = /^<(script|style)(?=[\s/>])/i;
const CLOSINGS: readonly (readonly [string, string])[] = [
  ["<!--", "-->"],
  ["<![CDATA[", "]]>"],
  ["<!", ">"],
  ["<?", ">"],
];

/** The parts, one after another; joined they are the text. */
export function markupParts(text: string): MarkupPart[] {
  const parts: MarkupPart[] = [];
  let textStart = 0;
  let at = text.indexOf("<");
  while (at !== -1) {
    const end = markupEnd(text, at);
    if (end !== undefined) {
      if (at > textStart) parts.push({ text: text.slice(textStart, at), kept: false });
      parts.push({ text: text.slice(at, end), kept: true });
      textStart = end;
    }
    at = text.indexOf("<", end ?? at + 1);
  }
  if (textStart < text.length) parts.push({ text: text.slice(textStart), kept: false });
  return parts;
}

/** Where the markup that begins at `start` ends; undefined where none does. */
function markupEnd(text: string, start: number): number | undefined {
  for (const [opening, closing] of CLOSINGS) {
    if (text.startsWith(opening, start)) return endOf(text, closing, start + opening.length);
  }
  if (!/^<\/?[A-Za-z]/.test(text.slice(start, start + 3))) return undefined;
  const end = tagEnd(text, start);
  const raw = RAW_ELEMENT.exec(text.slice(start, start + 8))?.[1];
  return raw === undefined ? end : rawElementEnd(text, raw, end);
}

function endOf(text: string, closing: string, from: number): number {
  const found = text.indexOf(closing, from);
  return found === -1 ? text.length : found + closing.length;
}

/** After the first `>` that is not in a quoted value; a quote opens a value only after `=`. */
function tagEnd(text: string, start: number): number {
  let before = "";
  for (let at = start; at < text.length; at++) {
    const character = text[at]!;
    if (character === ">") return at + 1;
    if ((character === '"' || character === "'") && before === "=") {
      at = text.indexOf(character, at + 1);
      if (at === -1) return text.length;
    }
    if (!/\s/.test(character)) before = character;
  }
  return text.length;
}

function rawElementEnd(text: string, name: string, from: number): number {
  const closing = new RegExp(`</${name}(?=[\\s/>])`, "gi");
  closing.lastIndex = from;
  const found = closing.exec(text);
  return found === null ? text.length : tagEnd(text, found.index);
}
