/** Mistakes in fine-tuning: how text is cut, what is mixed in, when weights are kept. */
import type { Mutation } from "../mutation.ts";

const split = { file: "src/finetuning/split-text.ts", tests: ["test/finetuning/split-text.test.ts"] };
const plan = { file: "src/finetuning/plan.ts", tests: ["test/finetuning/plan.test.ts"] };
const general = { file: "src/finetuning/general-text.ts", tests: ["test/finetuning/plan.test.ts"] };
const adapter = {
  file: "src/training/transfer/adapter-parameters.ts",
  tests: ["test/training/transfer/adapter.test.ts"],
};
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
  {
    ...adapter,
    name: "gradients of A lack the scale",
    find: "tf.mul(tf.matMul(gradient, right.variable as tf.Tensor, false, true), this.scale),",
    replace: "tf.matMul(gradient, right.variable as tf.Tensor, false, true),",
  },
  {
    ...adapter,
    name: "an adapter's product is added to the product before",
    find: "variable.assign(tf.add(weights, tf.mul(product, this.scale)));",
    replace: "variable.assign(tf.add(variable, tf.mul(product, this.scale)));",
  },
  {
    ...adapter,
    name: "gates are adapted",
    find: "gate\\.\\w+)$/;",
    replace: "gate)$/;",
  },
  {
    ...adapter,
    name: "B starts random, so that the model is another one",
    find: "tf.zeros(rightShape)",
    replace: "tf.ones(rightShape)",
  },
  {
    file: "src/training/transfer/adapter-optimizer.ts",
    name: "the model does not get the adapter's new product",
    find: "if (Number.isFinite(norm)) this.adapter.apply();",
    replace: "",
    tests: ["test/training/transfer/adapter.test.ts"],
  },
  {
    file: "src/training/trained-weights.ts",
    name: "an adapter goes on beside a model that has changed",
    find: "if (state.base !== identity) {",
    replace: "if (state.base === undefined) {",
    tests: ["test/training/transfer/adapter.test.ts"],
  },
  {
    file: "src/training/transfer/initial-values.ts",
    name: "an adapter is begun beside a model of another shape",
    find: "if (changed === undefined && left === undefined) return;",
    replace: "return;",
    tests: ["test/training/transfer/adapter.test.ts"],
  },
  {
    file: "src/checkpoint/adapter.ts",
    name: "an adapter's scale is lost",
    find: "b.data.map((value) => scale * value)",
    replace: "b.data",
    tests: ["test/checkpoint/adapter.test.ts"],
  },
  {
    file: "src/checkpoint/model-identity.ts",
    name: "the order of tensors is part of a model's identity",
    find: "tensors.sort(([a], [b]) => (a < b ? -1 : 1));",
    replace: "",
    tests: ["test/checkpoint/adapter.test.ts"],
  },
  {
    file: "native/src/inference/tensors.cc",
    name: "all experts have the first one's adapter",
    find: "right.data() + line / rows * rank * columns + column;",
    replace: "right.data() + column;",
    tests: ["test/engine/adapters.test.ts"],
  },
  {
    file: "native/src/inference/linear.h",
    name: "stored 8-bit weights ignore the adapter",
    find: "source_.weights->type == ElementType::i8 && source_.weights->added == nullptr; }",
    replace: "source_.weights->type == ElementType::i8; }",
    tests: ["test/engine/adapters.test.ts"],
  },
];
