/** Cleans and encodes blocks of pairs: all of preparing a corpus that looks at one pair at a time, on whichever thread. */
import { DataError, NmtError } from "../../base/errors.ts";
import type { MarkerIds } from "../../base/forced-targets.ts";
import { type CleaningOptions, cleanPair, DROP_REASONS, type DropReason } from "../cleaning/clean.ts";
import { HeldOutHashes, type HeldOutTables, type Overlap } from "../cleaning/held-out-hashes.ts";
import { loadLanguageCheck } from "../cleaning/language-id.ts";
import { PairSketcher, SKETCH } from "../cleaning/near-duplicates.ts";
import { hashPair } from "../cleaning/pair-hash.ts";
import { scriptShare } from "../cleaning/scripts.ts";
import { compileRules, type TextCheck } from "../cleaning/text-rules.ts";
import { type LineBlock, linesOfBlock, type TextBlock } from "../files/line-blocks.ts";
import { idBytesFor, RecordBuffer } from "./shard-writer.ts";

/** What a wordpiece model does here; sources end with its `</s>`. */
export interface PieceEncoder extends MarkerIds {
  /** How many pieces there are. */
  readonly size: number;
  /** Ids of a text, without `<s>` and `</s>`; good until the next call. */
  encode(text: string): ArrayLike<number>;
}

/** How pairs are cleaned and encoded; plain data, so that it can be sent to another thread. */
export interface EncodingRules {
  cleaning: CleaningOptions;
  /** Languages of the sides, where they are known. */
  languages: readonly (string | undefined)[];
  /** Piece put in front of every source. */
  tag?: number | undefined;
  maxLengths: { source: number; target: number };
  dropDuplicates: boolean;
  /** Held-out text to find in the corpus. */
  heldOut?: HeldOutTables;
  /** Leave out the pairs that have any of it. */
  dropHeldOut?: boolean;
}

/** A block that is yet to be encoded. */
export interface PairBlock extends LineBlock {
  /** The corpus's number of its first pair, from 1. */
  firstPair: number;
  /** So many pairs at its start were encoded in an earlier run; they are only cleaned. */
  done: number;
}

/** A block with all that is known of its pairs by themselves. Verdicts are 0 for kept, or 1 + the place in DROP_REASONS. */
export interface EncodedBlock extends PairBlock {
  /** Of the texts: [lines]. */
  verdicts: Uint8Array;
  /** Of the pieces, where the texts are kept: [lines]. */
  pieceVerdicts: Uint8Array;
  /** Hashes of the pairs whose texts are kept (pair-hash.ts): [lines, 2], or nothing where duplicates may stay. */
  hashes: Uint32Array;
  /** Sketches of the same (near-duplicates.ts): [lines, SKETCH], or nothing. */
  sketches: Uint32Array;
  /** Ids of source, with tag and `</s>`, and of target; zeros for a pair that has no record: [lines, 2]. */
  lengths: Uint32Array;
  /** Records of the pairs kept so far, as a shard has them. */
  records: Uint8Array;
  /** Of all lines of the block, whether kept or not; absent where there is no held-out text. */
  overlap: Overlap | undefined;
}

export const KEPT = 0;

export function reasonOf(verdict: number): DropReason | "kept" {
  return verdict === KEPT ? "kept" : DROP_REASONS[verdict - 1]!;
}

export function verdictOf(reason: DropReason | "kept"): number {
  return reason === "kept" ? KEPT : 1 + DROP_REASONS.indexOf(reason);
}

export class PairEncoder {
  private readonly rules: EncodingRules;
  private readonly pieces: PieceEncoder;
  private readonly isOfLanguage: (texts: readonly string[]) => DropReason | "kept";
  private readonly checkTexts: TextCheck;
  private readonly sketcher: PairSketcher | undefined;
  private readonly records: RecordBuffer;
  private readonly heldOut: HeldOutHashes | undefined;
  /** Source ids of the pair under way, and how many positions it has. */
  private sourceIds = new Int32Array(1024);
  private sourceLength = 0;
  private targetLength = 0;

  private constructor(rules: EncodingRules, pieces: PieceEncoder, check: LanguageRule) {
    this.rules = rules;
    this.pieces = pieces;
    this.isOfLanguage = check;
    this.checkTexts = compileRules(rules.cleaning.texts ?? {});
    this.sketcher = rules.cleaning.nearDuplicateWindow === undefined ? undefined : new PairSketcher();
    this.heldOut = rules.heldOut === undefined ? undefined : new HeldOutHashes(rules.heldOut);
    this.records = new RecordBuffer(idBytesFor(pieces.size));
  }

  /** Throws DataError where the rules need a package that is not installed. */
  static async create(rules: EncodingRules, pieces: PieceEncoder): Promise<PairEncoder> {
    return new PairEncoder(rules, pieces, await languageRule(rules));
  }

  /** Throws DataError naming file and line of a text that cannot be read or encoded. */
  encode(block: PairBlock): EncodedBlock {
    const { cleaning, dropDuplicates, dropHeldOut = false } = this.rules;
    const { lines, done, firstPair } = block;
    const sources = linesOfBlock(block.source);
    const targets = block.target === undefined ? sources : linesOfBlock(block.target);
    const verdicts = new Uint8Array(lines);
    const pieceVerdicts = new Uint8Array(lines);
    const hashes = new Uint32Array(dropDuplicates ? 2 * lines : 0);
    const sketches = new Uint32Array(this.sketcher === undefined ? 0 : SKETCH * lines);
    const lengths = new Uint32Array(2 * lines);
    const overlap = this.heldOut?.noOverlap();
    this.records.clear();
    for (let i = 0; i < lines; i++) {
      const [source, target] = [sources[i]!, targets[i]!];
      const isHeldOut = this.heldOut?.count(overlap!, block.target === undefined ? undefined : source, target) === true;
      let verdict = isHeldOut && dropHeldOut ? "held-out text" : cleanPair(source, target, cleaning);
      if (verdict === "kept") verdict = this.checkTexts(source, target);
      if (verdict === "kept") verdict = this.isOfLanguage([source, target]);
      if (verdict !== "kept") {
        verdicts[i] = verdictOf(verdict);
        continue;
      }
      if (dropDuplicates) hashPair(source, target, hashes, 2 * i);
      this.sketcher?.sketch(source, target, sketches, SKETCH * i);
      if (i < done) continue;
      const reason = this.encodePair(block.target === undefined ? undefined : source, target, firstPair + i, block, i);
      if (reason !== "kept") pieceVerdicts[i] = verdictOf(reason);
      else {
        lengths[2 * i] = this.sourceLength;
        lengths[2 * i + 1] = this.targetLength;
      }
    }
    const records = Uint8Array.prototype.slice.call(this.records.bytes);
    return { ...block, verdicts, pieceVerdicts, hashes, sketches, lengths, records, overlap };
  }

  /** Adds a pair's record, unless its pieces are too many or none. `source` is absent in a text of one side. */
  private encodePair(
    source: string | undefined,
    target: string,
    pair: number,
    block: PairBlock,
    line: number,
  ): DropReason | "kept" {
    const { tag, maxLengths } = this.rules;
    const sourcePieces = source === undefined ? 1 : this.encodeSource(this.idsOf(source, block.source, line), tag);
    const ids = this.idsOf(target, block.target ?? block.source, line);
    this.targetLength = ids.length;
    if (ids.length === 0 || sourcePieces === 0) return "empty";
    if (ids.length > maxLengths.target || sourcePieces > maxLengths.source) return "too long";
    this.records.add(this.sourceIds.subarray(0, this.sourceLength), ids, pair);
    return "kept";
  }

  /** Keeps ids with tag and `</s>`; returns how many there are without. */
  private encodeSource(ids: ArrayLike<number>, tag: number | undefined): number {
    if (ids.length + 2 > this.sourceIds.length) this.sourceIds = new Int32Array(2 * ids.length + 2);
    let length = 0;
    if (tag !== undefined) this.sourceIds[length++] = tag;
    this.sourceIds.set(ids, length);
    length += ids.length;
    this.sourceIds[length++] = this.pieces.eosId;
    this.sourceLength = length;
    return ids.length;
  }

  private idsOf(text: string, { file, firstLine }: TextBlock, line: number): ArrayLike<number> {
    try {
      return this.pieces.encode(text);
    } catch (cause) {
      if (cause instanceof NmtError) throw cause;
      throw new DataError(`The line cannot be encoded: ${(cause as Error).message}.`, {
        where: `${file.path}:${firstLine + line}`,
        nextStep: "Remove the line, and report what it holds.",
        cause,
      });
    }
  }
}

type LanguageRule = (texts: readonly string[]) => DropReason | "kept";

/** The rules that depend on the sides' languages; a side whose language is not given passes. */
async function languageRule({ languages, cleaning }: EncodingRules): Promise<LanguageRule> {
  const { minScriptShare, languageId = false } = cleaning;
  const check = languageId ? await loadLanguageCheck() : undefined;
  if (minScriptShare === undefined && check === undefined) return () => "kept";
  return (texts) => {
    for (const [side, language] of languages.entries()) {
      if (language === undefined) continue;
      if (minScriptShare !== undefined && scriptShare(texts[side]!, language) < minScriptShare) return "other script";
      if (check?.(texts[side]!, language) === false) return "other language";
    }
    return "kept";
  };
}
