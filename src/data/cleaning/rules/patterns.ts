/** Regular expressions that texts must or must not match. */

/** Which sides an expression is for: one of them, at least one, or both. */
export type PatternSide = "source" | "target" | "either" | "both";

/** One of the two expressions; plain data. */
export interface PatternRule {
  side: PatternSide;
  /** A pair goes where this isn't found. */
  must_match?: string | undefined;
  /** A pair goes where this is found. */
  must_not_match?: string | undefined;
}

/** Whether a pair passes. */
export type PairTest = (source: string, target: string) => boolean;

/** Expressions of JavaScript with its flag u. Throws SyntaxError for one that is none. */
export function compilePattern({ side, must_match, must_not_match }: PatternRule): PairTest {
  const tests = [
    { pattern: must_match, wanted: true },
    { pattern: must_not_match, wanted: false },
  ].flatMap(({ pattern, wanted }) => (pattern === undefined ? [] : [{ found: finder(pattern, side), wanted }]));
  return (source, target) => tests.every(({ found, wanted }) => found(source, target) === wanted);
}

function finder(pattern: string, side: PatternSide): PairTest {
  const expression = new RegExp(pattern, "u");
  switch (side) {
    case "source":
      return (source) => expression.test(source);
    case "target":
      return (_, target) => expression.test(target);
    case "either":
      return (source, target) => expression.test(source) || expression.test(target);
    case "both":
      return (source, target) => expression.test(source) && expression.test(target);
  }
}
