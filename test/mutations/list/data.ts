/** Mistakes in reading text, shards, and batches. */
import type { Mutation } from "../mutation.ts";

const cleaning = ["test/data/cleaning"];
const shards = ["test/data/shards"];
const batches = ["test/data/batches"];
const files = ["test/data/files"];
const shard = { file: "src/data/shards/shard.ts", tests: shards };
const pairs = { file: "src/data/shards/pair-encoder.ts", tests: shards };
const series = { file: "src/data/shards/write-shards.ts", tests: shards };
const bucket = { file: "src/data/batches/bucket.ts", tests: batches };
const mixture = { file: "src/data/batches/mixture.ts", tests: batches };
const permutation = { file: "src/data/batches/permutation.ts", tests: batches };
const reader = { file: "src/data/batches/batch-reader.ts", tests: batches };
const lines = { file: "src/data/files/line-splitter.ts", tests: files };

export const dataMutations: readonly Mutation[] = [
  {
    ...shard,
    name: "records are not checked",
    find: "if (crc32(record.subarray(4)) !== record.readUInt32LE(0))",
    replace: "if (crc32(record.subarray(4)) < 0)",
  },
  {
    ...shard,
    name: "the index is not checked",
    find: "if (crc32(index) !== word(24))",
    replace: "if (crc32(index) < 0)",
  },
  {
    ...shard,
    name: "shards of another corpus are read",
    find: "if (!header.subarray(32).equals(fingerprintBytes(fingerprint)))",
    replace: "if (fingerprintBytes(fingerprint).length < 0)",
  },
  {
    ...shard,
    name: "lengths are cut to 16 bits",
    find: "lengths.every((length) => length <= 0xffff) ? Uint16Array.from(lengths) : lengths",
    replace: "Uint16Array.from(lengths)",
  },
  {
    ...shard,
    name: "places between remembered ones are off by one",
    find: "const known = Math.floor(pair / STRIDE);",
    replace: "const known = Math.ceil(pair / STRIDE);",
  },
  {
    ...pairs,
    name: "a target of the greatest length is dropped",
    find: "ids.length > maxLengths.target",
    replace: "ids.length >= maxLengths.target",
  },
  {
    ...pairs,
    name: "sources have no language tag",
    find: "if (tag !== undefined) this.sourceIds[length++] = tag;",
    replace: "",
  },
  {
    ...pairs,
    name: "a line that cannot be encoded has the number of the next",
    find: "${firstLine + line}",
    replace: "${firstLine + line + 1}",
  },
  {
    ...pairs,
    name: "scripts are those of the other side",
    find: "scriptShare(texts[side]!, language) < minScriptShare",
    replace: "scriptShare(texts[1 - side]!, language) < minScriptShare",
    tests: [...shards, ...cleaning],
  },
  {
    ...series,
    name: "the longest target lacks </s>",
    find: "if (target >= longest.target) longest.target = target + 1;",
    replace: "if (target > longest.target) longest.target = target;",
  },
  {
    ...series,
    name: "pairs that were encoded before count twice",
    find: "      if (i < done) continue;\n      const [source",
    replace: "      const [source",
  },
  {
    ...series,
    name: "a duplicate of a pair that is too long is counted as too long",
    find: "    if (this.seen?.add(",
    replace: "    if (pieceVerdicts[i] !== KEPT) return pieceVerdicts[i]!;\n    if (this.seen?.add(",
  },
  {
    ...bucket,
    name: "equal lengths are in the reverse of their random order",
    find: "rank[a]! - rank[b]! || a - b",
    replace: "rank[a]! - rank[b]! || b - a",
  },
  {
    ...bucket,
    name: "small batches are not kept for the next bucket",
    find: "return 2 * Math.max(source, target) < batchSize;",
    replace: "return batchSize < Math.min(source, target, 0);",
  },
  {
    ...bucket,
    name: "nearly full batches are kept for the next bucket",
    find: "return 2 * Math.max(source, target) < batchSize;",
    replace: "return Math.max(source, target) < batchSize;",
  },
  {
    ...bucket,
    name: "both sides together fill a batch",
    find: 'batchType === "tokens" ? Math.max(source, target)',
    replace: 'batchType === "tokens" ? source + target',
  },
  {
    ...bucket,
    name: "batches are in the order of their lengths",
    find: "yield* random.shuffle(batches);",
    replace: "yield* batches;",
  },
  {
    ...bucket,
    name: "sorted by source alone",
    find: "lengths.target(pair) * 2 ** 24 + lengths.source(pair)",
    replace: "lengths.source(pair)",
  },
  {
    ...mixture,
    name: "temperature is upside down",
    find: "size ** (1 / temperature)",
    replace: "size ** temperature",
  },
  { ...mixture, name: "weights are not used", find: "pairs * weight);", replace: "pairs * (weight > 0 ? 1 : 0));" },
  {
    ...mixture,
    name: "remainders are lost",
    find: "byRemainder.slice(0, missing)",
    replace: "byRemainder.slice(missing)",
  },
  {
    ...mixture,
    name: "every epoch begins the corpora anew",
    find: "from: epoch * quota, quota",
    replace: "from: 0 * epoch, quota",
  },
  {
    ...mixture,
    name: "every pass has the same order",
    find: "stream: shuffleStream(corpus, pass)",
    replace: "stream: shuffleStream(corpus, 0 * pass)",
  },
  {
    ...permutation,
    name: "what falls outside is folded in",
    find: "while (value >= this.length) value = this.network(value);",
    replace: "if (value >= this.length) value %= this.length;",
  },
  { ...permutation, name: "two rounds", find: "const ROUNDS = 6;", replace: "const ROUNDS = 2;" },
  {
    ...reader,
    name: "a resume begins its epoch anew",
    find: "this.planEpoch(start.batchInEpoch)",
    replace: "this.planEpoch(0)",
  },
  {
    ...reader,
    name: "a position of other corpora is taken",
    find: "if (position.data === this.data) return position;",
    replace: "if (position.data !== undefined) return position;",
  },
  {
    ...reader,
    name: "workers read the same batches",
    find: "yield group[worker.index]!;",
    replace: "yield group[0]!;",
  },
  {
    file: "src/data/batches/pair-reader.ts",
    tests: batches,
    name: "</s> of targets takes no place",
    find: "this.shards[shard]!.targetLength(pair - this.firsts[shard]!) + 1;",
    replace: "this.shards[shard]!.targetLength(pair - this.firsts[shard]!);",
  },
  {
    ...lines,
    name: "text that is not UTF-8 has the number of the line after",
    find: "let line = firstLine;",
    replace: "let line = firstLine + 1;",
  },
  {
    ...lines,
    name: "lines are counted anew in each block",
    find: "    this.lines += lines.length;\n",
    replace: "",
  },
  {
    ...lines,
    name: "a cut goes through a character",
    find: "bytes.length < LONGEST_LINE ? bytes : withoutLastCharacter(bytes)",
    replace: "bytes",
  },
  {
    ...lines,
    name: "carriage returns stay",
    find: 'line.endsWith("\\r") ? line.slice(0, -1) : line',
    replace: "line",
  },
  {
    file: "src/data/files/corpus.ts",
    tests: files,
    name: "one line too few is counted where sides differ",
    find: "source.done ? lines : lines + 1 + rest(sources),",
    replace: "source.done ? lines : lines + rest(sources),",
  },
  {
    file: "src/data/files/text-files.ts",
    tests: files,
    name: "a line of too few columns has the number of the next",
    find: "placeOf(path, firstLine + i)",
    replace: "placeOf(path, firstLine + i + 1)",
  },
  {
    file: "src/data/files/text-files.ts",
    tests: files,
    name: "files of a pattern are in the order of the folder",
    find: "const files = matching(path).sort();",
    replace: "const files = matching(path).sort().reverse();",
  },
  {
    file: "src/data/shards/prepare.ts",
    tests: ["test/data/shards/held-out.test.ts"],
    name: "a corpus is the same whatever is held out",
    find: "...(options.heldOut !== undefined && dropHeldOut && { heldOut: options.heldOut.fingerprint }),",
    replace: "",
  },
  {
    ...pairs,
    tests: ["test/data/shards/held-out.test.ts"],
    name: "held-out text stays in training",
    find: "isHeldOut && dropHeldOut",
    replace: "isHeldOut && !dropHeldOut",
  },
];
