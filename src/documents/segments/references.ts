/** Text as documents of XML and HTML have it. */
import { decodeReferences as decodeNamed, referenceNames } from "../../base/character-references.ts";

/** With the marks of direction, which subtitles and pages name. */
const NAMES = new Map([...referenceNames, ["lrm", "\u200e"], ["rlm", "\u200f"]]);

/** Others stay as they are. */
export function decodeReferences(text: string): string {
  return decodeNamed(text, NAMES);
}

/** Text as XML and HTML have it; characters that XML forbids are left out. */
export function encodeReferences(text: string): string {
  return text
    .replace(/(?![\t\n\r])[\p{Cc}\ufffe\uffff]/gu, (char) => (char < " " || char > "\u9fff" ? "" : char))
    .replace(/[&<>]/g, (char) => (char === "&" ? "&amp;" : char === "<" ? "&lt;" : "&gt;"));
}
