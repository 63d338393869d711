/** Characters and words that are repeated in a row, as in texts that a machine wrote or a form left over. */

/** Words that are repeated together, at most: "no , no , no ,". */
const LONGEST_PERIOD = 4;

/** Most times that a character other than white space stands in a row. */
export function repeatedCharacters(text: string): number {
  let most = 0;
  let run = 0;
  let before = "";
  for (const letter of text) {
    run = letter === before ? run + 1 : 1;
    before = letter;
    if (run > most && !/\s/u.test(letter)) most = run;
  }
  return most;
}

/** Most times that the same one to four words stand in a row, without regard to case. */
export function repeatedWords(text: string): number {
  const words = text.toLowerCase().split(/\s+/u).filter(Boolean);
  let most = Math.min(1, words.length);
  for (let period = 1; period <= LONGEST_PERIOD; period++) {
    let same = 0;
    for (let i = period; i < words.length; i++) {
      same = words[i] === words[i - period] ? same + 1 : 0;
      most = Math.max(most, 1 + Math.floor(same / period));
    }
  }
  return most;
}
