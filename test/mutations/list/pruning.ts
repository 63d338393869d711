/** Mistakes in what experts are worth, which of them stay, and what a model without the others is. */
import type { Mutation } from "../mutation.ts";

const tests = ["test/pruning"];
const rank = { file: "src/pruning/rank-experts.ts", tests };
const choose = { file: "src/pruning/choose-experts.ts", tests };
const prune = { file: "src/pruning/prune-experts.ts", tests };
const load = { file: "src/inference/text-expert-load.ts", tests: ["test/cli/commands/prune.test.ts"] };
const command = { file: "src/cli/commands/prune.ts", tests: ["test/cli/commands/prune.test.ts"] };

export const pruningMutations: readonly Mutation[] = [
  {
    ...rank,
    name: "an expert's norm is that of its two main matrices",
    find: '["inner", "outer", "inner_gate"]',
    replace: '["inner", "outer"]',
  },
  {
    ...rank,
    name: "a router's change is taken without its sign",
    find: "norms.map((norm, expert) => norm - then[expert]!)",
    replace: "norms.map((norm, expert) => Math.abs(norm - then[expert]!))",
  },
  {
    ...rank,
    name: "columns of all groups' gates are those of the first",
    find: "Math.floor(i / size) * width + (i % width)",
    replace: "i % width",
  },
  {
    ...choose,
    name: "the worst experts stay",
    find: "worth[b]! - worth[a]! || a - b",
    replace: "worth[a]! - worth[b]! || a - b",
  },
  {
    ...choose,
    name: "of equal experts the upper ones stay",
    find: "worth[b]! - worth[a]! || a - b",
    replace: "worth[b]! - worth[a]! || b - a",
  },
  {
    ...choose,
    name: "groups keep as many as their position uses, however many a text does",
    find: "return Math.max(fewest, ...used);",
    replace: "return Math.max(fewest, Math.min(...used));",
  },
  {
    ...choose,
    name: "experts that stay are in the order of their worth",
    find: "experts.slice(0, count).sort((a, b) => a - b)",
    replace: "experts.slice(0, count)",
  },
  {
    ...prune,
    name: "thresholds stay as they are while shares rise",
    find: "threshold * factor",
    replace: "threshold * factor ** 0",
  },
  {
    ...prune,
    name: "a group's columns are those of the first group's experts",
    find: "(group * rows + row) * width - group * width",
    replace: "(group * rows + row) * width",
  },
  {
    ...prune,
    name: "the configuration keeps lists of numbers that all layers have now",
    find: "numExperts: first!, numExpertsByLayer: [] }",
    replace: "numExperts: first! }",
  },
  {
    ...load,
    name: "experts' load is that of greedy search",
    find: "new Translator(loaded, languages)",
    replace: "new Translator(loaded, { ...languages, beamSize: 1 })",
  },
  {
    ...load,
    name: "given translations are not looked at",
    find: "target === undefined",
    replace: "target === undefined || true",
  },
  {
    ...command,
    name: "where gates began is taken for zero",
    find: 'gating !== "strictly_balanced" && trainFrom === undefined',
    replace: 'gating !== "strictly_balanced" || trainFrom === undefined',
  },
];
