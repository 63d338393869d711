/** The alignments that attention is to follow: of each training corpus from its file, or from our own aligner, stored beside its shards once. */
import { createHash } from "node:crypto";
import { alignPieces } from "../alignment/align-pieces.ts";
import { Aligner, type AlignerOptions } from "../alignment/aligner.ts";
import { loadAddon, startThreads } from "../backends/native/addon.ts";
import { nativeBackend } from "../backends/native/backend.ts";
import type { AlignmentKernels } from "../backends/native/kernels/alignment.ts";
import { threadCount } from "../base/threads.ts";
import type { Config } from "../config/config.ts";
import { corporaOf, type NamedCorpus } from "../config/corpora.ts";
import type { TrainingCorpus } from "../data/batches/batch-reader.ts";
import { textFiles } from "../data/files/text-files.ts";
import { identifyText } from "../data/files/text-identity.ts";
import { GivenLinks } from "../data/shards/given-links.ts";
import { type LinkSource, type PreparedLinks, readLinks, writeLinks } from "../data/shards/links.ts";
import { type PreparedCorpus, readPrepared } from "../data/shards/prepared-folder.ts";
import type { WordpieceModel } from "../text/wordpiece-model.ts";
import { readParallelText } from "./parallel-text.ts";

/** Changes when the same corpora would get other alignments. */
const VERSION = 1;
/** Pairs that the aligner learns from, at most; all are aligned. */
const MOST_PAIRS = 2_000_000;
/** Of EM. */
const ITERATIONS = { lexicon: 5, hmm: 4 };

/** A corpus that is prepared, as the configuration names it. */
interface CorpusToAlign {
  corpus: NamedCorpus;
  prepared: PreparedCorpus;
}

/**
 * `corpora` are those of the configuration, prepared and in its order; those that get alignments are returned with them. Throws DataError for what is no alignment
 * of a corpus, BackendError where our own aligner cannot run.
 */
export async function alignCorpora(
  config: Config,
  wordpieces: WordpieceModel,
  corpora: readonly TrainingCorpus[],
  onMessage: (message: string) => void,
): Promise<TrainingCorpus[]> {
  if (config.guidedAlignment === "none") return [...corpora];
  const all = corporaOf(config, "train").map((corpus, i) => ({ corpus, prepared: readPrepared(corpora[i]!.folder) }));
  const fingerprints = new Map<NamedCorpus, string>();
  for (const each of all) {
    if (each.corpus.pathAlign === undefined) continue;
    fingerprints.set(each.corpus, await fromFile(config, wordpieces, each, onMessage));
  }
  if (config.guidedAlignment === "auto") {
    const without = all.filter(({ corpus }) => corpus.pathAlign === undefined);
    for (const group of byLanguages(without)) {
      const fingerprint = groupFingerprint(config, group);
      await fromAligner(config, wordpieces, group, fingerprint, onMessage);
      for (const { corpus } of group) fingerprints.set(corpus, linksFingerprint(corpus, fingerprint));
    }
  }
  return corpora.map((each, i) => ({ ...each, links: fingerprints.get(all[i]!.corpus) }));
}

async function fromFile(
  config: Config,
  wordpieces: WordpieceModel,
  { corpus, prepared }: CorpusToAlign,
  onMessage: (message: string) => void,
): Promise<string> {
  const { pathSrc, pathTgt, pathAlign } = corpus;
  const texts = textFiles(pathAlign!).map((file) => identifyText(file));
  const hashes = texts.map(({ sha256, column }) => `${sha256}#${column ?? 0}`);
  const fingerprint = hash({ VERSION, corpus: prepared.fingerprint, hashes });
  if (isAligned(prepared, fingerprint)) return fingerprint;
  const aligned = {
    pathSrc: pathSrc!,
    pathTgt: pathTgt!,
    pathAlign: pathAlign!,
    wordpieces,
    tagged: config.targetTags,
  };
  const given = new GivenLinks(aligned);
  try {
    onMessage(summary(corpus, prepared, await writeLinks(prepared, fingerprint, given)));
  } finally {
    await given.close();
  }
  return fingerprint;
}

/** Corpora of one language pair share an aligner. */
async function fromAligner(
  config: Config,
  wordpieces: WordpieceModel,
  group: readonly CorpusToAlign[],
  fingerprint: string,
  onMessage: (message: string) => void,
): Promise<void> {
  if (group.every(({ corpus, prepared }) => isAligned(prepared, linksFingerprint(corpus, fingerprint)))) return;
  const kernels = alignmentKernels(config);
  const withoutTags = config.targetTags;
  const folders = group.map(({ prepared }) => prepared.folder);
  const text = readParallelText(folders, wordpieces, { most: MOST_PAIRS, withoutTags });
  const options: AlignerOptions = { pieces: wordpieces.size, iterations: ITERATIONS };
  onMessage(`learning word alignments from ${text.source.starts.length - 1} pairs of ${namesOf(group)}`);
  const aligner = Aligner.learn(kernels, text, { ...options, onMessage });
  const source: LinkSource = { of: (pairs) => alignPieces(aligner, pairs, wordpieces, withoutTags) };
  for (const { corpus, prepared } of group) {
    const own = linksFingerprint(corpus, fingerprint);
    if (!isAligned(prepared, own)) onMessage(summary(corpus, prepared, await writeLinks(prepared, own, source)));
  }
}

function isAligned({ folder }: PreparedCorpus, fingerprint: string): boolean {
  return readLinks(folder, fingerprint) !== undefined;
}

/** The addon of the backend that trains, or of its own where that is another one. */
function alignmentKernels({ threads }: Config): AlignmentKernels {
  const native = nativeBackend();
  if (native !== undefined) return native.addon;
  const addon = loadAddon();
  startThreads(addon, threadCount(threads));
  return addon;
}

function byLanguages(corpora: readonly CorpusToAlign[]): CorpusToAlign[][] {
  const groups = new Map<string, CorpusToAlign[]>();
  for (const each of corpora) {
    const { srcLang, tgtLang } = each.corpus;
    const key = `${srcLang}-${tgtLang}`;
    groups.set(key, [...(groups.get(key) ?? []), each]);
  }
  return [...groups.values()];
}

/** Whatever the aligner learns from. */
function groupFingerprint({ targetTags }: Config, group: readonly CorpusToAlign[]): string {
  const corpora = group.map(({ prepared }) => prepared.fingerprint);
  return hash({ VERSION, MOST_PAIRS, ITERATIONS, targetTags, corpora });
}

/** The same corpus may be there twice. */
function linksFingerprint({ name }: NamedCorpus, group: string): string {
  return hash({ group, name });
}

function hash(value: object): string {
  return createHash("sha256").update(JSON.stringify(value)).digest("hex");
}

function namesOf(group: readonly CorpusToAlign[]): string {
  return group.map(({ corpus }) => corpus.name).join(", ");
}

function summary({ name }: NamedCorpus, { pairs }: PreparedCorpus, { aligned, links }: PreparedLinks): string {
  const each = (links / Math.max(1, pairs)).toFixed(1);
  return `${name}: ${aligned} of ${pairs} pairs have alignments, ${each} links between wordpieces each`;
}
