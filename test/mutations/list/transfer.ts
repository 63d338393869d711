/** Mistakes in what a run takes over from the model it starts from. */
import type { Mutation } from "../mutation.ts";

const values = { file: "src/training/transfer/initial-values.ts", tests: ["test/training/transfer"] };
const rows = { file: "src/training/transfer/extended-rows.ts", tests: ["test/training/transfer"] };
const base = { file: "src/training/transfer/base-model.ts", tests: ["test/training/transfer"] };
const pieces = { file: "src/training/transfer/base-wordpieces.ts", tests: ["test/training/transfer"] };
const run = { file: "src/training/run-training.ts", tests: ["test/training/transfer"] };
const settings = { file: "src/config/base-settings.ts", tests: ["test/config/base-settings.test.ts"] };
const freeze = {
  file: "src/training/transfer/frozen-parameters.ts",
  tests: ["test/training/transfer/freeze.test.ts"],
};
const frozen = ["test/ops/frozen.test.ts", "test/training/transfer/freeze.test.ts"];
const extension = { file: "src/text/wordpiece-extension.ts", tests: ["test/text/wordpiece-extension.test.ts"] };

export const transferMutations: readonly Mutation[] = [
  {
    ...values,
    name: "experts are one copy and zeros",
    find: "for (let i = 0; i < times; i++) all.set(data, i * data.length);",
    replace: "all.set(data);",
  },
  {
    ...values,
    name: "new layers of experts start with random output",
    find: 'return this.note("zero", name, new Float32Array(sizeOf(own)));',
    replace: 'return this.note("zero", name, undefined);',
  },
  {
    ...values,
    name: "a new layer under a sigmoid is let through",
    find: 'if (this.config.moeOutput === "identity") return;',
    replace: "return;",
  },
  {
    ...values,
    name: "a dense gate of equal experts starts at zero",
    find: 'this.config.gating === "dense" && name',
    replace: 'this.config.gating === "hierarchical" && name',
  },
  {
    ...values,
    name: "moments of extended tables are dropped",
    find: "if (!extended.includes(parameter)) return [];",
    replace: "if (!taken.includes(parameter)) return [];",
  },
  {
    ...values,
    name: "what is left behind is not said",
    find: "filter((name) => !this.used.has(name))",
    replace: "filter(() => false)",
  },
  {
    ...rows,
    name: "a new row is the sum of its old pieces' rows",
    find: "ids.length === 0 ? 0 : sum / ids.length",
    replace: "sum",
  },
  { ...rows, name: "new tags are like <s> beside other tags", find: "tags.length > 0 ? tags", replace: "false ? tags" },
  {
    ...base,
    name: "experts' function may change silently",
    find: "config.numExperts > 0 && base.numExperts > 0 ? [...fixed, ...fixedOfExperts] : fixed",
    replace: "fixed",
  },
  {
    ...base,
    name: "kept moments are as new as the run before them",
    find: "steps: step + (state.momentSteps ?? 0)",
    replace: "steps: step",
  },
  {
    ...base,
    name: "kept moments with the best weights",
    find: "weights: checkpoint.model,",
    replace: "weights: new Map([...checkpoint.model].slice(1)),",
  },
  {
    ...run,
    name: "kept moments are corrected as if they were new",
    find: "state.step + (state.momentSteps ?? 0)",
    replace: "state.step",
  },
  {
    ...pieces,
    name: "wordpieces of another model are let through",
    find: "if (before === now) continue;",
    replace: "continue;",
  },
  {
    ...settings,
    name: "the model's settings win over those given",
    find: "return { ...Object.fromEntries(keys.map((key) => [key, settings[key]])), ...input };",
    replace: "return { ...input, ...Object.fromEntries(keys.map((key) => [key, settings[key]])) };",
  },
  {
    ...settings,
    name: "a run that has begun needs its model's directory",
    find: 'return settings?.["train_from"] === base ? settings : undefined;',
    replace: "return settings === undefined ? settings : undefined;",
  },
  {
    ...settings,
    name: "one expert a position where there was one expert",
    find: 'return key === "num_experts_per_tok" && Number(input["num_experts"]) > 1 && wasDense;',
    replace: "return false && wasDense;",
  },
  {
    ...extension,
    name: "learnt pieces come before the model's merges",
    find: "score: lowest - 1 - i",
    replace: "score: 1 + i",
  },
  {
    ...extension,
    name: "merges are learnt of characters instead of pieces",
    find: "symbols[place] = symbol < size ? symbol : (byCodePoint.get(symbol - size) ?? BREAK);",
    replace: "symbols[place] = byCodePoint.get(symbol - size) ?? BREAK;",
  },
  {
    ...freeze,
    name: "a pattern may match in the middle of a name",
    find: 'new RegExp(`^${parts.join(".*")}$`)',
    replace: 'new RegExp(parts.join(".*"))',
  },
  {
    ...freeze,
    name: "a pattern without a parameter is let through",
    find: "if (names.some((name) => expressionOf(pattern).test(name))) continue;",
    replace: "continue;",
  },
  {
    file: "src/training/train-step.ts",
    name: "frozen parameters are asked for gradients",
    find: "({ variable }) => variable).filter(({ trainable }) => trainable)",
    replace: "({ variable }) => variable)",
    tests: frozen,
  },
  {
    file: "src/training/training-optimizer.ts",
    name: "frozen parameters have moments",
    find: "parameters.filter(({ variable }) => variable.trainable)",
    replace: "parameters.filter(() => true)",
    tests: frozen,
  },
  {
    file: "src/layers/embedding.ts",
    name: "gradients of frozen embeddings are kept by row",
    find: "isFrozen(this.table) ? undefined : context.rowGradients",
    replace: "context.rowGradients",
    tests: frozen,
  },
  {
    file: "src/moe/strictly-balanced.ts",
    name: "frozen thresholds are fitted",
    find: "    if (isFrozen(this.thresholds)) return undefined;\n",
    replace: "",
    tests: frozen,
  },
  {
    file: "src/ops/lstm-layer.ts",
    name: "a layer with one frozen matrix has no gradients of the others",
    find: ".some((each) => each !== undefined && !isFrozen(each))",
    replace: ".every((each) => each !== undefined && !isFrozen(each))",
    tests: frozen,
  },
  {
    file: "src/ops/vocabulary-cross-entropy.ts",
    name: "the softmax's frozen weights have a gradient",
    find: "operands, options, !isFrozen(weights)",
    replace: "operands, options, true",
    tests: frozen,
  },
  {
    file: "native/src/vocabulary/cross_entropy.cc",
    name: "no gradient of the bias without that of the weights",
    find: "    for (int i = 0; i < count; i++) {\n      gradients_->bias[begin + i]",
    replace: "    for (int i = 0; i < count && weights_wanted(); i++) {\n      gradients_->bias[begin + i]",
    tests: frozen,
  },
  {
    file: "native/src/moe/expert_passes.h",
    name: "rows of frozen experts have no gradient",
    find: "    worker.multiply(to_d_x);\n    if (!weights_wanted) return;",
    replace: "    if (!weights_wanted) return;\n    worker.multiply(to_d_x);",
    tests: frozen,
  },
];
