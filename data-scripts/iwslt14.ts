/** Recipe `iwslt14`: German and English TED talks of the IWSLT 2014 campaign (Cettolo et al. 2012, WIT3), split as Ranzato et al. 2016 did. */

import { DataError } from "../src/base/errors.ts";
import { archiveMembers, memberBytes } from "../src/corpora/archives/archive-member.ts";
import { fetchSource, recordOf } from "../src/corpora/fetch/source-file.ts";
import { readSegments } from "../src/corpora/formats/test-set-formats.ts";
import { preparePairs } from "../src/corpora/prepare-pairs.ts";
import type { Recipe } from "../src/corpora/recipe.ts";
import { ARCHIVE, TEST_TALKS } from "../src/corpora/test-sets/iwslt14-archive.ts";
import { earlierSources, type TextPair, writeCorpus } from "../src/corpora/write-corpus.ts";

/** Every 23rd training pair validates. */
const VALID_EVERY = 23;

export const iwslt14: Recipe = {
  name: "iwslt14",
  description: "TED talks, German and English, about 167,000 pairs; the customary test set of 6,750",
  licence: "CC BY-NC-ND 4.0 (TED talks; cite Cettolo et al. 2012)",
  origin: "https://wit3.fbk.eu, archive 2014-01",
  size: "19 MB to download",
  checksums: "none published; the first download is remembered and compared with",
  pairs: ["de-en", "en-de"],
  prepare: (options) =>
    preparePairs(iwslt14, "1", options, async (identity, folder) => {
      const archive = await fetchSource(ARCHIVE, "iwslt14", { ...options, earlier: earlierSources(folder) });
      const files = await textFiles(archive.path);
      const side = (read: (language: string) => string[]): TextPair[] => {
        const [sources, targets] = [read(identity.source), read(identity.target)];
        if (sources.length !== targets.length) throw unequal(archive.path, sources.length, targets.length);
        return sources.map((source, i) => ({ source, target: targets[i]! }));
      };
      const text = (name: string) => {
        const found = files.get(name);
        if (found === undefined) throw missing(archive.path, name);
        return found;
      };
      const all = side((language) => talkLines(text(`train.tags.de-en.${language}`)));
      const test = TEST_TALKS.flatMap((name) =>
        side((language) => readSegments(text(`IWSLT14.${name}.de-en.${language}.xml`), name)),
      );
      const isUsable = ({ source, target }: TextPair) => source !== "" && target !== "";
      const splits = {
        train: all.filter((pair, i) => i % VALID_EVERY !== VALID_EVERY - 1 && isUsable(pair)),
        valid: all.filter((pair, i) => i % VALID_EVERY === VALID_EVERY - 1 && isUsable(pair)),
        test,
      };
      return writeCorpus(folder, identity, splits, { empty: all.filter((pair) => !isUsable(pair)).length }, [
        recordOf(archive),
      ]);
    }),
};

/** Texts of an archive by the name of the file alone. */
async function textFiles(path: string): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  for await (const member of archiveMembers(path)) {
    const name = member.path.slice(member.path.lastIndexOf("/") + 1);
    if (/^(train\.tags|IWSLT14\.)/.test(name)) files.set(name, (await memberBytes(member)).toString("utf8"));
  }
  return files;
}

/** Lines of talks, without those that describe a talk: the sentences are what stands outside of any tag. */
function talkLines(text: string): string[] {
  const lines = text
    .split("\n")
    .filter(
      (line) =>
        !/^\s*<\/?(url|keywords|speaker|talkid|reviewer|translator|doc|title|description|transcript)\b/.test(line),
    );
  if (lines.at(-1) === "") lines.pop();
  return lines.map((line) => line.replace(/\s+/g, " ").trim());
}

function unequal(where: string, sources: number, targets: number): DataError {
  return new DataError(`The two sides have different numbers of lines: ${sources} and ${targets}.`, {
    where,
    nextStep: "Delete the archive and fetch it again.",
  });
}

function missing(where: string, name: string): DataError {
  return new DataError(`The archive lacks ${name}.`, { where, nextStep: "Delete the archive and fetch it again." });
}
