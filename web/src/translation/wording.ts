/** How a person wants words to be translated, as the browser keeps it: terms, a glossary and an adapter for each pair of languages, terms that stay as they are. */

export interface Term {
  source: string;
  target: string;
}

/** For one pair of languages. */
export interface PairWording {
  readonly terms: readonly Term[];
  /** Id of a glossary of the server; empty for none. */
  readonly glossary: string;
  /** Name of an adapter of the server; empty for none. */
  readonly adapter: string;
}

/** Terms of a pair, and terms that stay, as the server takes them. */
export const MOST_TERMS = 1000;

/** Of a pair that nothing was said for. */
export const NO_WORDING: PairWording = { terms: [], glossary: "", adapter: "" };

export class Wording {
  private readonly pairs = new Map<string, PairWording>();
  /** Terms that stay as they are, as they were typed: one a line. */
  keep = "";

  /** `kept`: what `toString` once gave; of anything else nothing is taken. */
  constructor(kept: string | undefined) {
    const { pairs, keep } = recordOf(parsed(kept));
    for (const [pair, wording] of Object.entries(recordOf(pairs))) this.set(pair, wordingOf(wording));
    this.keep = stringOf(keep);
  }

  /** `pair`: such as `en-de`. */
  of(pair: string): PairWording {
    return this.pairs.get(pair) ?? NO_WORDING;
  }

  set(pair: string, wording: PairWording): void {
    if (wording.terms.length === 0 && wording.glossary === "" && wording.adapter === "") this.pairs.delete(pair);
    else this.pairs.set(pair, wording);
  }

  /** Terms that stay as they are, each once, as many as the server takes. */
  get kept(): string[] {
    const lines = this.keep.split("\n").map(tidied);
    return [...new Set(lines.filter((line) => line !== ""))].slice(0, MOST_TERMS);
  }

  toString(): string {
    return JSON.stringify({ pairs: Object.fromEntries(this.pairs), keep: this.keep });
  }
}

/** The terms with one more, in the place of another with the same source; undefined where a side is empty, or where there are too many. */
export function withTerm(terms: readonly Term[], { source, target }: Term): readonly Term[] | undefined {
  const term = { source: tidied(source), target: tidied(target) };
  if (term.source === "" || term.target === "") return undefined;
  const at = terms.findIndex((each) => each.source === term.source);
  if (at >= 0) return terms.with(at, term);
  return terms.length < MOST_TERMS ? [...terms, term] : undefined;
}

/** As the server writes a term. */
function tidied(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}

function parsed(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? "");
  } catch {
    return undefined;
  }
}

function wordingOf(value: unknown): PairWording {
  const { terms, glossary, adapter } = recordOf(value);
  let list: readonly Term[] = [];
  for (const each of Array.isArray(terms) ? terms : []) {
    const { source, target } = recordOf(each);
    list = withTerm(list, { source: stringOf(source), target: stringOf(target) }) ?? list;
  }
  return { terms: list, glossary: stringOf(glossary), adapter: stringOf(adapter) };
}

function recordOf(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

function stringOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}
