/** Mistakes in what people at work on a translation are shown: words with their places, links, experts, other words. */
import type { Mutation } from "../mutation.ts";

const spans = { file: "src/inspection/piece-spans.ts", tests: ["test/inspection/piece-spans.test.ts"] };
const shares = { file: "src/inspection/word-shares.ts", tests: ["test/inspection/word-shares.test.ts"] };
const explain = {
  file: "src/inspection/explain-translation.ts",
  tests: ["test/inspection/explain-translation.test.ts"],
};
const next = { file: "src/inspection/next-words.ts", tests: ["test/inspection/next-words.test.ts"] };
const gates = { file: "native/src/inference/decoder_state.cc", tests: ["test/engine/expert-gates.test.ts"] };
const passage = { file: "src/segments/translate-passage.ts", tests: ["test/segments/translate-passage.test.ts"] };
const service = {
  file: "src/server/interactive/interactive-service.ts",
  tests: ["test/server/interactive/routes.test.ts"],
};

export const inspectionMutations: readonly Mutation[] = [
  {
    ...spans,
    name: "bytes of a character but the last have no place",
    find: "result[result.length - i]!.length = character.length;",
    replace: "result[result.length - i]!.length = 0;",
  },
  {
    ...spans,
    name: "changed words are spelled as they stand",
    find: "if (own === word) return",
    replace: "if (own !== '') return",
  },
  {
    ...shares,
    name: "a piece is of each of its words alike",
    find: "share: common }]",
    replace: "share: 1 }]",
  },
  {
    ...shares,
    name: "rows of words are sums",
    find: "totals[word]! > 0 ? value / totals[word]! : 0",
    replace: "value",
  },
  {
    ...explain,
    name: "the tag is taken for the first piece of the source",
    find: "sums[word]! += share * weights[first + piece]!",
    replace: "sums[word]! += share * weights[piece]!",
  },
  {
    ...explain,
    name: "experts of the source are those of the position before, where there is a tag",
    find: "words.length, isSource ? first : 0)",
    replace: "words.length, 0)",
  },
  {
    ...explain,
    name: "the confidence in a word is that in its last piece",
    find: "(own[0]?.word === word ? sum + values[piece]! : sum)",
    replace: "(own[0]?.word === word ? values[piece]! : sum)",
  },
  {
    ...next,
    name: "other words may go on with the word before",
    find: "targetPrefix(wordpieces, index, before, true)",
    replace: "targetPrefix(wordpieces, index, before, false)",
  },
  {
    ...next,
    name: "words are left after their first piece",
    find: 'if (piece === wordpieces.eosId || (before !== "" && before === after)) return;',
    replace: 'if (piece === wordpieces.eosId || before !== "" || after === "") return;',
  },
  {
    ...next,
    name: "a word's probability is that of its first piece",
    find: "word.logProbability += logProbabilities[row]!;",
    replace: "",
  },
  {
    ...gates,
    name: "experts of a target are those of its first step",
    find: "for (size_t layer = 0; layer < next.size(); layer++) next[layer] += experts[layer];",
    replace:
      "if (t == targets.length(s)) for (size_t layer = 0; layer < next.size(); layer++) next[layer] += (t + 1) * experts[layer];",
  },
  {
    file: "native/src/inference/model.cc",
    tests: ["test/engine/expert-gates.test.ts"],
    name: "experts of sources are in the order of rows",
    find: "by_row.data() + row * experts, experts * sizeof(float));",
    replace: "by_row.data() + position * experts, experts * sizeof(float));",
  },
  {
    ...passage,
    name: "segments stand where the text has them, not its translation",
    find: "target: { start: text.length, end: text.length + target.length },",
    replace: "target: { start: at, end: at + target.length },",
  },
  {
    ...passage,
    name: "a complete translation goes on",
    find: "segments.filter(({ chosen }) => !chosen.isComplete)",
    replace: "segments.filter(({ chosen }) => chosen !== undefined)",
  },
  {
    ...passage,
    name: "placeables of a beginning are shown as they are",
    find: "rest = rest.replace(run.map",
    replace: "rest.replace(run.map",
  },
  {
    ...passage,
    name: "what loses a placeable is taken",
    find: "    if (accepted.length > 0) found.set(attempt.segment, accepted);\n",
    replace: "    found.set(attempt.segment, accepted.length > 0 ? accepted : [attempt.segment.tokens]);\n",
  },
  {
    ...service,
    name: "words have their places in the segment",
    find: "start: word.start + by, end: word.end + by",
    replace: "start: word.start, end: word.end",
  },
  {
    ...service,
    name: "the beginning is asked of the first translation on the way",
    find: "...(isLast && lines[at]!), text: best!.text,",
    replace: "...(i === 0 && lines[at]!), text: best!.text,",
  },
];
