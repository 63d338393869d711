/** Mistakes in saving, finding, verifying and averaging checkpoints. */
import type { Mutation } from "../mutation.ts";

const tests = ["test/checkpoint"];
const folder = { file: "src/checkpoint/checkpoint-folder.ts", tests };
const header = { file: "src/checkpoint/safetensors-header.ts", tests };
const reading = { file: "src/checkpoint/read-checkpoint.ts", tests };
const writing = { file: "src/checkpoint/write-checkpoint.ts", tests };

export const checkpointMutations: readonly Mutation[] = [
  { ...folder, name: "one checkpoint too many is kept", find: "slice(0, -keep)", replace: "slice(0, -keep - 1)" },
  { ...folder, name: "the oldest checkpoints are kept", find: "a.step - b.step", replace: "b.step - a.step" },
  {
    ...folder,
    name: "steps of seven digits are not found",
    find: "/^step-(\\d{6,})$/",
    replace: "/^step-(\\d{6})$/",
  },
  {
    ...folder,
    name: "what an interrupted save moved aside stays",
    find: "(new|old)",
    replace: "(new)",
  },
  {
    ...reading,
    name: "the trainer's state is not checked",
    find: "if (crc32(JSON.stringify(state)).toString(16) !== content.crc32) {",
    replace: 'if (content.crc32 === "") {',
  },
  {
    ...reading,
    name: "files of another step are read",
    find: 'if (metadata["step"] !== String(step))',
    replace: 'if (metadata["step"] === "")',
  },
  {
    ...reading,
    name: "the oldest problem is told",
    find: "problem ??= error;",
    replace: "problem = error;",
  },
  {
    ...reading,
    name: "nothing is said of a damaged checkpoint",
    find: "if (next !== undefined) {",
    replace: "if (next === undefined) {",
  },
  {
    ...writing,
    name: "a step is not saved twice",
    find: "if (replaces) renameSync(to, aside);",
    replace: "if (replaces) return;",
  },
  {
    ...writing,
    name: "what an interrupted save left stays",
    find: "    removeUnfinished(folder);\n",
    replace: "",
  },
  {
    ...writing,
    name: "a failed save leaves its files",
    find: "      rmSync(unfinished, { recursive: true, force: true });\n      throw error;",
    replace: "      throw error;",
  },
  {
    ...header,
    name: "tensors may overlap",
    find: "if (begin !== at) throw",
    replace: "if (begin > at) throw",
  },
  {
    ...header,
    name: "the checksum does not cover name and shape",
    find: "return JSON.stringify([name, dtype, shape]);",
    replace: "return JSON.stringify([name.length * 0, dtype.length * 0, shape.length * 0]);",
  },
  {
    ...header,
    name: "headers are not aligned",
    find: "Math.ceil(Buffer.byteLength(json) / ALIGNMENT) * ALIGNMENT",
    replace: "Buffer.byteLength(json)",
  },
  {
    ...header,
    name: "length of the header in characters",
    find: "Math.ceil(Buffer.byteLength(json) / ALIGNMENT)",
    replace: "Math.ceil(json.length / ALIGNMENT)",
  },
  {
    file: "src/checkpoint/read-safetensors.ts",
    tests,
    name: "tensors are not checked",
    find: "crc32(bytes, crc32(checksumText(entry))) !== promised",
    replace: "crc32(bytes, crc32(checksumText(entry))) < 0",
  },
  {
    file: "src/checkpoint/read-safetensors.ts",
    tests,
    name: "a missing checksum is no damage",
    find: 'promised === undefined && this.header.metadata["format"] === "gnmt-moe"',
    replace: 'promised === undefined && this.header.metadata["format"] === ""',
  },
  {
    file: "src/checkpoint/average.ts",
    tests,
    name: "the sum instead of the mean",
    find: "(total) => total / paths.length",
    replace: "(total) => total",
  },
  {
    file: "src/checkpoint/average.ts",
    tests,
    name: "tensors are taken by their place in the first file",
    find: "reader.read(entryOf.get(reader)!.get(entry.name)!)",
    replace: "reader.read(entry)",
  },
];
