/** Paragraphs and headings of a help page that carry a number, as plain text. */
import { decodeEntities } from "./entities.ts";

/** By the element's id; tags inside are dropped, white space is collapsed. */
export function htmlParagraphs(html: string): Map<string, string> {
  const paragraphs = new Map<string, string>();
  for (const [, , id, body] of html.matchAll(/<(p|h[1-6])\s[^>]*?\bid="([^"]+)"[^>]*>([\s\S]*?)<\/\1>/g)) {
    const text = decodeEntities(body!.replace(/<br\s*\/?>/gi, " ").replace(/<[^>]*>/g, ""))
      .replace(/\s+/g, " ")
      .trim();
    if (text !== "") paragraphs.set(id!, text);
  }
  return paragraphs;
}
