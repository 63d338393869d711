/** Mistakes in choosing among the translations of a search. */
import type { Mutation } from "../mutation.ts";

const tests = ["test/reranking"];
const risk = { file: "src/reranking/minimum-bayes-risk.ts", tests };
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
    file: "src/cli/commands/translate/rerank-options.ts",
    tests: ["test/cli/commands/translate/rerank-options.test.ts"],
    name: "all hypotheses are listed",
    find: "ranked.hypotheses.slice(0, nBest)",
    replace: "ranked.hypotheses",
  },
];
