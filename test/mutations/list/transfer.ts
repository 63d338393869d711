/** Mistakes in what a run takes over from the model it starts from. */
import type { Mutation } from "../mutation.ts";

const values = { file: "src/training/transfer/initial-values.ts", tests: ["test/training/transfer"] };
const rows = { file: "src/training/transfer/extended-rows.ts", tests: ["test/training/transfer"] };
const base = { file: "src/training/transfer/base-model.ts", tests: ["test/training/transfer"] };
const pieces = { file: "src/training/transfer/base-wordpieces.ts", tests: ["test/training/transfer"] };
const run = { file: "src/training/run-training.ts", tests: ["test/training/transfer"] };
const settings = { file: "src/config/base-settings.ts", tests: ["test/config/base-settings.test.ts"] };
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
    find: 'return this.note("zero", name, new Float32Array(sizeOf(shape)));',
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
    find: "weights: floatsByName(checkpoint.model),",
    replace: "weights: new Map([...floatsByName(checkpoint.model)].slice(1)),",
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
];
