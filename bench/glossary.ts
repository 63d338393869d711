/**
 * What a glossary does to translations of a test set: nouns of the training text with the words that they are mostly aligned to; how many of these are in
 * the translations, BLEU and time, without the glossary and with it.
 */
import { type SizedWordpieces, TextAligner, type TextPair } from "../src/alignment/text-aligner.ts";
import { loadAddon } from "../src/backends/native/addon.ts";
import { readAligned } from "../src/data/files/corpus.ts";
import { Translator } from "../src/decoding/translator.ts";
import { findTerms, Glossary } from "../src/glossary/glossary.ts";
import type { GlossaryEntry } from "../src/glossary/glossary-entry.ts";
import { loadTranslationModel } from "../src/inference/open-model.ts";
import { corpusBleu } from "../src/metrics/index.ts";
import { missingTerms } from "../src/segments/glossary-terms.ts";
import { textCounts } from "../src/segments/text-counts.ts";
import { translateTexts } from "../src/segments/translate-text.ts";

import { type Row, rounded } from "./figures.ts";
import type { Benchmark } from "./main.ts";
import { readOptions } from "./options.ts";

const defaults = {
  ...{ model: "", "train-src": "", "train-tgt": "", src: "", ref: "" },
  ...{ terms: 100, "least-count": 20, share: 0.1, "beam-size": 5, threads: 2 },
  show: false,
} as const;

export const run: Benchmark = async (argv) => {
  const options = readOptions(argv, defaults);
  const loaded = await loadTranslationModel(options.model, { threads: options.threads });
  try {
    const train = [...readAligned(options["train-src"], options["train-tgt"])];
    const nouns = nounsOf(train, loaded.wordpieces as SizedWordpieces, options);
    const test = [...readAligned(options.src, options.ref)];
    const beam = {
      beamSize: options["beam-size"],
      nBest: options["beam-size"],
      unspellableTerms: "leave-out",
    } as const;
    const translator = new Translator(loaded, beam, () => {});
    const measure = async (name: string, glossaries: readonly Glossary[], pairs: readonly TextPair[]): Promise<Row> => {
      const counts = textCounts();
      const began = performance.now();
      const sources = pairs.map(({ source }) => source);
      const how = { masks: "verbatim", sentences: false, glossaries, counts } as const;
      const found = await translateTexts((lines) => translator.translate(lines), sources, how);
      const seconds = (performance.now() - began) / 1000;
      const references = pairs.map(({ target }) => target);
      return {
        ...{ glossary: name, bleu: rounded(corpusBleu(found, [references]).score, 2), seconds: rounded(seconds) },
        ...{ first_present: present(sources, found, nouns.one), any_present: present(sources, found, nouns.all) },
        ...{ asked: counts.terms, missing: counts.termsMissing },
      };
    };
    await measure("", [], test.slice(0, 64));
    const one = [new Glossary(nouns.one)];
    const all = [new Glossary(nouns.all)];
    const rows = [await measure("none", [], test), await measure("one wording", one, test)];
    rows.push(await measure("all wordings", all, test), await measure("none", [], test));
    const [sources, references] = [test.map(({ source }) => source), test.map(({ target }) => target)];
    const reference = { first: present(sources, references, nouns.one), any: present(sources, references, nouns.all) };
    const entries = nouns.all.map(({ source, targets }) => `${source}: ${targets.join(", ")}`).join("; ");
    return {
      ...{ terms: nouns.all.length, wordings: nouns.all.flatMap(({ targets }) => targets).length },
      ...{ sentences: test.length, in_reference: `${reference.first} first, ${reference.any} any` },
      ...(options.show && { entries }),
      translations: rows,
    };
  } finally {
    loaded.model.dispose();
  }
};

/** Per cent of the terms of all sources that the translation has a wording of. */
function present(
  sources: readonly string[],
  translations: readonly string[],
  entries: readonly GlossaryEntry[],
): number {
  const glossaries = [new Glossary(entries)];
  const terms = sources.map((source) => findTerms(glossaries, source).map(({ entry }) => entry.targets));
  const all = terms.reduce((sum, { length }) => sum + length, 0);
  const missing = terms.reduce((sum, own, i) => sum + missingTerms(translations[i]!, own).length, 0);
  return rounded((100 * (all - missing)) / all);
}

/**
 * The most frequent words of the source that are mostly aligned to one with a capital inside a sentence, as German nouns have it: each with the most frequent of
 * these (`one`), and with all that have a share of its links.
 */
function nounsOf(
  pairs: readonly TextPair[],
  wordpieces: SizedWordpieces,
  { terms, share, "least-count": least }: { terms: number; share: number; "least-count": number },
): { one: GlossaryEntry[]; all: GlossaryEntry[] } {
  const aligner = new TextAligner(wordpieces);
  for (const pair of pairs) aligner.add(pair);
  aligner.learn(loadAddon(), { iterations: { lexicon: 5, hmm: 4 } });
  const links = aligner.align(pairs, "intersection");
  const counts = new Map<string, Map<string, number>>();
  for (const [n, { source, target }] of pairs.entries()) {
    const [words, translation] = [source.split(/\s+/), target.split(/\s+/)];
    for (const link of links[n] ?? []) {
      const word = plain(words[link.source] ?? "");
      const other = plain(translation[link.target] ?? "");
      if (link.target === 0 || !/^\p{Ll}+$/u.test(word) || other === "") continue;
      const own = counts.get(word) ?? new Map<string, number>();
      counts.set(word, own.set(other, (own.get(other) ?? 0) + 1));
    }
  }
  const nouns = [...counts].flatMap(([source, others]) => {
    const sum = [...others.values()].reduce((a, b) => a + b, 0);
    const best = [...others].sort(([, a], [, b]) => b - a);
    const isNoun = sum >= least && /^\p{Lu}\p{Ll}+$/u.test(best[0]![0]) && best[0]![1] >= sum / 2;
    const targets = best.filter(([word, count]) => count >= share * sum && /^\p{Lu}/u.test(word)).map(([word]) => word);
    return isNoun ? [{ source, sum, targets }] : [];
  });
  const chosen = nouns.sort((a, b) => b.sum - a.sum).slice(0, terms);
  return {
    one: chosen.map(({ source, targets }) => ({ source, targets: targets.slice(0, 1) })),
    all: chosen.map(({ source, targets }) => ({ source, targets })),
  };
}

/** Without punctuation at its edges. */
function plain(word: string): string {
  return word.replace(/^[^\p{L}]+|[^\p{L}]+$/gu, "");
}
