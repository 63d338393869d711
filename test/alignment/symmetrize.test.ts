/** Source of truth: the pseudo-code of Koehn's "grow-diag-final" (statmt.org/moses, "Word alignment"), word by word, and links by hand. */
import { describe, expect, it } from "vitest";
import type { AlignmentLink } from "../../src/alignment/pharaoh.ts";
import { type Symmetrization, symmetrizations, symmetrize } from "../../src/alignment/symmetrize.ts";
import { Random } from "../../src/base/random.ts";

const linksOf = (text: string): AlignmentLink[] =>
  text
    .split(" ")
    .filter((link) => link !== "")
    .map((link) => ({ source: Number(link.split("-")[0]), target: Number(link.split("-")[1]) }));
const textOf = (links: readonly AlignmentLink[]) => links.map(({ source, target }) => `${source}-${target}`).join(" ");

/** GROW-DIAG, then FINAL or FINAL-AND of both directions, on sets of "source-target". */
function defined(sources: number, targets: number, forward: string[], backward: string[], how: Symmetrization): string {
  const union = new Set([...forward, ...backward]);
  const alignment = new Set(how === "union" ? union : forward.filter((link) => backward.includes(link)));
  const hasSource = (s: number) => [...alignment].some((link) => link.startsWith(`${s}-`));
  const hasTarget = (t: number) => [...alignment].some((link) => link.endsWith(`-${t}`));
  const neighbouring = [
    [-1, 0],
    [0, -1],
    [1, 0],
    [0, 1],
    [-1, -1],
    [-1, 1],
    [1, -1],
    [1, 1],
  ] as const;
  if (how.startsWith("grow-diag")) {
    for (let added = true; added; ) {
      added = false;
      for (let s = 0; s < sources; s++) {
        for (let t = 0; t < targets; t++) {
          if (!alignment.has(`${s}-${t}`)) continue;
          for (const [ds, dt] of neighbouring) {
            const link = `${s + ds}-${t + dt}`;
            if (alignment.has(link) || !union.has(link) || (hasSource(s + ds) && hasTarget(t + dt))) continue;
            alignment.add(link);
            added = true;
          }
        }
      }
    }
  }
  if (how.includes("final")) {
    for (const direction of [forward, backward]) {
      for (let s = 0; s < sources; s++) {
        for (let t = 0; t < targets; t++) {
          const link = `${s}-${t}`;
          const free = how === "grow-diag-final-and" ? !hasSource(s) && !hasTarget(t) : !hasSource(s) || !hasTarget(t);
          if (direction.includes(link) && free) alignment.add(link);
        }
      }
    }
  }
  return textOf(linksOf([...alignment].join(" ")).sort((a, b) => a.source - b.source || a.target - b.target));
}

describe("symmetrize", () => {
  it.each<[Symmetrization, string]>([
    ["intersection", "0-0 3-3"],
    ["union", "0-0 0-1 1-1 3-3 4-1 4-4 5-0"],
    // 0-1 is beside 0-0, then 1-1 beside 0-1; 4-4 is diagonal to 3-3.
    ["grow-diag", "0-0 0-1 1-1 3-3 4-4"],
    // Source 5 has no link yet.
    ["grow-diag-final", "0-0 0-1 1-1 3-3 4-4 5-0"],
    // But target 0 has one.
    ["grow-diag-final-and", "0-0 0-1 1-1 3-3 4-4"],
  ])("makes %s", (how, expected) => {
    const forward = linksOf("0-0 1-1 3-3 4-4 5-0");
    const backward = linksOf("0-0 0-1 3-3 4-1");
    expect(textOf(symmetrize(6, 5, forward, backward, how))).toBe(expected);
  });

  it.each(symmetrizations)("is as defined, for %s", (how) => {
    const random = new Random(3);
    for (let trial = 0; trial < 300; trial++) {
      const [sources, targets] = [1 + random.integer(7), 1 + random.integer(7)];
      const some = () =>
        Array.from({ length: random.integer(8) }, () => `${random.integer(sources)}-${random.integer(targets)}`);
      const [forward, backward] = [some(), some()];
      const links = symmetrize(sources, targets, linksOf(forward.join(" ")), linksOf(backward.join(" ")), how);
      expect(textOf(links)).toBe(defined(sources, targets, forward, backward, how));
    }
  });

  it("has no links between sides without words", () => {
    for (const how of symmetrizations) expect(symmetrize(0, 3, [], [], how)).toEqual([]);
  });
});
