/**
 * The number of edits of TER (Snover et al. 2006, section 2): shifts of word runs found greedily, each the one that
 * lowers the edit distance most, then the insertions, deletions and substitutions that remain.
 * Which shifts are tried, and in which order of preference, follows Tercom.
 */
import { type Alignment, BeamEditDistance } from "./beam-edit-distance.ts";

/** Longest run that may be shifted. */
const LONGEST_RUN = 10;
/** Farthest a run may be from its match. */
const FARTHEST_MATCH = 50;
/** Shifts tried for a sentence before the search gives up, leaving the last round undone. */
const MOST_TRIES = 1000;

interface Shift {
  gain: number;
  start: number;
  length: number;
  target: number;
}

export class TranslationEdits {
  private tries = 0;
  private shifted = new Int32Array(0);

  /** Edits that turn `hypothesis` into `reference`; words are numbers. */
  between(hypothesis: Int32Array, reference: Int32Array): number {
    if (reference.length === 0) return hypothesis.length;
    const words = hypothesis.slice();
    const distances = new BeamEditDistance(words.length, reference);
    this.shifted = new Int32Array(words.length);
    this.tries = 0;
    for (let shifts = 0; ; shifts++) {
      const alignment = distances.align(words);
      const shift = this.bestShift(words, reference, alignment, distances);
      if (shift.gain <= 0 || this.tries >= MOST_TRIES) return shifts + alignment.distance;
      words.set(moveRun(words, shift, this.shifted));
    }
  }

  /** The shift of highest gain; then longest, earliest run, earliest target. Gain 0 when none helps. */
  private bestShift(
    words: Int32Array,
    reference: Int32Array,
    alignment: Alignment,
    distances: BeamEditDistance,
  ): Shift {
    const best: Shift = { gain: 0, start: 0, length: 0, target: 0 };
    for (let start = 0; start < words.length; start++) {
      const lastMatch = Math.min(reference.length - 1, start + FARTHEST_MATCH);
      for (let match = Math.max(0, start - FARTHEST_MATCH); match <= lastMatch; match++) {
        const longest = Math.min(LONGEST_RUN, words.length - start, reference.length - match);
        let wrongHere = 0;
        let wrongThere = 0;
        for (let length = 1; length <= longest; length++) {
          if (words[start + length - 1] !== reference[match + length - 1]) break;
          wrongHere += alignment.hypothesisErrors[start + length - 1]!;
          wrongThere += alignment.referenceErrors[match + length - 1]!;
          const position = alignment.positions[match]!;
          const inside = start <= position && position < start + length;
          if (wrongHere === 0 || wrongThere === 0 || inside) continue;
          this.tryTargets(words, start, match, length, alignment, distances, best);
          if (this.tries >= MOST_TRIES) return best;
        }
      }
    }
    return best;
  }

  /** Tries the run at every place that the reference words around its match point to. */
  private tryTargets(
    words: Int32Array,
    start: number,
    match: number,
    length: number,
    alignment: Alignment,
    distances: BeamEditDistance,
    best: Shift,
  ): void {
    let previous = -1;
    for (let at = match - 1; at < match + length; at++) {
      const target = at < 0 ? 0 : alignment.positions[at]! + 1;
      if (target === previous) continue;
      previous = target;
      this.tries++;
      const shift = { gain: 0, start, length, target };
      const limit = alignment.distance - Math.max(1, best.gain);
      const candidate = moveRun(words, shift, this.shifted);
      shift.gain = alignment.distance - distances.distanceWithin(candidate, Math.min(start, target), limit);
      if (shift.gain > 0 && isBetter(shift, best)) Object.assign(best, shift);
    }
  }
}

function isBetter(a: Shift, b: Shift): boolean {
  return (
    a.gain - b.gain > 0 || (a.gain === b.gain && (a.length - b.length || b.start - a.start || b.target - a.target) > 0)
  );
}

/**
 * `words` with a run moved, written to `out`: before `target` when that lies left of the run, up to `target` when it
 * lies right of it; a target within the run moves it right by `target − start` words.
 */
function moveRun(words: Int32Array, { start, length, target }: Omit<Shift, "gain">, out: Int32Array): Int32Array {
  const end = start + length;
  const left = Math.min(start, target);
  const right = target < start ? end : Math.min(words.length, target > end ? target : target + length);
  out.set(words);
  if (target < start) {
    out.set(words.subarray(start, end), left);
    out.set(words.subarray(left, start), left + length);
  } else {
    out.set(words.subarray(end, right), start);
    out.set(words.subarray(start, end), right - length);
  }
  return out;
}
