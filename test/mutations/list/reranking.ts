/** Mistakes in choosing among the translations of a search. */
import type { Mutation } from "../mutation.ts";

const tests = ["test/reranking"];
const risk = { file: "src/reranking/minimum-bayes-risk.ts", tests };
const channel = { file: "src/reranking/noisy-channel.ts", tests };
const pairwise = { file: "src/metrics/pairwise-scores.ts", tests: ["test/metrics/pairwise-scores.test.ts"] };

export const rerankingMutations: readonly Mutation[] = [
  {
    ...risk,
    name: "equal samples count once",
    find: "    known.count++;\n",
    replace: "",
  },
  {
    ...risk,
    name: "a translation is one of its own references",
    find: "(i === j && others > 0 ? 1 : 0)",
    replace: "0",
  },
  {
    ...risk,
    name: "what was cut may be chosen before what is complete",
    find: "Number(b.first.complete) - Number(a.first.complete) || b.utility - a.utility",
    replace: "b.utility - a.utility",
  },
  {
    ...risk,
    name: "the least of the mean utilities is taken",
    find: "|| b.utility - a.utility",
    replace: "|| a.utility - b.utility",
  },
  {
    ...risk,
    name: "a cut translation stands for the complete one of the same text",
    find: "if (!known.first.complete && hypothesis.complete) known.first = hypothesis;",
    replace: "",
  },
  {
    ...channel,
    name: "the channel is given the translation as it is given the source",
    find: "({ source: hypothesis.text, target: source })",
    replace: "({ source, target: hypothesis.text })",
  },
  {
    ...channel,
    name: "log-probabilities are not divided by lengths",
    find: "scores[i]! += (weight * logProbability) / tokens.length;",
    replace: "void tokens;\n    scores[i]! += weight * logProbability;",
  },
  {
    ...channel,
    name: "</s> does not count as a piece of the translation",
    find: "pieces.length + (complete ? 1 : 0)",
    replace: "pieces.length",
  },
  {
    ...channel,
    name: "the language model counts as the channel does",
    find: "add(scores, languageModelWeight,",
    replace: "void languageModelWeight;\n    add(scores, channelWeight,",
  },
  {
    ...channel,
    name: "cut translations are ranked among the complete ones",
    find: "Number(b.complete) - Number(a.complete) || b.score - a.score",
    replace: "b.score - a.score",
  },
  {
    ...channel,
    name: "samples with the same text are all kept",
    find: "hypotheses.filter(({ text }) => texts.size < texts.add(text).size)",
    replace: "(void texts, hypotheses)",
  },
  {
    file: "src/cli/commands/translate/rerank-options.ts",
    tests: ["test/cli/commands/translate/rerank-options.test.ts"],
    name: "a language model alone takes the second weight",
    find: "rerank_model === undefined ? [1, first] : [first, second ?? 1]",
    replace: "[first, second ?? 1]",
  },
  {
    ...pairwise,
    name: "shared n-grams are not clipped",
    find: "Math.min(own[numbers[entry]!]!, counts[entry]!)",
    replace: "own[numbers[entry]!]! > 0 ? counts[entry]! : 0",
  },
  {
    ...pairwise,
    name: "counts of a sequence stay for the next",
    find: "    for (let entry = from; entry < to; entry++) own[numbers[entry]!] = 0;\n",
    replace: "",
  },
  {
    ...pairwise,
    name: "of itself a text shares only what others have too",
    find: "    for (let n = 1; n <= orders; n++) shared[sequence * orders + n - 1] = this.total(sequence, n);\n",
    replace: "",
  },
  {
    ...pairwise,
    name: "n-grams of different orders have the same numbers",
    find: "list[length++] = distinct + number;",
    replace: "list[length++] = number;",
  },
  {
    file: "src/metrics/bleu.ts",
    tests: ["test/metrics/pairwise-scores.test.ts"],
    name: "of two texts the hypothesis's length is that of the reference",
    find: "statistics[1] = words[reference]!.length;",
    replace: "statistics[1] = words[hypothesis]!.length;",
  },
  {
    file: "src/cli/commands/translate/reranking.ts",
    tests: ["test/cli/commands/translate/rerank-options.test.ts"],
    name: "all hypotheses are listed",
    find: "translation.hypotheses.slice(0, nBest)",
    replace: "(void nBest, translation.hypotheses)",
  },
];
