/** An entry of a glossary. */

export interface GlossaryEntry {
  /** One line without white space at its edges. Written without capitals it stands for the word with one at its beginning too. */
  source: string;
  /** Its translation; where there are several wordings, each of them will do. The source itself: it is not to be translated. */
  targets: readonly string[];
}

/** Whether the term is to come out as it is. */
export function isKept({ source, targets }: GlossaryEntry): boolean {
  return targets.length === 1 && targets[0] === source;
}

/** Entries of terms that come out as they are. */
export function keptEntries(terms: readonly string[]): GlossaryEntry[] {
  return terms.map((term) => ({ source: term, targets: [term] }));
}
