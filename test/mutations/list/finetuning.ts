/** Mistakes in fine-tuning: how text is cut, what is mixed in, when weights are kept. */
import type { Mutation } from "../mutation.ts";

const split = { file: "src/finetuning/split-text.ts", tests: ["test/finetuning/split-text.test.ts"] };
const plan = { file: "src/finetuning/plan.ts", tests: ["test/finetuning/plan.test.ts"] };
const general = { file: "src/finetuning/general-text.ts", tests: ["test/finetuning/plan.test.ts"] };
const loop = { file: "src/training/train-loop.ts", tests: ["test/training/train-loop.test.ts"] };

export const finetuningMutations: readonly Mutation[] = [
  {
    ...split,
    name: "sources are held out by their spelling",
    find: "update(`${seed}\\n${lettersOf(source)}`)",
    replace: "update(`${seed}\\n${source}`)",
  },
  { ...split, name: "the seed does not count", find: "`${seed}\\n${lettersOf(source)}`", replace: "lettersOf(source)" },
  { ...split, name: "held-out sources come again", find: "if (seen.has(identity)) continue;", replace: "" },
  {
    ...split,
    name: "as much is held out as is asked for, however little there is",
    find: "Math.min(MOST_SHARE, heldOut / count)",
    replace: "Math.min(0.5, heldOut / count)",
  },
  {
    ...split,
    name: "a sample is the beginning of what is not held out",
    find: "const [place, sample] = hashesOf(source, seed);",
    replace: "const [place] = hashesOf(source, seed);\n    const sample = place;",
  },
  {
    ...plan,
    name: "general text is drawn by its size",
    find: "((share / (1 - share)) * text.train.pairs) / general.pairs",
    replace: "share / (1 - share)",
  },
  { ...plan, name: "steps are those of the text alone", find: "/ (1 - share);", replace: ";" },
  {
    ...plan,
    name: "the model's batch size is lost",
    find: "...{ batch_type, batch_size, accum_count,",
    replace: "...{ batch_type, accum_count,",
  },
  {
    ...general,
    name: "weights of the model's corpora are lost",
    find: "parts.train.push(corpus);",
    replace: "parts.train.push({ ...corpus, weight: 1 });",
  },
  {
    ...general,
    name: "nothing of general text is held out",
    find: "heldOut: cuts && count >= FEWEST_PAIRS ?",
    replace: "heldOut: !cuts && count >= FEWEST_PAIRS ?",
  },
  {
    ...loop,
    name: "weights that lose general text are kept",
    find: "const isBest = kept && improves",
    replace: "const isBest = improves",
  },
  {
    ...loop,
    name: "losing general text is no lack of improvement",
    find: "const better = kept && improves",
    replace: "const better = improves",
  },
  {
    ...loop,
    name: "what may be lost is counted from the validation before",
    find: "state.retained ??= scores.retained;",
    replace: "state.retained = scores.retained;",
  },
  {
    file: "src/training/validation/best-score.ts",
    name: "a perplexity that fell is a loss",
    find: "100 * (now.perplexity / start.perplexity - 1)",
    replace: "100 * (start.perplexity / now.perplexity - 1)",
    tests: ["test/training/train-loop.test.ts"],
  },
  {
    file: "src/finetuning/compare-models.ts",
    name: "the model is compared with itself",
    find: "const earlier = await measured(before, data",
    replace: "const earlier = await measured(after, data",
    tests: ["test/e2e/finetune.test.ts"],
  },
];
