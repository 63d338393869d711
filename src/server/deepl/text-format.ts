/** How a text is to be read, as DeepL's parameters have it. */
import type { MarkupOptions } from "../../documents/segments/markup-options.ts";
import type { WhiteSpace } from "../../segments/white-space.ts";
import type { TextFormat } from "../texts/read-text.ts";

type Names = string | readonly string[] | null | undefined;

export interface FormatFields {
  tag_handling?: "xml" | "html" | null | undefined;
  split_sentences?: "0" | "1" | "nonewlines" | boolean | null | undefined;
  ignore_tags?: Names;
  splitting_tags?: Names;
  non_splitting_tags?: Names;
  outline_detection?: boolean | null | undefined;
}

export function textFormat(fields: FormatFields): TextFormat {
  const kind = fields.tag_handling ?? "text";
  const sentences = splitting(fields.split_sentences, kind);
  if (kind === "text") return { kind, ...sentences };
  const markup: MarkupOptions = {
    ignoreTags: namesOf(fields.ignore_tags),
    splittingTags: namesOf(fields.splitting_tags),
    nonSplittingTags: namesOf(fields.non_splitting_tags),
    outlineDetection: fields.outline_detection ?? true,
  };
  return { kind, ...sentences, markup };
}

/** Without `split_sentences` line breaks end sentences, but in HTML; blank lines end them in any case. */
function splitting(
  given: FormatFields["split_sentences"],
  kind: TextFormat["kind"],
): { sentences: boolean; whiteSpace?: WhiteSpace } {
  const value = given ?? (kind === "html" ? "nonewlines" : "1");
  if (value === "1" || value === true) return { sentences: true, ...(kind === "html" && { whiteSpace: "lines" }) };
  return { sentences: value === "nonewlines", ...(kind !== "html" && { whiteSpace: "paragraphs" }) };
}

/** A list, or names parted by commas. */
function namesOf(names: Names): string[] {
  const list = typeof names === "string" ? names.split(",") : (names ?? []);
  return list.map((name) => name.trim()).filter((name) => name !== "");
}
