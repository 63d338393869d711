/** The wordings of a term among which a search may choose. */
import { capitalised } from "./glossary.ts";

const BRACKETS = "([{";
/** Those that open a quotation in some language, or stand for one. */
const QUOTES = "\"'„“”‚‘’«»‹›";
const WRITTEN_QUOTES = ["„", "“", '"', "«", "»", "‚", "‘", "'"];

/**
 * The targets; each with a capital too, for the beginning of a sentence, unless it is kept as it is; and where a bracket or a quote stands before the term (`before`:
 * the text up to there), behind one: a vocabulary spells a word another way where no space precedes it.
 *
 * @example
 * termWordings(["öffnen"], 'Press "'); // ["öffnen", "Öffnen", "„öffnen", …]
 */
export function termWordings(targets: readonly string[], before: string, kept = false): string[] {
  const wordings = [...new Set(kept ? targets : targets.flatMap((target) => [target, capitalised(target)]))];
  const sign = before.at(-1) ?? " ";
  const signs = BRACKETS.includes(sign) ? [sign] : QUOTES.includes(sign) ? WRITTEN_QUOTES : [];
  return [...wordings, ...signs.flatMap((each) => wordings.map((wording) => each + wording))];
}
