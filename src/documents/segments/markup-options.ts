/** What a text of HTML or XML is to be read by, besides its tags. */
export interface MarkupOptions {
  /** Elements that stay as they are, with all that is in them. */
  ignoreTags?: readonly string[];
  /** Elements that end a segment, and those that don't, whatever they look like. */
  splittingTags?: readonly string[];
  nonSplittingTags?: readonly string[];
  /** Of XML: whether to tell by their surroundings which other elements end a segment; without, none does. Default true. */
  outlineDetection?: boolean;
}

/** Names of tags as HTML knows them, without regard to case. */
export function tagNames(names: readonly string[] = []): ReadonlySet<string> {
  return new Set(names.map((name) => name.toLowerCase()));
}
