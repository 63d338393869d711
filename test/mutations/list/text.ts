/** Mistakes in normalisation, wordpieces, and how they are learned. */
import type { Mutation } from "../mutation.ts";

const model = [
  "test/text/encoding",
  "test/text/decode-pieces.test.ts",
  "test/text/normalization",
  "test/text/wordpiece-model.test.ts",
  "test/text/first-texts.test.ts",
];
const trainer = ["test/text/learning", "test/text/wordpiece-trainer.test.ts"];
const normalizer = { file: "src/text/normalization/normalizer.ts", tests: model };
const segmenter = { file: "src/text/encoding/bpe-segmenter.ts", tests: model };
const encoder = { file: "src/text/encoding/bpe-encoder.ts", tests: model };
const borders = { file: "src/text/encoding/piece-borders.ts", tests: model };
const unigram = { file: "src/text/encoding/unigram-encoder.ts", tests: model };
const merges = { file: "src/text/encoding/merge-table.ts", tests: model };
const table = { file: "src/text/sentencepiece/piece-table.ts", tests: ["test/text/piece-table.test.ts"] };
const index = { file: "src/text/sentencepiece/piece-index.ts", tests: ["test/text/piece-table.test.ts"] };
const file = { file: "src/text/sentencepiece/model-proto.ts", tests: model };
const pieces = { file: "src/text/decode-pieces.ts", tests: model };
const wordpieces = { file: "src/text/wordpiece-model.ts", tests: model };
const learner = { file: "src/text/learning/merge-learner.ts", tests: trainer };
const queue = { file: "src/text/learning/pair-queue.ts", tests: trainer };
const alphabet = { file: "src/text/learning/alphabet.ts", tests: trainer };

export const textMutations: readonly Mutation[] = [
  {
    ...normalizer,
    name: "spaces at the end stay",
    find: "if (removeExtraWhitespaces) while (this.length > 0",
    replace: "if (removeExtraWhitespaces) while (this.length < 0",
  },
  {
    ...normalizer,
    name: "runs of spaces stay",
    find: "if (!afterSpace) units[length++] = mark;",
    replace: "units[length++] = mark;",
  },
  {
    ...normalizer,
    name: "a rule that continues the letter before is missed",
    find: "action === LOOK_BACK && copied ?",
    replace: "action === LOOK_BACK && !copied ?",
  },
  {
    ...normalizer,
    name: "the mark of a suffix is also put first",
    find: "if (addDummyPrefix && !this.whitespaceAsSuffix)",
    replace: "if (addDummyPrefix)",
  },
  {
    ...normalizer,
    name: "symbols are normalised",
    find: "if (this.consumed > 0) return text.slice(at, at + this.consumed);",
    replace: "",
  },
  {
    ...segmenter,
    name: "the rightmost of equal pairs is merged first",
    find: "if (pairRanks[i]! < bestRank) {",
    replace: "if (pairRanks[i]! <= bestRank) {",
  },
  {
    ...segmenter,
    name: "pairs that have changed are merged",
    find: "      if (pairRanks[at] !== rank) continue;\n",
    replace: "",
  },
  {
    ...segmenter,
    name: "long runs miss merges with what lies before",
    find: "        this.lookUp(before, symbols[before]!, symbols[at]!);\n        this.queue(before);\n",
    replace: "",
  },
  {
    ...segmenter,
    name: "unused pieces are used",
    find: "count = this.splitUnused(count);",
    replace: "",
  },
  {
    ...merges,
    name: "pairs are looked up the wrong way round",
    find: "return this.vocabulary.segments.findPair(left, right);",
    replace: "return this.vocabulary.segments.findPair(right, left);",
  },
  {
    ...merges,
    name: "equal scores have ranks of their own",
    find: "(scores[at] === scores[at - 1] ? 0 : 1)",
    replace: "1",
  },
  {
    ...table,
    name: "halves of surrogate pairs are read from UTF-8",
    find: "return isTooLong || isSurrogate || codePoint",
    replace: "return isTooLong || codePoint",
  },
  {
    ...table,
    name: "characters of more bytes than they need are read",
    find: "length === 3 ? 0x800 : 0x10000",
    replace: "length === 3 ? 0x80 : 0x800",
  },
  {
    ...index,
    name: "texts of equal length are taken for equal",
    find: "while (i < to && units[start + i - from] === text[i]) i++;",
    replace: "while (i < to) i++;",
  },
  {
    ...index,
    name: "a character beyond U+FFFF that is no piece is spelt by its second half",
    find: "    if (codePoint > 0xffff) {\n      this.spelt[this.length++] = highSurrogate(codePoint);\n      hash = hashUnit(hash, highSurrogate(codePoint));\n    }\n",
    replace: "",
  },
  {
    ...file,
    name: "pieces laid out as usual have no type",
    find: "const type = hasType ? bytes[after + 1]! : PieceType.normal;",
    replace: "const type = PieceType.normal;",
  },
  {
    ...wordpieces,
    name: "rules that nobody vouches for are not checked",
    find: "    if (!isVerified) for (const each of [this.normalizer, this.denormalizer]) each?.checkRules();\n",
    replace: "",
    tests: ["test/text/damaged-models.test.ts"],
  },
  {
    ...unigram,
    name: "unused pieces are looked up as well",
    find: "if (id === ABSENT || pieces.types[id] === PieceType.unused) continue;",
    replace: "if (id === ABSENT) continue;",
  },
  {
    ...normalizer,
    name: "the first texts keep their runs of spaces",
    find: "if (this.afterSpace) while (output.charCodeAt(from) === SPACE) from++;",
    replace: "",
  },
  {
    ...encoder,
    name: "a run before a symbol is lost in the first texts",
    find: "      this.appendSegments(units, from, at);\n      this.symbols",
    replace: "      this.symbols",
  },
  {
    ...encoder,
    name: "a run before a symbol is lost",
    find: "if (at > from) this.emit(units, from, at, hash);\n          this.symbols",
    replace: "this.symbols",
  },
  {
    ...encoder,
    name: "the cache of runs is never emptied",
    find: "    if (this.cache.size === CACHED_RUNS) this.cache.clear();\n",
    replace: "",
  },
  {
    ...borders,
    name: "cuts go through letters beyond U+FFFF",
    find: "cuts[LETTER * CLASSES + LETTER] = 0;",
    replace: "",
  },
  {
    ...unigram,
    name: "an unknown character costs as much as the rarest piece",
    find: "const UNKNOWN_PENALTY = 10;",
    replace: "const UNKNOWN_PENALTY = 0;",
  },
  {
    ...unigram,
    name: "the later of equal paths wins",
    find: "score <= this.bestScores[end]!",
    replace: "score < this.bestScores[end]!",
  },
  {
    ...unigram,
    name: "symbols have no lead over pieces",
    find: "this.scores[id] = SYMBOL_BONUS * (Buffer.byteLength(pieces.textOf(id)) - 1);",
    replace: "",
  },
  {
    ...pieces,
    name: "a character that is cut off reads as one",
    find: "if (length === 0 || at + length > bytes.length) return 0;",
    replace: "if (length === 0) return 0;\n  if (at + length > bytes.length) return bytes.length - at;",
  },
  {
    ...pieces,
    name: "the first space stays",
    find: "(drops ? piece.slice(1) : piece)",
    replace: "piece",
  },
  {
    ...pieces,
    name: "bytes before other pieces are lost",
    find: "    text += decodeUtf8(bytes);\n",
    replace: "",
  },
  {
    ...wordpieces,
    name: "every character of an unknown run is a piece",
    find: "else if (length === 0 || ids[length - 1] !== unkId) ids[length++] = unkId;",
    replace: "else ids[length++] = unkId;",
  },
  {
    ...wordpieces,
    name: "letters beyond U+FFFF have three bytes",
    find: "codePoint < 0x800 ? 1 : codePoint < 0x10000 ? 2 : 3",
    replace: "codePoint < 0x800 ? 1 : 2",
  },
  {
    ...wordpieces,
    name: "no denormalisation",
    find: "return this.denormalizer === undefined ? text : this.denormalizer.normalize(text);",
    replace: "return text;",
  },
  {
    ...learner,
    name: "a merge leaves the counts of the pair after it",
    find: "      this.lose(after, beyond);\n",
    replace: "",
  },
  {
    ...learner,
    name: "an occurrence that was used up is merged",
    find: "      if (symbols[place] !== left || symbols[after] !== right) continue;\n",
    replace: "",
  },
  {
    ...learner,
    name: "pieces are one character short",
    find: "> this.options.maxLength) return;",
    replace: ">= this.options.maxLength) return;",
  },
  {
    ...learner,
    name: "reserved texts are learned",
    find: "if (this.options.reserved.has(text)) {",
    replace: "if (this.options.reserved.has(`${text} `)) {",
  },
  {
    ...queue,
    name: "ties go to younger symbols",
    find: "lefts[pair]! < lefts[otherPair]!",
    replace: "lefts[pair]! > lefts[otherPair]!",
  },
  {
    ...queue,
    name: "ties go to the later right symbol",
    find: "rights[pair]! < rights[otherPair]!",
    replace: "rights[pair]! > rights[otherPair]!",
  },
  {
    ...queue,
    name: "a pair whose count fell is forgotten",
    find: "      if (this.pairs.counts[pair]! < count) this.push(pair);\n",
    replace: "",
  },
  {
    ...alphabet,
    name: "of equally frequent characters the later comes first",
    find: "countB - countA || a - b",
    replace: "countB - countA || b - a",
  },
  {
    ...alphabet,
    name: "zero characters are in the alphabet",
    find: "      if (codePoint === 0) continue;\n",
    replace: "",
  },
  {
    ...alphabet,
    name: "required characters are left out",
    find: "return [...alphabet, ...new Set([...required].filter((character) => !known.has(character)))];",
    replace: "void [required, known];\n  return alphabet;",
  },
  {
    file: "src/text/learning/language-balance.ts",
    tests: trainer,
    name: "temperature is upside down",
    find: "size ** (1 / temperature)",
    replace: "size ** temperature",
  },
  {
    file: "src/text/learning/language-balance.ts",
    tests: trainer,
    name: "parts of lines are not owed",
    find: "this.owed -= times;",
    replace: "this.owed = 0;",
  },
];
