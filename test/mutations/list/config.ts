/** Mistakes in reading, overriding and completing a configuration, and in where its errors point. */
import type { Mutation } from "../mutation.ts";

const tests = ["test/config"];
const resolve = { file: "src/config/resolve.ts", tests };
const overrides = { file: "src/config/overrides.ts", tests };
const load = { file: "src/config/load.ts", tests };
const problems = { file: "src/config/problems.ts", tests };

export const configMutations: readonly Mutation[] = [
  {
    ...resolve,
    name: "label_smoothing: 0 becomes the default",
    find: "given.label_smoothing ?? (isLanguageModel ? 0 : 0.1)",
    replace: "(given.label_smoothing || (isLanguageModel ? 0 : 0.1))",
  },
  {
    ...resolve,
    name: "moe_dropout: 0 becomes dropout",
    find: "settings.moe_dropout ?? settings.dropout",
    replace: "(settings.moe_dropout || settings.dropout)",
  },
  {
    ...resolve,
    name: "a balance weight of 0 becomes the default",
    find: "given.load_loss_weight ?? balance",
    replace: "(given.load_loss_weight || balance)",
  },
  {
    ...resolve,
    name: "balance weights of the other task",
    find: "isLanguageModel ? 0.1 : 0.01",
    replace: "isLanguageModel ? 0.01 : 0.1",
  },
  {
    ...resolve,
    name: "embeddings are as wide as LSTMs have units",
    find: "settings.embedding_size ?? settings.hidden_size",
    replace: "settings.embedding_size ?? settings.lstm_cell_size ?? settings.hidden_size",
  },
  {
    ...resolve,
    name: "validation languages make tags",
    find: "languages.size > 1 : settings.target_tags",
    replace: "languages.size > 0 : settings.target_tags",
  },
  {
    ...resolve,
    name: "all experts of a group may not be used",
    find: "if (used > experts / groups) {",
    replace: "if (used >= experts / groups) {",
  },
  {
    ...resolve,
    name: "a layer of experts may follow a layer that is not there",
    find: "places.find((layer) => layer > layers)",
    replace: "places.find((layer) => layer > layers + 1)",
  },
  {
    ...resolve,
    name: "BLEU without translations is let through",
    find: "validates && unmeasured !== undefined && settings.valid_max_sentences === 0",
    replace: "validates && unmeasured !== undefined && settings.valid_max_sentences < 0",
  },
  {
    ...overrides,
    name: "keys with hyphens are unknown",
    find: 'path[last] = path[last]!.replaceAll("-", "_");',
    replace: "",
  },
  {
    ...overrides,
    name: "an override changes the file's own values",
    find: "structuredClone(content) as Record<string, unknown>",
    replace: "content as Record<string, unknown>",
  },
  {
    ...overrides,
    name: "text is read as YAML first",
    find: "  if (schema.safeParse(text).success) return text;\n",
    replace: "",
  },
  {
    ...overrides,
    name: "lists separated by commas are text",
    find: "return schema.safeParse(list).success ? list : value;",
    replace: "return schema.safeParse(list).success && list.length < 0 ? list : value;",
  },
  {
    ...load,
    name: "errors are a line late",
    find: "line ${lines.linePos(offset).line}`",
    replace: "line ${lines.linePos(offset).line + 1}`",
  },
  {
    ...load,
    name: "an override's error names the file",
    find: 'overrides[path.join(".")] === undefined ? lineOf(path)',
    replace: "path.length > 0 ? lineOf(path)",
  },
  {
    ...load,
    name: "the line is that of the section, not of the key",
    find: "      node = pair.value;\n",
    replace: "",
  },
  {
    ...problems,
    name: "only the first problem is told",
    find: "[first!.message, ...rest.map((problem) => `also: ${problem.message}`)]",
    replace: "[first!.message, ...rest.slice(rest.length).map((problem) => `also: ${problem.message}`)]",
  },
  {
    ...problems,
    name: "a key at the wrong place is not recognised",
    find: 'elsewhere.find((key) => key === name.replaceAll("-", "_"))',
    replace: "elsewhere.find((key) => key === `${name}-`)",
  },
  {
    file: "src/config/corpora.ts",
    tests,
    name: "valid_de trains",
    find: "/^(valid|test)(?![A-Za-z])/",
    replace: "/^(valid|test)$/",
  },
  {
    file: "src/base/nearest-name.ts",
    tests: ["test/base/nearest-name.test.ts", "test/config"],
    name: "exchanged letters are two edits",
    find: "if (swapped) current[j]",
    replace: "if (swapped && i < 0) current[j]",
  },
];
