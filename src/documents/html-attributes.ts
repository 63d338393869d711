/** Attributes of HTML that are read by people, and those that keep an element from translation. */
import type { Token } from "parse5";
import { encodeReferences } from "./segments/references.ts";
import type { SourceText } from "./segments/source-text.ts";
import { type Place, plainPlace } from "./segments/text-document.ts";

const READ = new Set(["alt", "title", "placeholder", "aria-label"]);

export function isProtected({ attrs }: Token.TagToken): boolean {
  const value = (name: string) => attrs.find((attribute) => attribute.name === name)?.value;
  return value("translate")?.trim().toLowerCase() === "no" || /(?:^|\s)notranslate(?:\s|$)/.test(value("class") ?? "");
}

/** A segment for each attribute that is read and not blank; its quotes stay, or are put where there are none. */
export function attributePlaces(source: SourceText, { attrs, location }: Token.TagToken): Place[] {
  return attrs.flatMap(({ name, value }) => {
    const place = location!.attrs?.[name];
    if (!READ.has(name) || value.trim() === "" || place === undefined) return [];
    const raw = source.text.slice(place.startOffset, place.endOffset);
    const before = /^[^=]*=[ \t\r\n\f]*/.exec(raw)![0].length;
    const quote = raw[before] === "'" ? "'" : '"';
    const range = { from: place.startOffset + before, to: place.endOffset, text: value, id: name };
    return [plainPlace(source, range, (text) => quote + escapeQuote(encodeReferences(text), quote) + quote)];
  });
}

function escapeQuote(text: string, quote: string): string {
  return text.replaceAll(quote, quote === '"' ? "&quot;" : "&#39;");
}
