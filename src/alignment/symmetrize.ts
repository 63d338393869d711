/** One alignment from two directed ones (Koehn, Och and Marcu 2003; Och and Ney 2003, section 2.3.3). */
import type { AlignmentLink } from "./pharaoh.ts";

/** How two alignments become one; named as by Moses and fast_align. */
export const symmetrizations = [
  "intersection",
  "union",
  "grow-diag",
  "grow-diag-final",
  "grow-diag-final-and",
] as const;
export type Symmetrization = (typeof symmetrizations)[number];

/** [source, target] of the links that grow the intersection: beside, then diagonally. */
const NEIGHBOURS = [
  [-1, 0],
  [0, -1],
  [1, 0],
  [0, 1],
  [-1, -1],
  [-1, 1],
  [1, -1],
  [1, 1],
] as const;

const FORWARD = 1;
const BACKWARD = 2;
const TAKEN = 4;

/**
 * Of two lists of links between `sources` and `targets` places, one from each direction; in the order of source places. The intersection has the links of
 * both. Growing adds neighbours that either has, while one of their ends has no link; `final` then adds those that either has anywhere, where one end
 * has none, `final-and` where neither has.
 *
 * @example symmetrize(2, 2, [{ source: 0, target: 0 }], [{ source: 0, target: 0 }, { source: 1, target: 1 }], "grow-diag")
 */
export function symmetrize(
  sources: number,
  targets: number,
  forward: readonly AlignmentLink[],
  backward: readonly AlignmentLink[],
  how: Symmetrization,
): AlignmentLink[] {
  const grid = new LinkGrid(sources, targets);
  for (const link of forward) grid.mark(link, FORWARD);
  for (const link of backward) grid.mark(link, BACKWARD);
  const either = how === "union";
  grid.take((marks) => (either ? marks > 0 : marks === (FORWARD | BACKWARD)));
  if (how === "intersection" || either) return grid.taken();
  grid.grow();
  if (how === "grow-diag") return grid.taken();
  for (const direction of [FORWARD, BACKWARD]) grid.complete(direction, how === "grow-diag-final-and");
  return grid.taken();
}

/** The links of a pair, and which of them are taken so far. */
class LinkGrid {
  private readonly sources: number;
  private readonly targets: number;
  /** [sources, targets] */
  private readonly marks: Uint8Array;
  /** 1 where a place has a link that is taken. */
  private readonly ofSource: Uint8Array;
  private readonly ofTarget: Uint8Array;

  constructor(sources: number, targets: number) {
    this.sources = sources;
    this.targets = targets;
    this.marks = new Uint8Array(sources * targets);
    this.ofSource = new Uint8Array(sources);
    this.ofTarget = new Uint8Array(targets);
  }

  mark({ source, target }: AlignmentLink, direction: number): void {
    this.marks[source * this.targets + target]! |= direction;
  }

  take(isTaken: (marks: number) => boolean): void {
    this.each((source, target, marks) => {
      if (isTaken(marks)) this.add(source, target);
    });
  }

  /** Passes over the links again until none is added. */
  grow(): void {
    for (let grows = true; grows; ) {
      grows = false;
      this.each((source, target, marks) => {
        if ((marks & TAKEN) === 0) return;
        for (const [ds, dt] of NEIGHBOURS) {
          const [s, t] = [source + ds, target + dt];
          if (s < 0 || t < 0 || s >= this.sources || t >= this.targets) continue;
          const found = this.marks[s * this.targets + t]!;
          if (found === 0 || (found & TAKEN) !== 0) continue;
          if (this.ofSource[s]! + this.ofTarget[t]! === 2) continue;
          this.add(s, t);
          grows = true;
        }
      });
    }
  }

  complete(direction: number, bothFree: boolean): void {
    this.each((source, target, marks) => {
      const linked = this.ofSource[source]! + this.ofTarget[target]!;
      if ((marks & direction) !== 0 && linked < (bothFree ? 1 : 2)) this.add(source, target);
    });
  }

  taken(): AlignmentLink[] {
    const links: AlignmentLink[] = [];
    this.each((source, target, marks) => {
      if ((marks & TAKEN) !== 0) links.push({ source, target });
    });
    return links;
  }

  private add(source: number, target: number): void {
    this.marks[source * this.targets + target]! |= TAKEN;
    this.ofSource[source] = 1;
    this.ofTarget[target] = 1;
  }

  private each(visit: (source: number, target: number, marks: number) => void): void {
    for (let source = 0; source < this.sources; source++) {
      for (let target = 0; target < this.targets; target++) {
        visit(source, target, this.marks[source * this.targets + target]!);
      }
    }
  }
}
