/** Text for wordpieces: the lines of files, languages evened out by a temperature (text/learning/language-balance.ts). */
import { LineRepeater, lineWeights } from "../../text/learning/language-balance.ts";
import { streamLines } from "./corpus.ts";

/** What learns wordpieces from lines. */
export interface LineLearner {
  add(line: string): void;
}

export interface LanguageFile {
  path: string;
  language: string;
}

/** Adds the files' lines to what the learner has; returns how many they are. Unless the temperature is 1 they are read twice. */
export async function addBalancedText(
  learner: LineLearner,
  files: readonly LanguageFile[],
  temperature: number,
): Promise<number> {
  const repeaters = temperature === 1 ? undefined : await lineRepeaters(files, temperature);
  let count = 0;
  for (const { path, language } of files) {
    const repeater = repeaters?.get(language);
    for await (const lines of streamLines(path)) {
      for (const line of lines) for (let times = repeater?.next() ?? 1; times > 0; times--) learner.add(line);
      count += lines.length;
    }
  }
  return count;
}

/** One for each language: of all its files together. */
async function lineRepeaters(files: readonly LanguageFile[], temperature: number): Promise<Map<string, LineRepeater>> {
  const sizes = new Map<string, number>();
  for (const { path, language } of files) {
    for await (const lines of streamLines(path)) sizes.set(language, (sizes.get(language) ?? 0) + lines.length);
  }
  const weights = lineWeights([...sizes.values()], temperature);
  return new Map([...sizes.keys()].map((language, i) => [language, new LineRepeater(weights[i]!)]));
}
