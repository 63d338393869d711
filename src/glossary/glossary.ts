/** Terms with their translations, and where a text has them. */
import { type GlossaryEntry, isKept } from "./glossary-entry.ts";
import { type TermToken, termTokens } from "./term-tokens.ts";

/** A term in a text. */
export interface TermMatch {
  /** Places in UTF-16 units. */
  start: number;
  end: number;
  entry: GlossaryEntry;
}

/** An entry ready to be compared. */
interface KnownTerm {
  entry: GlossaryEntry;
  tokens: readonly TermToken[];
  /** Whether its words may have a capital that the entry has not. */
  mayHaveCapitals: boolean;
}

/** Terms by their first tokens. */
interface Branch {
  /** By what is between the tokens, and the key of the next one. */
  next: Map<string, Branch>;
  /** Those that end here, in the order of the entries. */
  terms: KnownTerm[];
}

/**
 * A list of terms that is looked up in texts.
 *
 * @example
 * import { Glossary, loadTranslationModel, translateText, Translator } from "gnmt-moe";
 *
 * const translator = new Translator(await loadTranslationModel("models/my"), { nBest: 5, unspellableTerms: "leave-out" });
 * const glossaries = [new Glossary([{ source: "folder", targets: ["Ordner"] }, { source: "Acme", targets: ["Acme"] }])];
 * await translateText((lines) => translator.translate(lines), "Open the Acme folder.", { glossaries });
 */
export class Glossary {
  readonly entries: readonly GlossaryEntry[];
  /** Whether any of its terms comes out as it is. */
  readonly hasKept: boolean;
  private readonly root: Branch = { next: new Map(), terms: [] };

  /** Entries whose source is white space are left out; of two with the same source the first counts. */
  constructor(entries: readonly GlossaryEntry[]) {
    this.entries = entries;
    this.hasKept = entries.some(isKept);
    for (const entry of entries) this.add(entry);
  }

  /** The longest term that stands at the token of that index; undefined where none does. */
  longestAt(tokens: readonly TermToken[], first: number): TermMatch | undefined {
    let longest: TermMatch | undefined;
    let branch: Branch | undefined = this.root;
    for (let at = first; at < tokens.length; at++) {
      branch = branch.next.get(stepOf(tokens[at]!, at === first));
      if (branch === undefined) break;
      const term = branch.terms.find((each) => fits(each, tokens, first));
      if (term !== undefined) longest = { start: tokens[first]!.start, end: tokens[at]!.end, entry: term.entry };
    }
    return longest;
  }

  private add(entry: GlossaryEntry): void {
    const tokens = termTokens(entry.source);
    if (tokens.length === 0) return;
    let branch = this.root;
    for (const [i, token] of tokens.entries()) {
      const step = stepOf(token, i === 0);
      let next = branch.next.get(step);
      if (next === undefined) {
        next = { next: new Map(), terms: [] };
        branch.next.set(step, next);
      }
      branch = next;
    }
    branch.terms.push({ entry, tokens, mayHaveCapitals: entry.source === entry.source.toLowerCase() });
  }
}

/**
 * The terms of a text in order, none overlapping: from left to right the longest at each place, of equally long ones that of the earlier glossary. Terms
 * are whole words, and none goes beyond a line break or a tab.
 *
 * @example
 * findTerms([new Glossary([{ source: "file", targets: ["Datei"] }])], "Files, a file"); // [{ start: 9, end: 13, … }]
 */
export function findTerms(glossaries: readonly Glossary[], text: string): TermMatch[] {
  if (glossaries.length === 0) return [];
  const tokens = termTokens(text);
  const found: TermMatch[] = [];
  for (let at = 0; at < tokens.length; at++) {
    if (tokens[at]!.start < (found.at(-1)?.end ?? 0)) continue;
    const matches = glossaries.flatMap((glossary) => glossary.longestAt(tokens, at) ?? []);
    const [first, ...others] = matches;
    if (first !== undefined) found.push(others.reduce((best, each) => (each.end > best.end ? each : best), first));
  }
  return found;
}

function stepOf({ key, gap }: TermToken, isFirst: boolean): string {
  return isFirst ? key : gap + key;
}

/** Whether the words are the term's, with its capitals, or with one more at the beginning of words. */
function fits({ tokens, mayHaveCapitals }: KnownTerm, words: readonly TermToken[], first: number): boolean {
  return tokens.every(({ text }, i) => {
    const word = words[first + i]!.text;
    return word === text || (mayHaveCapitals && word === capitalised(text));
  });
}

/** With a capital at its beginning, where there is one. */
export function capitalised(text: string): string {
  const [first = ""] = text;
  const upper = first.toUpperCase();
  // ß has none of its own.
  return [...upper].length === 1 ? upper + text.slice(first.length) : text;
}
