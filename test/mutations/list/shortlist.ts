/** Mistakes in lexical translation probabilities, and in the candidates that follow from them. */
import type { Mutation } from "../mutation.ts";

const tests = ["test/alignment", "test/shortlist", "test/training/parallel-text.test.ts"];
const lexicon = { file: "native/src/alignment/lexicon.cc", tests };
const binding = { file: "native/src/alignment/alignment_binding.cc", tests };
const learning = { file: "src/alignment/lexicon.ts", tests };
const rows = { file: "src/shortlist/candidate-rows.ts", tests };
const shortlist = { file: "src/shortlist/shortlist.ts", tests };
const pieceSet = { file: "src/shortlist/piece-set.ts", tests };
const file = { file: "src/shortlist/shortlist-file.ts", tests };
const coverage = { file: "src/shortlist/coverage.ts", tests };
const frequent = { file: "src/shortlist/learn-shortlist.ts", tests };
const text = { file: "src/training/parallel-text.ts", tests };
const command = { file: "src/cli/commands/shortlist.ts", tests: ["test/cli/commands/shortlist.test.ts"] };

export const shortlistMutations: readonly Mutation[] = [
  {
    ...lexicon,
    name: "a piece that is given twice in a sentence counts once",
    find: "        for (; from < to; from++) {\n",
    replace: "        for (; from < to; from++) {\n          if (from + 1 < to && from[1] == from[0]) continue;\n",
  },
  {
    ...lexicon,
    name: "</s> is generated too",
    find: "int end(int n) const { return generated_.starts[n + 1] - 1; }",
    replace: "int end(int n) const { return generated_.starts[n + 1]; }",
  },
  {
    ...lexicon,
    name: "the empty word is not given",
    find: "sentences[next[given.ids[i]]++] = n;",
    replace: "sentences[next[given.ids[i]]++] = i + 1 < given.starts[n + 1] ? n : 0;",
  },
  {
    ...lexicon,
    name: "only the first block of sentences is weighed",
    find: "const int32_t* to = std::lower_bound(from, occurrences_.end(piece), last);",
    replace: "const int32_t* to = std::lower_bound(from, occurrences_.end(piece), std::min(last, kBlock));",
  },
  {
    ...lexicon,
    name: "a row's probabilities stay where the next one is spread",
    find: "        clear(piece, row);\n      }\n    }\n",
    replace: "      }\n    }\n",
  },
  {
    ...lexicon,
    name: "counts are shares of all, not of what is kept",
    find: "  for (const ExpectedCount& entry : kept) sum += entry.count;\n",
    replace: "  sum = 1;\n",
  },
  {
    ...lexicon,
    name: "entries of exactly the least probability and more are dropped",
    find: "return e.count < least * total; }",
    replace: "return e.count < 2 * least * total; }",
  },
  {
    ...lexicon,
    name: "the smallest counts are kept",
    find: "return a.count != b.count ? a.count > b.count : a.id < b.id;",
    replace: "return a.count != b.count ? a.count < b.count : a.id < b.id;",
  },
  {
    ...lexicon,
    name: "rows that were cut are not in order of their ids",
    find: "    std::sort(kept.begin(), kept.end(), [](const ExpectedCount& a, const ExpectedCount& b) { return a.id < b.id; });\n",
    replace: "",
  },
  {
    ...lexicon,
    name: "the likelihood leaves out the length of the given sentence",
    find: "std::log(static_cast<double>(sum) / given_length(n))",
    replace: "std::log(static_cast<double>(sum))",
  },
  {
    ...binding,
    name: "sides of different lengths are taken",
    find: 'call.require(given.starts.length == generated.starts.length, "the two sides',
    replace: 'call.require(true, "the two sides',
  },
  {
    ...binding,
    name: "ids outside the vocabulary are taken",
    find: "      if (id < 0 || id >= pieces) call.require(false",
    replace: "      if (id < 0 || id > pieces) call.require(false",
  },
  {
    ...learning,
    name: "every iteration starts from equal probabilities",
    find: "iteration === 1,",
    replace: "iteration >= 1,",
  },
  {
    ...learning,
    name: "what is not explained counts in the perplexity",
    find: "-logLikelihood / (positions - unexplained)",
    replace: "-logLikelihood / positions",
  },
  {
    ...rows,
    name: "target to source does not count",
    find: "        add(generatedBy.targets[at]!, generatedBy.counts[at]!);\n",
    replace: "",
  },
  {
    ...rows,
    name: "probabilities count without how often their piece is given",
    find: "add(forward.ids[at]!, forward.probabilities[at]! * forward.totals[source]!);",
    replace: "add(forward.ids[at]!, forward.probabilities[at]!);",
  },
  {
    ...rows,
    name: "links of one source piece stay for the next",
    find: "    for (const target of linked) links[target] = 0;\n",
    replace: "",
  },
  {
    ...rows,
    name: "the empty target is a candidate",
    find: "if (target === eosId || count === 0) return;",
    replace: "if (count === 0) return;",
  },
  {
    ...rows,
    name: "the empty source has candidates",
    find: "if (source !== eosId) {",
    replace: "if (source >= 0) {",
  },
  {
    ...rows,
    name: "a threshold of the largest, not of all",
    find: "links[target]! < threshold * total",
    replace: "links[target]! < threshold * links[linked[0]!]!",
  },
  {
    ...shortlist,
    name: "no </s>",
    find: "[eosId, unkId, ...content.frequent",
    replace: "[unkId, ...content.frequent",
  },
  {
    ...shortlist,
    name: "source pieces are no candidates",
    find: "    chosen.addShared(met, this.copied);\n",
    replace: "",
  },
  {
    ...shortlist,
    name: "bytes are always candidates",
    find: "if (met.shares(this.bytes)) ",
    replace: "",
  },
  {
    ...shortlist,
    name: "pieces of the call before are passed over",
    find: "    met.clear();\n",
    replace: "",
  },
  {
    ...shortlist,
    name: "the best ones have no limit",
    find: "Math.min(starts[piece + 1]!, from + best)",
    replace: "starts[piece + 1]!",
  },
  {
    ...pieceSet,
    name: "words of 31 pieces",
    find: "ids[at++] = 32 * i + 31",
    replace: "ids[at++] = 31 * i + 31",
  },
  {
    ...file,
    name: "a shortlist of other wordpieces is read",
    find: 'metadata["wordpieces"] !== fingerprintOf(pieces)',
    replace: 'metadata["wordpieces"] === ""',
  },
  {
    ...file,
    name: "ids are not checked at the upper end",
    find: "id < 0 || id >= pieces.size",
    replace: "id < 0 || id > pieces.size",
  },
  {
    ...file,
    name: "rows may go back",
    find: "at < starts[i - 1]!",
    replace: "at < 0",
  },
  {
    ...coverage,
    name: "any reference piece makes a sentence whole",
    find: "if (covered === target.length) coverage.whole++;",
    replace: "if (covered > 0) coverage.whole++;",
  },
  {
    ...frequent,
    name: "</s> is the most frequent piece",
    find: "counts[id]! > 0 && id !== eosId",
    replace: "counts[id]! > 0",
  },
  {
    ...frequent,
    name: "target to source is learnt as source to target",
    find: 'lexicon("target to source", target, source)',
    replace: 'lexicon("target to source", source, target)',
  },
  {
    ...text,
    name: "the first pairs instead of pairs from all corpora",
    find: "Math.floor((i * pairs) / count)",
    replace: "i",
  },
  {
    ...text,
    name: "targets without </s>",
    find: "      target.ids[target.starts[n + 1]! - 1] = eosId;\n",
    replace: "",
  },
  {
    ...command,
    name: "given files leave their folder behind",
    find: "    if (temporary !== undefined) rmSync(temporary, { recursive: true, force: true });\n",
    replace: "",
  },
  {
    ...command,
    name: "given files are of any of the model's languages",
    find: "const tgtLang = tgt_lang ?? (others.length === 0 ? only : undefined);",
    replace: "void others;\n  const tgtLang = only;",
  },
];
