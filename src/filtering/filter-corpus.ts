/** A corpus without the pairs that rules drop and, where models score it, without the worst of the others: plain files again, and a report. */
import { createHash } from "node:crypto";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { AtomicFile, writeFileAtomic } from "../base/atomic-file.ts";
import { DataError } from "../base/errors.ts";
import { type CleaningOptions, type CleaningReport, count, emptyReport } from "../data/cleaning/clean.ts";
import { NearDuplicates, SKETCH } from "../data/cleaning/near-duplicates.ts";
import { reportHtml } from "../data/cleaning/report-html.ts";
import { SeenPairs } from "../data/cleaning/seen-pairs.ts";
import { type LineBlock, linesOfBlock, streamBlocks } from "../data/files/line-blocks.ts";
import { textFiles } from "../data/files/text-files.ts";
import { identifyText } from "../data/files/text-identity.ts";
import {
  type EncodingRules,
  KEPT,
  PairEncoder,
  type PieceEncoder,
  reasonOf,
  verdictOf,
} from "../data/shards/pair-encoder.ts";
import { guardWrite } from "../data/shards/prepared-folder.ts";
import { bestShare, dualCrossEntropy } from "./dual-cross-entropy.ts";
import { ScoreFile } from "./score-file.ts";

/** Pairs that are scored between two writes. */
const SCORED_TOGETHER = 2000;

/** Scores pairs by two models. */
export interface PairScorer {
  /** Of models and engine; other scores have another one. */
  identity: string;
  /** Cross-entropies by piece, forward and backward, of each pair. */
  score(pairs: readonly { source: string; target: string }[]): Promise<(readonly [number, number])[]>;
}

export interface FilterOptions {
  pathSrc: string;
  pathTgt: string;
  languages: readonly [source: string, target: string];
  cleaning: CleaningOptions;
  dropDuplicates: boolean;
  /** Written: `train.xx`, `train.yy`, `filter.json`, `cleaning.html`; the scores meanwhile. */
  folder: string;
  /** Absent: no scores. */
  scorer?: PairScorer | undefined;
  /** Share of the scored pairs that are kept. */
  keepBest: number;
  /** Told now and then how many pairs have scores. */
  progress?: ((pairs: number) => void) | undefined;
}

/** `filter.json` */
export interface FilterRecord extends CleaningReport {
  /** How many pairs have scores; absent without models. */
  scored?: number;
  /** The largest dual cross-entropy that was kept. */
  worstKept?: number;
}

/**
 * The same files for any number of threads, after any number of stops. Throws DataError for texts that cannot be read, where nothing is left, and where
 * the folder cannot be written.
 */
export async function filterCorpus(options: FilterOptions): Promise<FilterRecord> {
  const { pathSrc, pathTgt, folder, scorer } = options;
  guardWrite(folder, () => mkdirSync(folder, { recursive: true }));
  const verdicts = await verdictsOf(options);
  let scores: { scored: number; worstKept: number } | undefined;
  if (scorer !== undefined) scores = await dropWorst(options, scorer, verdicts);
  const report = emptyReport();
  const names = options.languages.map((language) => join(folder, `train.${language}`));
  const files = names.map((name) => new AtomicFile(name));
  try {
    for await (const pairs of keptPairs(pathSrc, pathTgt, verdicts, report)) {
      guardWrite(folder, () => {
        files[0]!.append(pairs.map(({ source }) => `${source}\n`).join(""));
        files[1]!.append(pairs.map(({ target }) => `${target}\n`).join(""));
      });
    }
    if (report.kept === 0) {
      throw new DataError("No pair is left.", { where: pathSrc, nextStep: "Loosen the rules; nothing was written." });
    }
    guardWrite(folder, () => {
      for (const file of files) file.commit();
    });
  } finally {
    for (const file of files) file.abort();
  }
  const record: FilterRecord = { ...report, ...scores };
  writeFileAtomic(join(folder, "filter.json"), `${JSON.stringify(record, null, 2)}\n`);
  writeFileAtomic(join(folder, "cleaning.html"), reportHtml(pathSrc, report));
  return record;
}

/** Pieces are of no interest here: every text has one. */
const onePiece: PieceEncoder = { size: 4, bosId: 2, eosId: 3, encode: () => [0] };

/** [pairs] What the rules say of each pair (pair-encoder.ts). */
async function verdictsOf(options: FilterOptions): Promise<Uint8Array> {
  const { pathSrc, pathTgt, languages, cleaning, dropDuplicates } = options;
  const rules: EncodingRules = { cleaning, languages, dropDuplicates, maxLengths: { source: 1, target: 1 } };
  const encoder = await PairEncoder.create(rules, onePiece);
  const seen = dropDuplicates ? new SeenPairs() : undefined;
  const window = cleaning.nearDuplicateWindow;
  const near = window === undefined ? undefined : new NearDuplicates(window);
  let verdicts = new Uint8Array(1 << 16);
  let pairs = 0;
  for await (const block of streamBlocks(pathSrc, pathTgt)) {
    const encoded = encoder.encode({ ...block, firstPair: pairs + 1, done: 0 });
    if (pairs + block.lines > verdicts.length) {
      const larger = new Uint8Array(2 * (pairs + block.lines));
      larger.set(verdicts);
      verdicts = larger;
    }
    for (let i = 0; i < block.lines; i++) {
      let verdict = encoded.verdicts[i]!;
      if (verdict === KEPT && seen?.add(encoded.hashes[2 * i]!, encoded.hashes[2 * i + 1]!) === false) {
        verdict = verdictOf("duplicate");
      } else if (verdict === KEPT && near?.add(encoded.sketches, SKETCH * i) === false) {
        verdict = verdictOf("near duplicate");
      }
      verdicts[pairs + i] = verdict;
    }
    pairs += block.lines;
  }
  return verdicts.subarray(0, pairs);
}

/** Scores what is kept so far, and marks the worst of it. */
async function dropWorst(
  options: FilterOptions,
  scorer: PairScorer,
  verdicts: Uint8Array,
): Promise<{ scored: number; worstKept: number }> {
  const { pathSrc, pathTgt, folder, keepBest, progress } = options;
  const file = new ScoreFile(folder, identityOf(options, scorer, verdicts));
  try {
    let done = 0;
    let waiting: { source: string; target: string }[] = [];
    const score = async () => {
      file.append(await scorer.score(waiting));
      waiting = [];
      progress?.(file.count);
    };
    for await (const pairs of keptPairs(pathSrc, pathTgt, verdicts, emptyReport())) {
      for (const pair of pairs) {
        if (done++ < file.count + waiting.length) continue;
        waiting.push(pair);
        if (waiting.length === SCORED_TOGETHER) await score();
      }
    }
    if (waiting.length > 0) await score();
    const numbers = file.read();
    const values = Float64Array.from({ length: file.count }, (_, i) =>
      dualCrossEntropy({ forward: numbers[2 * i]!, backward: numbers[2 * i + 1]! }),
    );
    const best = bestShare(values, keepBest);
    let [at, worstKept] = [0, 0];
    for (const [pair, verdict] of verdicts.entries()) {
      if (verdict !== KEPT) continue;
      if (best[at] === 0) verdicts[pair] = verdictOf("badly scored");
      else worstKept = Math.max(worstKept, values[at]!);
      at++;
    }
    return { scored: values.length, worstKept };
  } finally {
    file.close();
  }
}

/** Scores belong to the texts, to what the rules keep of them, and to the models. */
function identityOf({ pathSrc, pathTgt }: FilterOptions, { identity }: PairScorer, verdicts: Uint8Array): string {
  const texts = [pathSrc, pathTgt].flatMap((path) =>
    textFiles(path).map((file) => `${identifyText(file).sha256}#${file.column ?? 0}`),
  );
  return createHash("sha256").update(JSON.stringify({ texts, identity })).update(verdicts).digest("hex");
}

/** Pairs that are kept, by block; all are counted in the report. */
async function* keptPairs(
  pathSrc: string,
  pathTgt: string,
  verdicts: Uint8Array,
  report: CleaningReport,
): AsyncGenerator<{ source: string; target: string }[]> {
  let before = 0;
  for await (const block of streamBlocks(pathSrc, pathTgt)) {
    const pairs = pairsOf(block);
    const kept = pairs.filter((pair, i) => {
      const verdict = verdicts[before + i]!;
      count(report, reasonOf(verdict), before + i + 1, () => pair);
      return verdict === KEPT;
    });
    before += pairs.length;
    if (kept.length > 0) yield kept;
  }
}

function pairsOf({ source, target }: LineBlock): { source: string; target: string }[] {
  const targets = linesOfBlock(target!);
  return linesOfBlock(source).map((text, i) => ({ source: text, target: targets[i]! }));
}
