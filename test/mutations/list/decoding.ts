/** Mistakes in search, sampling, scoring, and translations put together from them. */
import type { Mutation } from "../mutation.ts";

const tests = ["test/decoding"];
const beam = { file: "src/decoding/beam-search.ts", tests };
const step = { file: "src/decoding/beam/beam-step.ts", tests };
const penalty = { file: "src/decoding/beam/length-penalty.ts", tests };
const single = { file: "src/decoding/single-search.ts", tests };
const sampling = { file: "src/decoding/sampling.ts", tests };
const translator = { file: "src/decoding/translator.ts", tests };
const inOrder = { file: "src/decoding/in-order.ts", tests };
const truncation = { file: "src/decoding/truncation.ts", tests: ["test/decoding/sampling.test.ts"] };
const unknown = { file: "src/decoding/replace-unk.ts", tests };

export const decodingMutations: readonly Mutation[] = [
  {
    ...penalty,
    name: "length penalty begins at 6",
    find: "return ((5 + length) / 6) ** alpha;",
    replace: "return ((6 + length) / 6) ** alpha;",
  },
  {
    ...penalty,
    name: "attention above 1 is rewarded",
    find: "Math.log(Math.min(Math.max(coverage[i]!, LEAST_COVERAGE), 1))",
    replace: "Math.log(Math.max(coverage[i]!, LEAST_COVERAGE))",
  },
  {
    ...penalty,
    name: "what can still be reached is that of the shortest end",
    find: "return Math.max(logProbability / lengthPenalty(shortest, alpha), logProbability / lengthPenalty(longest, alpha));",
    replace: "void longest;\n  return logProbability / lengthPenalty(shortest, alpha);",
  },
  {
    ...beam,
    name: "</s> does not count as length",
    find: "logProbability / lengthPenalty(length,",
    replace: "logProbability / lengthPenalty(length - 1,",
  },
  {
    ...beam,
    name: "coverage penalty has the wrong sign",
    find: "+ (coverage ?? 0)",
    replace: "- (coverage ?? 0)",
  },
  {
    ...beam,
    name: "coverage stays where hypotheses are reordered",
    find: "    this.coverage?.select(parents);\n",
    replace: "",
  },
  {
    ...beam,
    name: "search ends with the first finished hypothesis",
    find: "finished.count >= this.beamSize",
    replace: "finished.count >= 1",
  },
  {
    ...beam,
    name: "</s> may come one piece early",
    find: "endAllowed: length > minLength",
    replace: "endAllowed: length >= minLength",
  },
  {
    ...beam,
    name: "one piece more than the maximum length",
    find: "|| length > longest)",
    replace: "|| length > longest + 1)",
  },
  {
    ...beam,
    name: "nothing where every continuation is impossible",
    find: "if (from === live.offsets[s + 1] || length > longest) {",
    replace: "if (from === live.offsets[s + 1]) return true;\n    if (length > longest) {",
  },
  {
    ...beam,
    name: "what has ended is cut as well",
    find: "      if (complete.includes(row)) continue;\n",
    replace: "      void complete;\n",
  },
  {
    ...beam,
    name: "coverage of what is cut counts the step that was not taken",
    find: "this.coverage?.penaltyBefore(row",
    replace: "this.coverage?.penalty(row",
  },
  {
    file: "src/decoding/beam/finished.ts",
    tests,
    name: "what is cut ranks with what has ended",
    find: "hypothesis.complete === other.complete ? hypothesis.score > other.score : hypothesis.complete",
    replace: "hypothesis.score > other.score",
  },
  {
    ...single,
    name: "greedy search has no room for </s>",
    find: "this.pieces = new Int32Array(maxLength + 1);",
    replace: "this.pieces = new Int32Array(maxLength);",
  },
  {
    ...beam,
    name: "</s> stays in the pieces",
    find: "complete ? path.subarray(0, path.length - 1) : path",
    replace: "path",
  },
  {
    ...beam,
    name: "states stay where the order of rows alone changes",
    find: "if (isIdentity(parents, this.state.rows)) return;",
    replace: "if (parents.length === this.state.rows) return;",
  },
  {
    file: "src/decoding/beam/finished.ts",
    tests,
    name: "the later of equal hypotheses is the better",
    find: "? hypothesis.score > other.score",
    replace: "? hypothesis.score >= other.score",
  },
  {
    file: "src/decoding/beam/coverage.ts",
    tests,
    name: "coverage is that of the last step",
    find: "sum + weights[i]!",
    replace: "0 * sum + weights[i]!",
  },
  {
    ...step,
    name: "ties go to the worse parent",
    find: "if (next[row]! > score) {",
    replace: "if (next[row]! >= score && next[row]! > Number.NEGATIVE_INFINITY) {",
  },
  {
    ...step,
    name: "</s> ends a hypothesis at one rank too many",
    find: "if (rank < beamSize) {",
    replace: "if (rank <= beamSize) {",
  },
  {
    ...step,
    name: "</s> takes no rank",
    find: "        }\n        rank++;\n      }",
    replace: "        }\n      }",
  },
  {
    file: "src/decoding/search.ts",
    tests,
    name: "greedy search ends before the minimum length",
    find: "    if (!endAllowed && ids[at] === eosId) at++;\n",
    replace: "    void [endAllowed, ids, eosId];\n",
  },
  {
    ...single,
    name: "no length penalty in greedy search",
    find: "score: logProbability / lengthPenalty(length, options.lengthPenalty) + coverage,",
    replace: "score: logProbability + coverage,",
  },
  {
    ...single,
    name: "a finished sentence's state goes on",
    find: "if (rows.length > 0 && !isIdentity(rows, state.rows)) state.select(rows);",
    replace: "if (rows.length > 0 && rows.length !== state.rows) state.select(rows.map((_, i) => i));",
  },
  {
    ...sampling,
    name: "temperature is upside down",
    find: "(logProbabilities[at]! - best) / sampling.temperature",
    replace: "(logProbabilities[at]! - best) * sampling.temperature",
  },
  {
    ...sampling,
    name: "one candidate more than sampling_topk",
    find: "const allowed = taken < topK &&",
    replace: "const allowed = taken <= topK &&",
  },
  {
    ...sampling,
    name: "</s> takes one of the k places where it may not come",
    find: "const count = sampling.topK > 0 ? sampling.topK + 1 : model.vocabularySize;",
    replace: "const count = sampling.topK > 0 ? sampling.topK : model.vocabularySize;",
  },
  {
    ...truncation,
    name: "the nucleus is of weights that do not add up to 1",
    find: "topP * sum(weights, count)",
    replace: "topP",
  },
  {
    ...sampling,
    name: "all sentences of a batch have the same random numbers",
    find: "sampleStream(streams[s]!, sample)",
    replace: "sampleStream(streams[s - s]!, sample)",
  },
  {
    file: "src/decoding/lines/length-batches.ts",
    tests,
    name: "a batch that just fits is cut",
    find: "pieces + length > budget.pieces",
    replace: "pieces + length >= budget.pieces",
  },
  {
    file: "src/decoding/translate-options.ts",
    tests,
    name: "a minimum length leaves no room",
    find: "EXTRA_LENGTH, minLength, given",
    replace: "EXTRA_LENGTH, minLength - 1, given",
  },
  {
    file: "src/decoding/force-score.ts",
    tests,
    name: "</s> is missing from scores",
    find: "tokens.reduce((sum, token) => sum + token, 0)",
    replace: "tokens.subarray(0, -1).reduce((sum, token) => sum + token, 0)",
  },
  {
    ...translator,
    name: "one text fills the n-best list",
    find: "      if (sampling === undefined && texts.has(translated.text)) continue;\n",
    replace: "",
  },
  {
    ...translator,
    name: "lines are numbered anew in each window",
    find: "    this.counts.lines += lines.length;\n",
    replace: "",
  },
  {
    ...translator,
    name: "a line of the most pieces is refused",
    find: "if (pieces.length > limit) {",
    replace: "if (pieces.length >= limit) {",
  },
  {
    ...translator,
    name: "line breaks of byte pieces stay in a translation",
    find: 'return text.replace(/[\\n\\v\\f\\r\\u0085\\u2028\\u2029]+/g, " ");',
    replace: "return text;",
  },
  {
    ...unknown,
    name: "attention is read as if there were no language tag",
    find: "mostAttended(attention[t]!, first, source.pieces)",
    replace: "mostAttended(attention[t]!, first * 0, source.pieces)",
  },
  {
    ...unknown,
    name: "a source word is given for each of its pieces",
    find: "      lastWord = word;\n",
    replace: "",
  },
  {
    file: "src/decoding/lines/line-windows.ts",
    tests,
    name: "lines before a failure are lost",
    find: "if (window.length > 0) yield window;",
    replace: "if (open && window.length > 0) yield window;",
  },
  {
    ...beam,
    name: "an aborted beam search goes on",
    find: "signal?.throwIfAborted();\n    const distribution",
    replace: "const distribution",
  },
  {
    ...single,
    name: "an aborted greedy search goes on",
    find: "signal?.throwIfAborted();\n      const candidates",
    replace: "const candidates",
  },
  {
    ...inOrder,
    name: "an item's results come twice, the next one's never",
    find: "open.shift();",
    replace: "open.pop();",
  },
  {
    ...inOrder,
    name: "a third item is begun for a reader who rests",
    find: "const MOST_OPEN = 2;",
    replace: "const MOST_OPEN = 3;",
  },
  {
    ...inOrder,
    name: "work goes on when the reader has left",
    find: "    leave.abort();\n",
    replace: "",
  },
  {
    file: "src/base/threads/turns.ts",
    tests: ["test/base/threads/turns.test.ts"],
    name: "a task that ends frees a turn that is handed on too",
    find: "else next();",
    replace: "else {\n        next();\n        this.free++;\n      }",
  },
];
