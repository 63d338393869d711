/**
 * Word alignments against hand-made ones: our own aligner's, learnt from a text, and those by the attention of models. Also how far attention agrees
 * with the aligner on held-out pairs.
 */
import { readFileSync } from "node:fs";
import { type AlignmentLink, formatLinks, parseLinks } from "../src/alignment/pharaoh.ts";
import { symmetrizations } from "../src/alignment/symmetrize.ts";
import { TextAligner, type TextPair } from "../src/alignment/text-aligner.ts";
import { loadAddon, startThreads } from "../src/backends/native/addon.ts";
import { threadCount } from "../src/base/threads.ts";
import { readAligned, readLines } from "../src/data/files/corpus.ts";
import { scorePairs } from "../src/decoding/force-score.ts";
import { hardAlignment } from "../src/decoding/words/word-alignment.ts";
import { loadTranslationModel } from "../src/inference/open-model.ts";
import { WordpieceModel } from "../src/text/wordpiece-model.ts";
import { trainWordpieces } from "../src/text/wordpiece-trainer.ts";
import { type Figure, rounded } from "./figures.ts";
import type { Benchmark } from "./main.ts";
import { readOptions } from "./options.ts";

const defaults = {
  ...{ src: "", tgt: "", gold: "test/alignment/gold.en-de.tsv" },
  ...{ "held-out-src": "", "held-out-tgt": "", most: 500 },
  ...{ models: "", wordpieces: "", vocab: 8000, threads: 2 },
  ...{ "lexicon-iterations": 5, "hmm-iterations": 4 },
} as const;

/** A pair with its alignment by hand. */
interface GoldPair extends TextPair {
  sure: ReadonlySet<string>;
  /** And the sure ones. */
  possible: ReadonlySet<string>;
}

/** Rows of source, target and links, tabs between them; a sure link is `0-0`, one that may as well be missing `0?0`. */
function readGold(path: string): GoldPair[] {
  return readFileSync(path, "utf8")
    .trimEnd()
    .split("\n")
    .map((row, i) => {
      const [source, target, links] = row.split("\t");
      const linksOf = (text: string) => new Set(parseLinks(text, () => `${path}:${i + 1}`).map(keyOf));
      const sure = links!.split(" ").filter((link) => link.includes("-"));
      return {
        ...{ source: source!, target: target! },
        ...{ sure: linksOf(sure.join(" ")), possible: linksOf(links!.replaceAll("?", "-")) },
      };
    });
}

const keyOf = (link: AlignmentLink) => formatLinks([link]);

/** 1 − (|A ∩ S| + |A ∩ P|) / (|A| + |S|), in per cent (Och and Ney 2003, section 6.1). */
function errorRate(found: readonly (readonly AlignmentLink[])[], gold: readonly GoldPair[]): number {
  let [hits, all] = [0, 0];
  for (const [n, { sure, possible }] of gold.entries()) {
    for (const link of found[n]!) hits += (sure.has(keyOf(link)) ? 1 : 0) + (possible.has(keyOf(link)) ? 1 : 0);
    all += found[n]!.length + sure.size;
  }
  return rounded(100 * (1 - hits / all), 1);
}

/** Twice the links of both over the links of each, in per cent. */
function agreement(some: readonly (readonly AlignmentLink[])[], others: readonly (readonly AlignmentLink[])[]): number {
  let [both, all] = [0, 0];
  for (const [n, links] of some.entries()) {
    const known = new Set(others[n]!.map(keyOf));
    both += links.filter((link) => known.has(keyOf(link))).length;
    all += links.length + known.size;
  }
  return rounded((200 * both) / all, 1);
}

export const run: Benchmark = async (argv) => {
  const options = readOptions(argv, defaults);
  const gold = readGold(options.gold);
  const heldOut =
    options["held-out-src"] === "" ? [] : [...readAligned(options["held-out-src"], options["held-out-tgt"])];
  const tested = heldOut.slice(0, options.most);
  const addon = loadAddon();
  startThreads(addon, threadCount(options.threads));
  const wordpieces =
    options.wordpieces === ""
      ? trainWordpieces([...readLines(options.src), ...readLines(options.tgt)], { vocabSize: options.vocab })
      : WordpieceModel.load(options.wordpieces);
  const aligner = new TextAligner(wordpieces);
  for (const pair of [...readAligned(options.src, options.tgt), ...tested, ...gold]) aligner.add(pair);
  const started = performance.now();
  aligner.learn(addon, { iterations: { lexicon: options["lexicon-iterations"], hmm: options["hmm-iterations"] } });
  const figures: Record<string, Figure> = {
    pairs: aligner.pairs,
    wordpieces: wordpieces.size,
    learn_s: rounded((performance.now() - started) / 1000, 1),
    gold_pairs: gold.length,
  };
  for (const how of symmetrizations) {
    figures[`aer_${how}`] = errorRate(aligner.align(gold, how).map(known), gold);
  }
  const aligned = aligner.align(tested, "grow-diag-final").map(known);
  for (const directory of options.models.split(",").filter((name) => name !== "")) {
    const loaded = await loadTranslationModel(directory, { threads: options.threads });
    const byAttention = async (pairs: readonly TextPair[]) => {
      const scores = await scorePairs(loaded, pairs, { withAlignment: true });
      return scores.map(({ alignment }) => hardAlignment(alignment!));
    };
    figures[`aer_${directory}`] = errorRate(await byAttention(gold), gold);
    if (tested.length > 0) figures[`f1_${directory}`] = agreement(await byAttention(tested), aligned);
    loaded.model.dispose();
  }
  return figures;
};

function known(links: AlignmentLink[] | undefined): AlignmentLink[] {
  return links ?? [];
}
