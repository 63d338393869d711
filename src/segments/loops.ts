/** Finds translations that loop: a run of words said again and again, which the source does not do. */

/** Longest run of words that is looked for, and how often a run must come in a row to be a loop: a single word, a longer one. */
const LONGEST_RUN = 16;
const LEAST_REPEATS = 4;
const LEAST_REPEATS_OF_RUN = 3;

/** Words, characters of scripts that write without spaces, and punctuation marks. */
const TOKEN =
  /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}]|[\p{L}\p{M}\p{N}]+?(?=[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}]|[^\p{L}\p{M}\p{N}]|$)|[^\s]/gu;

/**
 * Whether a run of 1 to 16 words comes more often in a row than anything does in the source: a word 4 times or more, a longer run 3 times or more.
 *
 * @example
 * loops("the dog the dog the dog", "der Hund"); // true
 * loops("no, no, no!", "nein, nein, nein!"); // false
 */
export function loops(translation: string, source: string): boolean {
  const repeats = repeatsByRun(translation);
  if (repeats.every((times, i) => times < least(i + 1))) return false;
  const inSource = Math.max(1, ...repeatsByRun(source));
  return repeats.some((times, i) => times >= least(i + 1) && times > inSource);
}

function least(run: number): number {
  return run === 1 ? LEAST_REPEATS : LEAST_REPEATS_OF_RUN;
}

/** For runs of 1, 2, … words, how often one comes in a row at most. */
function repeatsByRun(text: string): number[] {
  const tokens = text.toLowerCase().match(TOKEN) ?? [];
  return Array.from({ length: LONGEST_RUN }, (_, i) => {
    const run = i + 1;
    let most = 0;
    let same = 0;
    for (let at = run; at < tokens.length; at++) {
      // Punctuation alone, as in "……" or "----", is not a loop.
      same = tokens[at] === tokens[at - run] ? same + 1 : 0;
      if (same > most && tokens.slice(at - run + 1, at + 1).some((token) => /[\p{L}\p{N}]/u.test(token))) most = same;
    }
    return Math.floor(most / run) + 1;
  });
}
