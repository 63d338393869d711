/** A segment, or a part of one, as it is given to a translator, and which of the hypotheses may be taken. */
import { accepts } from "./accept.ts";
import { loops } from "./loops.ts";
import { type MaskedSegment, tokensOf, unmask } from "./masks.ts";
import type { Segment, Token } from "./segment-text.ts";
import type { LineHypothesis, WantedLine } from "./translate-lines.ts";

/** A line to be translated for a segment. */
export interface Attempt {
  segment: Segment;
  line: WantedLine;
  /** The translation's tokens; undefined where it lost some. */
  restore(hypothesis: LineHypothesis): Token[] | undefined;
}

/** What was found for a segment. */
export interface Choice {
  /** Those that may be taken, the best first; what loops comes last. */
  accepted: readonly (readonly Token[])[];
  /** Place of the first one among the hypotheses, from 0. */
  rank: number;
  /** Whether a better hypothesis looped and came behind it. */
  looped: boolean;
  /** Whether the first one loops, for want of another. */
  loops: boolean;
}

export function maskedAttempt(segment: Segment, masked: MaskedSegment): Attempt {
  return {
    segment,
    // Masks are lost at times.
    line: { text: masked.line, several: masked.runs.length > 0 },
    restore: ({ text }) => {
      const pieces = unmask(text.trim(), masked);
      return pieces && tokensOf(pieces);
    },
  };
}

/** The hypotheses that may be taken, in the order in which they are. */
export function choose(hypotheses: readonly LineHypothesis[], { segment, line, restore }: Attempt): Choice {
  const found: { tokens: readonly Token[]; rank: number }[] = [];
  const looping: { tokens: readonly Token[]; rank: number }[] = [];
  for (const [rank, hypothesis] of hypotheses.entries()) {
    const { text } = hypothesis;
    // What comes back as it went out keeps its white space too.
    const isSame = text === line.text;
    const tokens = text.trim() === "" ? undefined : isSame ? segment.tokens : restore(hypothesis);
    if (tokens === undefined || !accepts(tokens, segment.tokens, segment.isIcu)) continue;
    (loops(text, line.text) ? looping : found).push({ tokens, rank });
  }
  const all = [...found, ...looping];
  const [first] = all;
  return {
    accepted: all.map(({ tokens }) => tokens),
    rank: first?.rank ?? hypotheses.length,
    loops: all.length > 0 && found.length === 0,
    looped: found.length > 0 && looping.some(({ rank }) => rank < first!.rank),
  };
}
