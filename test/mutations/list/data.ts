/** Mistakes in reading text, cleaning, shards, and batches. */
import type { Mutation } from "../mutation.ts";

const cleaning = ["test/data/cleaning"];
const shards = ["test/data/shards"];
const batches = ["test/data/batches"];
const files = ["test/data/files"];
const clean = { file: "src/data/cleaning/clean.ts", tests: cleaning };
const near = { file: "src/data/cleaning/near-duplicates.ts", tests: cleaning };
const held = { file: "src/data/cleaning/held-out-hashes.ts", tests: ["test/data/shards/held-out.test.ts"] };
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
    ...clean,
    name: "targets may be of any length",
    find: "source.length > options.maxCharacters || target.length > options.maxCharacters",
    replace: "source.length > options.maxCharacters",
  },
  {
    ...clean,
    name: "the ratio is that of source to target",
    find: "Math.max(a, b) / Math.min(a, b) > options.maxRatio",
    replace: "a / b > options.maxRatio",
  },
  {
    ...clean,
    name: "a pair at the largest ratio is dropped",
    find: "> options.maxRatio",
    replace: ">= options.maxRatio",
  },
  {
    ...clean,
    name: "spaces around make a copy another text",
    find: "source.trim() === target.trim()",
    replace: "source === target",
  },
  {
    ...clean,
    name: "misread targets are kept",
    find: "(sides[1].has(MISREAD) && isMisread(target))",
    replace: "(sides[1].has(MISREAD) && isMisread(source))",
  },
  {
    ...clean,
    name: "four examples a reason",
    find: "entry.examples.length >= EXAMPLES",
    replace: "entry.examples.length > EXAMPLES",
  },
  {
    file: "src/data/cleaning/text-width.ts",
    tests: cleaning,
    name: "wide letters count one",
    find: "return isWide(unit) ? 2 : 1;",
    replace: "return isWide(unit) ? 1 : 1;",
  },
  {
    file: "src/data/cleaning/text-scan.ts",
    tests: cleaning,
    name: "any continuation is a misreading",
    find: "(unit & CONTINUATION) !== 0 && (before & LEAD) !== 0",
    replace: "(unit & LEAD) !== 0 && (before & LEAD) !== 0",
  },
  {
    file: "src/data/cleaning/scripts.ts",
    tests: cleaning,
    name: "a language with a region is unknown",
    find: "language.toLowerCase().split(/[-_]/)[0]!",
    replace: "language.toLowerCase()",
  },
  {
    ...near,
    name: "pairs that are half alike are near duplicates",
    find: "const ALIKE = 29;",
    replace: "const ALIKE = 20;",
  },
  { ...near, name: "only equal sketches are near duplicates", find: "const ALIKE = 29;", replace: "const ALIKE = 32;" },
  { ...near, name: "short pairs are compared", find: "const FEWEST_WORDS = 8;", replace: "const FEWEST_WORDS = 1;" },
  {
    ...near,
    name: "source and target words are the same",
    find: "this.take(target, 2)",
    replace: "this.take(target, 1)",
  },
  {
    file: "src/data/cleaning/pair-hash.ts",
    tests: ["test/data/cleaning", "test/data/shards"],
    name: "white space around makes another pair",
    find: "(side === 0 ? source : target).trim()",
    replace: "side === 0 ? source : target",
  },
  {
    file: "src/data/cleaning/seen-pairs.ts",
    tests: cleaning,
    name: "half a hash decides",
    find: "foundHigh === high && slots[2 * slot] === low",
    replace: "foundHigh === high",
  },
  {
    file: "src/data/cleaning/seen-pairs.ts",
    tests: cleaning,
    name: "pairs are forgotten where a table grows",
    find: "if (slots[at + 1] !== 0) insert(larger, slots[at]!, slots[at + 1]!);",
    replace: "if (slots[at + 1] === 0) insert(larger, slots[at]!, slots[at + 1]!);",
  },
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
    find: "this.batchInEpoch < start.batchInEpoch &&",
    replace: "this.batchInEpoch > start.batchInEpoch &&",
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
    file: "src/data/cleaning/comparable.ts",
    tests: ["test/data/shards/held-out.test.ts"],
    name: "held-out text in other letters is not known",
    find: ".toLowerCase()",
    replace: "",
  },
  { ...held, name: "targets are not looked for in held-out text", find: "this.has(into, 2)", replace: "false" },
  {
    ...held,
    name: "a pair is counted in one held-out file only",
    find: "overlap.files[i] = (overlap.files[i] ?? 0) + 1;",
    replace: "{ overlap.files[i] = (overlap.files[i] ?? 0) + 1; break; }",
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
  {
    file: "src/data/cleaning/rules/numbers.ts",
    tests: cleaning,
    name: "a decimal point is as good as none",
    find: "`${integer}.${fraction}`",
    replace: "`${integer}${fraction}`",
  },
  {
    file: "src/data/cleaning/rules/numbers.ts",
    tests: cleaning,
    name: "thousands are no thousands after a comma",
    find: "readings.push(withoutZeros(whole));",
    replace: "",
  },
  {
    file: "src/data/cleaning/rules/kept-parts.ts",
    tests: cleaning,
    name: "placeholders in another order differ",
    find: "    .sort()\n",
    replace: "",
  },
  {
    file: "src/data/cleaning/rules/repetition.ts",
    tests: cleaning,
    name: "words that come back are repeated",
    find: "same + 1 : 0",
    replace: "same + 1 : same",
  },
  {
    file: "src/data/cleaning/rules/patterns.ts",
    tests: cleaning,
    name: "both sides are either",
    find: "expression.test(source) && expression.test(target)",
    replace: "expression.test(source) || expression.test(target)",
  },
  {
    file: "src/data/cleaning/opuscleaner.ts",
    tests: cleaning,
    name: "a step without an equal is not named",
    find: "recipe.leftOut.push(",
    replace: "void (",
  },
  {
    file: "src/base/texts/edit-similarity.ts",
    tests: ["test/base/texts/edit-similarity.test.ts"],
    name: "distances of long texts forget what comes from the block above",
    find: "(shrinks << 1) | lessIn",
    replace: "shrinks << 1",
  },
];
