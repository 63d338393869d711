/** Segments, or parts of them, as they are given to a translator, and which of the hypotheses may be taken. */
import { pauses } from "../base/threads/pauses.ts";
import { accepts } from "./accept.ts";
import { missingTerms } from "./glossary-terms.ts";
import { loops } from "./loops.ts";
import { type MaskedSegment, tokensOf, unmask } from "./masks.ts";
import type { Segment, Token } from "./segment-text.ts";
import type { TextCounts } from "./text-counts.ts";
import { hypothesesOf, type LineHypothesis, type TranslateLines, type WantedLine } from "./translate-lines.ts";

/** A line to be translated for a segment. */
export interface Attempt {
  segment: Segment;
  line: WantedLine;
  /** [terms][wordings] of glossaries: what has them all comes first. */
  terms: readonly (readonly string[])[];
  /** The translation's tokens; undefined where it lost some. */
  restore(hypothesis: LineHypothesis): Token[] | undefined;
}

/** What was found for a segment. */
export interface Choice {
  /** Those that may be taken, the best first; what lacks a term comes behind those, what loops last. */
  accepted: readonly (readonly Token[])[];
  /** Place of the first one among the hypotheses, from 0. */
  rank: number;
  /** Whether a better hypothesis looped and came behind it. */
  looped: boolean;
  /** Whether the first one loops, for want of another. */
  loops: boolean;
  /** Terms that are missing in the first one. */
  missing: number;
}

export function maskedAttempt(segment: Segment, masked: MaskedSegment): Attempt {
  return {
    segment,
    // Masks are lost at times.
    line: lineOf(masked, { several: masked.runs.length > 0 }),
    terms: masked.terms,
    restore: ({ text }) => {
      const pieces = unmask(text.trim(), masked);
      return pieces && tokensOf(pieces);
    },
  };
}

/** The line of a masked segment, with the terms that its translation must have. */
export function lineOf(
  { line, terms, keptTerms }: MaskedSegment,
  wishes: Omit<WantedLine, "text" | "terms">,
): WantedLine {
  const all = [...terms, ...keptTerms];
  return { text: line, ...(all.length > 0 && { terms: all }), ...wishes };
}

/** The hypotheses that may be taken, in the order in which they are. */
export function choose(hypotheses: readonly LineHypothesis[], { segment, line, terms, restore }: Attempt): Choice {
  const found: Candidate[] = [];
  const lacking: Candidate[] = [];
  const looping: Candidate[] = [];
  for (const [rank, hypothesis] of hypotheses.entries()) {
    const { text } = hypothesis;
    // What comes back as it went out keeps its white space too.
    const isSame = text === line.text;
    const tokens = text.trim() === "" ? undefined : isSame ? segment.tokens : restore(hypothesis);
    if (tokens === undefined || !accepts(tokens, segment.tokens, segment.isIcu)) continue;
    const missing = missingTerms(text, terms).length;
    (loops(text, line.text) ? looping : missing > 0 ? lacking : found).push({ tokens, rank, missing });
  }
  const good = [...found, ...lacking.sort((a, b) => a.missing - b.missing)];
  const all = [...good, ...looping];
  const [first] = all;
  return {
    accepted: all.map(({ tokens }) => tokens),
    rank: first?.rank ?? hypotheses.length,
    loops: all.length > 0 && good.length === 0,
    looped: good.length > 0 && looping.some(({ rank }) => rank < first!.rank),
    missing: first?.missing ?? terms.length,
  };
}

interface Candidate {
  tokens: readonly Token[];
  rank: number;
  missing: number;
}

/**
 * Translates attempts together. Where terms let no hypothesis come to an end, the line is translated again without those that are missing. `done` is told
 * of each attempt, in order.
 */
export async function tryAll(
  translate: TranslateLines,
  attempts: readonly Attempt[],
  done: (attempt: Attempt, choice: Choice, hypotheses: readonly LineHypothesis[]) => void,
): Promise<void> {
  const lines = attempts.map(({ line }) => line);
  const found = await hypothesesOf(translate, [...lines]);
  for (;;) {
    const stuck = [...lines.keys()].filter((i) => isStuck(lines[i]!, found[i]!));
    if (stuck.length === 0) break;
    for (const i of stuck) lines[i] = withFewerTerms(lines[i]!, found[i]![0]!.text);
    const again = await hypothesesOf(
      translate,
      stuck.map((i) => lines[i]!),
    );
    stuck.forEach((i, at) => {
      found[i] = again[at]!;
    });
  }
  const pause = pauses();
  for (const [i, attempt] of attempts.entries()) {
    done(attempt, choose(found[i]!, attempt), found[i]!);
    await pause();
  }
}

/** Whether every translation was cut, and the best of them lacks a term. */
function isStuck({ terms = [] }: WantedLine, hypotheses: readonly LineHypothesis[]): boolean {
  const [best] = hypotheses;
  return (
    best !== undefined &&
    terms.length > 0 &&
    hypotheses.every(({ complete }) => complete === false) &&
    missingTerms(best.text, wordingsOf(terms)).length > 0
  );
}

function withFewerTerms({ terms = [], ...line }: WantedLine, text: string): WantedLine {
  const missing = new Set(missingTerms(text, wordingsOf(terms)).map((wordings) => wordings.join("\n")));
  const kept = wordingsOf(terms).filter((wordings) => !missing.has(wordings.join("\n")));
  return { ...line, ...(kept.length > 0 && { terms: kept }) };
}

function wordingsOf(terms: NonNullable<WantedLine["terms"]>): (readonly string[])[] {
  return terms.map((term) => (typeof term === "string" ? [term] : term));
}

/** Adds the terms of an attempt that a translation was found for, or that stays as it is. */
export function countTerms(counts: TextCounts, { terms }: Attempt, { missing }: Choice): void {
  counts.terms += terms.length;
  counts.termsMissing += missing;
}
