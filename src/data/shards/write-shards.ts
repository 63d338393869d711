/** Writes the shards of a corpus: leaves out duplicates among its encoded blocks, counts what is dropped, and can go on after a stop. */
import { join } from "node:path";
import { count, emptyReport } from "../cleaning/clean.ts";
import { NearDuplicates, SKETCH } from "../cleaning/near-duplicates.ts";
import { SeenPairs } from "../cleaning/seen-pairs.ts";
import { linesOfBlock } from "../files/line-blocks.ts";
import { type EncodedBlock, type EncodingRules, KEPT, reasonOf, verdictOf } from "./pair-encoder.ts";
import {
  guardWrite,
  readJson,
  shardFingerprint,
  shardPath,
  shardsExist,
  type Unfinished,
  writeJson,
} from "./prepared-folder.ts";
import { type IdBytes, RECORD_HEAD } from "./shard.ts";
import { ShardWriter } from "./shard-writer.ts";

const UNFINISHED = "unfinished.json";

/** How far an earlier run of the same preparation came, or the start. */
export function startFrom(folder: string, fingerprint: string): Unfinished {
  const earlier = readJson<Unfinished>(join(folder, UNFINISHED));
  if (earlier?.fingerprint === fingerprint && shardsExist(folder, earlier.shards)) return earlier;
  return { fingerprint, shards: 0, lines: 0, longest: { source: 0, target: 0 }, report: emptyReport() };
}

export class ShardSeries {
  readonly state: Unfinished;
  private readonly folder: string;
  private readonly shardBytes: number;
  private readonly idBytes: IdBytes;
  private readonly seen: SeenPairs | undefined;
  private readonly near: NearDuplicates | undefined;
  private readonly writer: ShardWriter;

  /** Goes on from `state`, given all blocks from the first. */
  constructor(folder: string, state: Unfinished, rules: EncodingRules, idBytes: IdBytes, shardBytes: number) {
    this.folder = folder;
    this.state = state;
    this.shardBytes = shardBytes;
    this.idBytes = idBytes;
    this.seen = rules.dropDuplicates ? new SeenPairs() : undefined;
    const window = rules.cleaning.nearDuplicateWindow;
    this.near = window === undefined ? undefined : new NearDuplicates(window);
    this.writer = new ShardWriter(idBytes);
  }

  add(block: EncodedBlock): void {
    const { state, writer, idBytes } = this;
    const { lines, done, firstPair, lengths, records } = block;
    const { longest, report } = state;
    const texts = new BlockTexts(block);
    let from = 0;
    for (let i = 0; i < lines; i++) {
      const verdict = this.verdict(block, i);
      if (i < done) continue;
      const [source, target] = [lengths[2 * i]!, lengths[2 * i + 1]!];
      const to = target === 0 ? from : from + RECORD_HEAD + idBytes * (source + target);
      if (verdict === KEPT) {
        writer.addRecord(records, from, to, source, target);
        if (source > longest.source) longest.source = source;
        if (target >= longest.target) longest.target = target + 1;
      }
      count(report, reasonOf(verdict), firstPair + i, () => texts.pair(i));
      state.lines = firstPair + i;
      from = to;
      if (writer.bytes >= this.shardBytes) this.flush();
    }
  }

  /** Writes what is left. */
  finish(): Unfinished {
    this.flush();
    return this.state;
  }

  /** Of the texts first, then of those before them, then of the pieces. */
  private verdict(block: EncodedBlock, i: number): number {
    const { verdicts, pieceVerdicts, hashes, sketches } = block;
    if (verdicts[i] !== KEPT) return verdicts[i]!;
    if (this.seen?.add(hashes[2 * i]!, hashes[2 * i + 1]!) === false) return verdictOf("duplicate");
    if (this.near?.add(sketches, SKETCH * i) === false) return verdictOf("near duplicate");
    return pieceVerdicts[i]!;
  }

  private flush(): void {
    const { folder, state, writer } = this;
    if (writer.pairs === 0) return;
    guardWrite(folder, () => {
      const shard = state.shards++;
      writer.write(shardPath(folder, shard), shardFingerprint(state.fingerprint, shard));
      writeJson(join(folder, UNFINISHED), state);
    });
  }
}

/** The texts of a block, decoded again for the few examples of the report. */
class BlockTexts {
  private readonly block: EncodedBlock;
  private sides: [string[], string[]] | undefined;

  constructor(block: EncodedBlock) {
    this.block = block;
  }

  pair(i: number): { source: string; target: string } {
    const { source, target = source } = this.block;
    this.sides ??= [linesOfBlock(source), linesOfBlock(target)];
    return { source: this.sides[0][i]!, target: this.sides[1][i]! };
  }
}
