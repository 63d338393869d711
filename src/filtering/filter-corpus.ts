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
  type EncodedBlock,
  type EncodingRules,
  KEPT,
  type PairBlock,
  PairEncoder,
  type PieceEncoder,
  reasonOf,
  verdictOf,
} from "../data/shards/pair-encoder.ts";
import { guardWrite } from "../data/shards/prepared-folder.ts";
import { alone } from "../parallel/alone.ts";
import type { Communicator } from "../parallel/communicator.ts";
import { followWork, LedWork, ledInOrder } from "../parallel/led-work.ts";
import { oneEach, partsByWeight } from "../parallel/parts.ts";
import { bestShare, dualCrossEntropy } from "./dual-cross-entropy.ts";
import { ScoreFile } from "./score-file.ts";

/** Pairs that a rank scores between two writes. */
const SCORED_TOGETHER = 2000;

/** A text and its translation. */
interface TextPair {
  source: string;
  target: string;
}

/** Scores pairs by two models. */
export interface PairScorer {
  /** Of models and engine; other scores have another one. */
  identity: string;
  /** Cross-entropies by piece, forward and backward, of each pair. */
  score(pairs: readonly TextPair[]): Promise<(readonly [number, number])[]>;
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
  /** Default: this process alone. */
  ranks?: Communicator;
}

/** `filter.json` */
export interface FilterRecord extends CleaningReport {
  /** How many pairs have scores; absent without models. */
  scored?: number;
  /** The largest dual cross-entropy that was kept. */
  worstKept?: number;
}

/**
 * The same files for any number of ranks, after any number of stops: in a job rank 0 calls it and reads and writes, the others call `followFilter`. Throws
 * DataError for texts that cannot be read, where nothing is left, and where the folder cannot be written.
 */
export async function filterCorpus(options: FilterOptions): Promise<FilterRecord> {
  const { pathSrc, pathTgt, folder, scorer, ranks = alone } = options;
  guardWrite(folder, () => mkdirSync(folder, { recursive: true }));
  const verdicts = await verdictsOf(options, new LedWork(ranks, await judging(options)), ranks.size);
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

/** What the other ranks of a job do meanwhile: they apply rules, and score. */
export async function followFilter(ranks: Communicator, options: FilterOptions): Promise<void> {
  await followWork(ranks, await judging(options));
  if (options.scorer !== undefined) await followWork(ranks, scoring(options.scorer));
}

function scoring(scorer: PairScorer) {
  return async (pairs: TextPair[]) => (pairs.length === 0 ? [] : scorer.score(pairs));
}

/** Pieces are of no interest here: every text has one. */
const onePiece: PieceEncoder = { size: 4, bosId: 2, eosId: 3, encode: () => [0] };

/** What the rules say of a block's pairs by themselves. */
type Judged = Pick<EncodedBlock, "lines" | "verdicts" | "hashes" | "sketches">;

async function judging({ cleaning, languages, dropDuplicates }: FilterOptions) {
  const rules: EncodingRules = { cleaning, languages, dropDuplicates, maxLengths: { source: 1, target: 1 } };
  const encoder = await PairEncoder.create(rules, onePiece);
  return async (blocks: PairBlock[]): Promise<Judged[]> =>
    blocks.map((block) => {
      const { lines, verdicts, hashes, sketches } = encoder.encode(block);
      return { lines, verdicts, hashes, sketches };
    });
}

/** [pairs] What the rules say of each pair (pair-encoder.ts). */
async function verdictsOf(
  { pathSrc, pathTgt, cleaning, dropDuplicates }: FilterOptions,
  led: LedWork<PairBlock, Judged[]>,
  ranks: number,
): Promise<Uint8Array> {
  const seen = dropDuplicates ? new SeenPairs() : undefined;
  const window = cleaning.nearDuplicateWindow;
  const near = window === undefined ? undefined : new NearDuplicates(window);
  let verdicts = new Uint8Array(1 << 16);
  let pairs = 0;
  const add = (block: Judged) => {
    if (pairs + block.lines > verdicts.length) {
      const larger = new Uint8Array(2 * (pairs + block.lines));
      larger.set(verdicts);
      verdicts = larger;
    }
    for (let i = 0; i < block.lines; i++) {
      let verdict = block.verdicts[i]!;
      if (verdict === KEPT && seen?.add(block.hashes[2 * i]!, block.hashes[2 * i + 1]!) === false) {
        verdict = verdictOf("duplicate");
      } else if (verdict === KEPT && near?.add(block.sketches, SKETCH * i) === false) {
        verdict = verdictOf("near duplicate");
      }
      verdicts[pairs + i] = verdict;
    }
    pairs += block.lines;
  };
  const cut = (blocks: PairBlock[]) => oneEach(blocks, ranks);
  for await (const parts of ledInOrder(led, blocksTogether(pathSrc, pathTgt, ranks), cut)) {
    for (const block of parts.flat()) add(block);
  }
  await led.end();
  return verdicts.subarray(0, pairs);
}

/** Blocks, as many as there are ranks at a time. */
async function* blocksTogether(pathSrc: string, pathTgt: string, ranks: number): AsyncGenerator<PairBlock[]> {
  let together: PairBlock[] = [];
  let firstPair = 1;
  for await (const block of streamBlocks(pathSrc, pathTgt)) {
    together.push({ ...block, firstPair, done: 0 });
    firstPair += block.lines;
    if (together.length < ranks) continue;
    yield together;
    together = [];
  }
  if (together.length > 0) yield together;
}

/** Scores what is kept so far, and marks the worst of it. */
async function dropWorst(
  options: FilterOptions,
  scorer: PairScorer,
  verdicts: Uint8Array,
): Promise<{ scored: number; worstKept: number }> {
  const { pathSrc, pathTgt, folder, keepBest, progress, ranks = alone } = options;
  const file = new ScoreFile(folder, identityOf(options, scorer, verdicts));
  try {
    const led = new LedWork(ranks, scoring(scorer));
    const unscored = scoredTogether(keptPairs(pathSrc, pathTgt, verdicts, emptyReport()), file.count, ranks.size);
    const cut = (pairs: TextPair[]) => partsByWeight(pairs, ranks.size, weightOf);
    for await (const parts of ledInOrder(led, unscored, cut)) {
      file.append(parts.flat());
      progress?.(file.count);
    }
    await led.end();
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

/** The pairs after the first `done`, so many for each rank. */
async function* scoredTogether(
  kept: AsyncIterable<TextPair[]>,
  done: number,
  ranks: number,
): AsyncGenerator<TextPair[]> {
  let skipped = 0;
  let waiting: TextPair[] = [];
  for await (const pairs of kept) {
    for (const pair of pairs) {
      if (skipped < done) {
        skipped++;
        continue;
      }
      waiting.push(pair);
      if (waiting.length < ranks * SCORED_TOGETHER) continue;
      yield waiting;
      waiting = [];
    }
  }
  if (waiting.length > 0) yield waiting;
}

/** Of a pair's two texts; a short one takes time too. */
function weightOf({ source, target }: TextPair): number {
  return source.length + target.length + 1;
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
): AsyncGenerator<TextPair[]> {
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

function pairsOf({ source, target }: LineBlock): TextPair[] {
  const targets = linesOfBlock(target!);
  return linesOfBlock(source).map((text, i) => ({ source: text, target: targets[i]! }));
}
