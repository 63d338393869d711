/**
 * A corpus recipe of your own: a file of tab-separated pairs becomes training, validation and test files, with counts, licence
 * and checksums in corpus.json, as those of `nmt data` do:
 *
 *   npx tsx examples/custom-corpus.ts PAIRS.tsv FOLDER
 */
import { readFileSync } from "node:fs";
import { alreadyPrepared, chosenPairs, type Recipe, splitPairs, type TextPair, writeCorpus } from "gnmt-moe/corpora";

const [file, folder] = process.argv.slice(2);
if (file === undefined || folder === undefined) {
  console.error("usage: custom-corpus.ts PAIRS.tsv FOLDER");
  process.exit(2);
}

const phrasebook: Recipe = {
  name: "phrasebook",
  description: "Sentences of a phrase book",
  licence: "your own",
  origin: file,
  size: "nothing to download",
  checksums: "none",
  pairs: ["en-de"],

  async prepare({ pairs, output }) {
    const [pair] = chosenPairs(phrasebook, pairs);
    const identity = { recipe: phrasebook, version: "1", pair: pair!, source: "en", target: "de" };
    // A folder whose checksums are right is not written again; a new `version` makes it so.
    const prepared = alreadyPrepared(output, identity);
    if (prepared !== undefined) return [prepared];
    // By a hash of the source's letters: no text is in two splits, whatever is added later. Shares are parts of 10,000.
    const { splits, dropped } = splitPairs(readPairs(file), { valid: 500, test: 500 }, whyUnusable);
    return [writeCorpus(output, identity, splits, dropped)];
  },
};

function readPairs(path: string): TextPair[] {
  const rows = readFileSync(path, "utf8").replace(/\n$/, "").split("\n");
  return rows.map((row) => row.split("\t")).map(([source = "", target = ""]) => ({ source, target }));
}

/** Names what is wrong with a pair, for the counts of corpus.json; undefined for a good one. */
function whyUnusable({ source, target }: TextPair): string | undefined {
  if (source.trim() === "" || target.trim() === "") return "empty side";
  return source === target ? "not translated" : undefined;
}

const [prepared] = await phrasebook.prepare({ output: folder });
const { lines, unchanged } = prepared!;
console.log(
  `${unchanged ? "found" : "wrote"} ${lines.train} training, ${lines.valid} validation, ${lines.test} test pairs`,
);
