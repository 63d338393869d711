/** Patterns of paths as cards of data sets have them. They come from anyone, so that matching takes no more than their length times the path's. */

/** A place of a path: any number of characters, within a folder or over folders, or one character of a kind. */
type Token = "within" | "over" | "folders" | ((character: string) => boolean);

const MOST_ALTERNATIVES = 100;
const LONGEST = 1000;

/** `*` and `?` within a folder, `**` over folders, `[…]` and `{a,b}`. A pattern that is too long or has too many alternatives fits nothing. */
export function matcherOf(pattern: string): (path: string) => boolean {
  const patterns = pattern.length > LONGEST ? [] : alternativesOf([pattern.replace(/^\.?\//, "")]);
  const all = patterns.map(tokensOf);
  return (path) => path.length <= LONGEST && all.some((tokens) => fits(tokens, path));
}

function alternativesOf(patterns: readonly string[]): string[] {
  const open = patterns.map((pattern) => /^([^{}]*)\{([^{}]*)\}([\s\S]*)$/.exec(pattern));
  if (patterns.length > MOST_ALTERNATIVES) return [];
  if (open.every((found) => found === null)) return [...patterns];
  return alternativesOf(
    patterns.flatMap((pattern, i) => {
      const [, before, inside, after] = open[i] ?? [];
      return inside === undefined ? [pattern] : inside.split(",").map((each) => `${before}${each}${after}`);
    }),
  );
}

function tokensOf(pattern: string): Token[] {
  const tokens: Token[] = [];
  for (let at = 0; at < pattern.length; ) {
    const rest = pattern.slice(at);
    const stars = /^\*+/.exec(rest)?.[0].length ?? 0;
    const set = /^\[(!?)([^\]]+)\]/.exec(rest);
    if (stars > 1 && rest[stars] === "/") tokens.push("folders");
    else if (stars > 0) tokens.push(stars > 1 ? "over" : "within");
    else if (set !== null) tokens.push(oneOf(set[2]!, set[1] === "!"));
    else {
      const own = pattern[at]!;
      tokens.push(own === "?" ? (each) => each !== "/" : (each) => each === own);
    }
    at += stars > 1 && rest[stars] === "/" ? stars + 1 : stars > 0 ? stars : (set?.[0].length ?? 1);
  }
  return tokens;
}

/** Characters and ranges of them. */
function oneOf(set: string, isNegated: boolean): (character: string) => boolean {
  const ranges = [...set.matchAll(/([\s\S])-([\s\S])|([\s\S])/g)].map(
    ([, from, to, single]) => [from ?? single!, to ?? single!] as const,
  );
  return (each) => each !== "/" && ranges.some(([from, to]) => each >= from && each <= to) !== isNegated;
}

function fits(tokens: readonly Token[], path: string): boolean {
  // Which beginnings of the path the tokens so far fit: [length + 1].
  let reached = Array.from({ length: path.length + 1 }, (_, at) => at === 0);
  for (const token of tokens) {
    const next = new Array<boolean>(path.length + 1).fill(false);
    let isOpen = false;
    for (let at = 0; at <= path.length; at++) {
      if (typeof token === "function") next[at] = at > 0 && reached[at - 1]! && token(path[at - 1]!);
      else {
        if (token === "within" && path[at - 1] === "/") isOpen = false;
        isOpen ||= reached[at]!;
        // Whole folders, or none.
        next[at] = token === "folders" ? reached[at]! || (isOpen && path[at - 1] === "/") : isOpen;
      }
    }
    reached = next;
  }
  return reached[path.length]!;
}
