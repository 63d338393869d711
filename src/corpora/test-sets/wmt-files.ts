/** How WMT names the files of its news tasks, from year to year. */
import { archive, type TestSet, withEnglish } from "./test-set.ts";

/** Until 2013 all languages had the same texts; until 2010 Czech was called cz. */
export const sameTexts = (base: string, czech = "cs") => {
  const text = (language: string) => `${base}-src.${language === "cs" ? czech : language}.sgm`;
  return (source: string, target: string) => [text(source), text(target)];
};
/** Since 2015 each direction has files of its own. */
export const ownTexts = (base: string) => (source: string, target: string) => [
  `${base}-${source}${target}-src.${source}.sgm`,
  `${base}-${source}${target}-ref.${target}.sgm`,
];
/** 2014: a pair's two directions share texts, and English comes second in their name. */
export const sharedTexts = (base: string) => (source: string, target: string) => {
  const languages = source === "en" ? `${target}en` : `${source}en`;
  return [`${base}-${languages}-src.${source}.sgm`, `${base}-${languages}-ref.${target}.sgm`];
};

/** Where a campaign's files have been since 2016. */
export const TASK = (year: number) => `https://data.statmt.org/wmt${year}/translation-task`;

export const dev = (year: number, md5: string, languages: string): TestSet => ({
  name: `wmt${year}/dev`,
  archive: archive(`${TASK(year)}/dev.tgz`, md5, `wmt${year}`),
  pairs: withEnglish(languages),
  files: ownTexts(`dev/newsdev20${year}`),
});
