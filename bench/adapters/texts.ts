/** The texts of a base and of several domains: corpora as `nmt data` writes them, a part of each domain's training text being the base's too. */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { writeFileAtomic } from "../../src/base/atomic-file.ts";
import { UsageError } from "../../src/base/errors.ts";
import { readAligned } from "../../src/data/files/corpus.ts";

/** Paths of a corpus without the language's ending. */
export interface CorpusPaths {
  name: string;
  languages: readonly [source: string, target: string];
  train: string;
  valid: string;
  test: string;
}

export interface AdapterTexts {
  base: CorpusPaths;
  domains: CorpusPaths[];
}

/** How domains' training text is divided. */
export interface Division {
  /** Of it, what the base is trained on too. */
  share: number;
  /** Pairs of the rest that a domain has at most; 0: all. */
  pairs: number;
  /** Where it is written. */
  folder: string;
}

/**
 * `general` and `domains` (with commas between) are folders `NAME/en-de` with train, valid and test. Writes what each is trained on. Throws UsageError
 * where a folder is none of these.
 */
export function prepareTexts(general: string, domains: string, { share, pairs, folder }: Division): AdapterTexts {
  const base = corpusIn(general);
  const found = domains.split(",").map((path) => corpusIn(path.trim()));
  const ofBase = [...pairsOf(base)];
  const rest = found.map((domain): CorpusPaths => {
    const own: Pair[] = [];
    for (const pair of pairsOf(domain)) (placeOf(pair.source) < share ? ofBase : own).push(pair);
    const name = pairs === 0 ? domain.name : `${domain.name}-${pairs}`;
    return { ...domain, train: write(join(folder, `${name}.train`), domain.languages, some(own, pairs)) };
  });
  return { base: { ...base, train: write(join(folder, "base.train"), base.languages, ofBase) }, domains: rest };
}

interface Pair {
  source: string;
  target: string;
}

/** Of all parts of the text: in the order of their places. */
function some(all: readonly Pair[], pairs: number): readonly Pair[] {
  if (pairs === 0) return all;
  const placed = all.map((pair) => ({ pair, place: placeOf(pair.source) }));
  const first = placed.sort((a, b) => a.place - b.place).slice(0, pairs);
  return first.map(({ pair }) => pair);
}

function corpusIn(path: string): CorpusPaths {
  const languages = basename(path).split("-");
  const corpus = { name: basename(dirname(path)), languages: languages as [string, string] };
  const paths = { train: join(path, "train"), valid: join(path, "valid"), test: join(path, "test") };
  const missing = Object.values(paths).find((each) => languages.some((ending) => !existsSync(`${each}.${ending}`)));
  if (languages.length === 2 && missing === undefined) return { ...corpus, ...paths };
  throw new UsageError(`there is no corpus in ${path === "" ? "no folder" : path}`, {
    where: missing ?? path,
    nextStep: "Give --general and --domains folders that nmt data wrote, such as data/multi30k/en-de.",
  });
}

function pairsOf({ train, languages: [source, target] }: CorpusPaths): Iterable<Pair> {
  return readAligned(`${train}.${source}`, `${train}.${target}`);
}

/** In [0, 1), of the letters of a text: texts that differ in figures and punctuation only are on one side. */
function placeOf(text: string): number {
  const letters = text
    .toLowerCase()
    .replace(/\P{L}+/gu, " ")
    .trim();
  return createHash("sha256").update(`b${letters}`).digest().readUInt32BE(0) / 2 ** 32;
}

function write(path: string, [source, target]: CorpusPaths["languages"], pairs: readonly Pair[]): string {
  writeFileAtomic(`${path}.${source}`, pairs.map((pair) => `${pair.source}\n`).join(""));
  writeFileAtomic(`${path}.${target}`, pairs.map((pair) => `${pair.target}\n`).join(""));
  return path;
}
