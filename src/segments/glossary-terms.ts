/** What a line asks of its translation for the sake of glossaries, and whether that is there. */
import { findTerms, type Glossary } from "../glossary/glossary.ts";
import { isKept } from "../glossary/glossary-entry.ts";
import { hasWording } from "../glossary/term-tokens.ts";
import { termWordings } from "../glossary/term-wordings.ts";

/** [terms][wordings] of the terms of a part of a line; `before` is the line up to there. */
export function termsIn(text: string, before: string, glossaries: readonly Glossary[]): string[][] {
  return findTerms(glossaries, text).map(({ start, entry }) =>
    termWordings(entry.targets, before + text.slice(0, start), isKept(entry)),
  );
}

/** The wordings of a term that comes out as it is. */
export function keptTerm(term: string, before: string): string[] {
  return termWordings([term], before, true);
}

/** The terms of which a text has no wording. */
export function missingTerms(text: string, terms: readonly (readonly string[])[]): (readonly string[])[] {
  return terms.filter((wordings) => !wordings.some((wording) => hasWording(text, wording)));
}
