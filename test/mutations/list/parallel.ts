/** Mistakes in what the ranks of a job do together. */
import type { Mutation } from "../mutation.ts";

const together = ["test/checkpoint/write-together.test.ts"];
const verifying = { file: "src/checkpoint/verify-together.ts", tests: together };
const writing = { file: "src/checkpoint/write-together.ts", tests: together };
const sums = { file: "src/checkpoint/crc32-combine.ts", tests: ["test/checkpoint/crc32-combine.test.ts"] };
const held = { file: "src/layers/parameters.ts", tests: ["test/parallel/held-parameters.test.ts"] };
const moments = { file: "src/optim/moments.ts", tests: ["test/parallel/held-parameters.test.ts"] };
const training = ["test/parallel/training.test.ts"];
const watching = { file: "src/parallel/mpi/watch-rank.ts", tests: ["test/parallel/watch-rank.test.ts"] };
const reducing = { file: "src/training/ranks/reduce-gradients.ts", tests: training };

export const parallelMutations: readonly Mutation[] = [
  {
    file: "src/parallel/shared-memory.ts",
    tests: ["test/parallel/shared-memory.test.ts"],
    name: "a rank that comes after another one has failed waits for it",
    find: "this.requireNoFailure();\n    if (Atomics.add",
    replace: "if (Atomics.add",
  },
  {
    ...verifying,
    name: "ranks verify the first rank's bytes alone",
    find: "return crc32Combine(crc, sums[tensor]!, partOf(end - begin, rank, ranks.size).length);",
    replace: "return rank > 0 ? crc : crc32Combine(crc, sums[tensor]!, partOf(end - begin, rank, ranks.size).length);",
  },
  {
    ...verifying,
    name: "a checksum that is wrong is let through",
    find: "if (sum !== checksum) throw reader.altered(name);",
    replace: 'if (sum !== checksum && name === "") throw reader.altered(name);',
  },
  {
    ...writing,
    name: "ranks write their parts over each other",
    find: "at + (described[i]!.byteLength / part.of) * part.begin",
    replace: "at",
  },
  {
    ...writing,
    name: "a rank that cannot write goes unheard",
    find: "if (problems.length === 0) return;",
    replace: "if (problems.length < 2) return;",
  },
  {
    ...sums,
    name: "odd lengths of pieces are combined as even ones",
    find: "left % 2 === 1",
    replace: "left % 2 === 2",
  },
  {
    ...held,
    name: "every rank starts with the first rank's experts",
    find: "part.begin * rows * columns",
    replace: "0 * part.begin * rows * columns",
  },
  {
    ...held,
    name: "a rank reads all experts of a checkpoint",
    find: "floatTensor(valuesOf(found, part), own)",
    replace: "floatTensor(valuesOf({ shape: found.shape, data: found.data }, part), own)",
  },
  {
    ...moments,
    name: "a rank reads all moments of a checkpoint",
    find: "valuesOf(found, part)",
    replace: "valuesOf({ shape: found.shape, data: found.data }, part)",
  },
  {
    ...reducing,
    name: "batches before a step's last one are left out of what each rank has alone",
    find: "const reduced = accumulate(earlier!, whole!);",
    replace: "const reduced = { ...earlier!, ...whole! };",
  },
  {
    ...reducing,
    name: "small gradients stay those of one rank",
    find: "for (const { values, of } of this.together) scatter(values, of);",
    replace: "for (const { values, of } of this.together) if (values.length < 0) scatter(values, of);",
  },
  {
    file: "src/training/step-sums.ts",
    tests: training,
    name: "a step's sums leave the other ranks out",
    find: "    ranks.allReduce(all).wait();\n    this.shared = places;",
    replace: "    this.shared = places;",
  },
  {
    file: "src/training/train-step.ts",
    tests: training,
    name: "ranks have the noise of each other's batches",
    find: "return pass + batch * size + rank;",
    replace: "return pass + batch * size;",
  },
  {
    ...watching,
    name: "nothing is said of a rank that is killed",
    find: "if (signal !== null) {",
    replace: 'if (signal === "SIGHUP") {',
  },
  {
    ...watching,
    name: "a rank's parent ends by the signals of the rank",
    find: "process.on(signal, () => {})",
    replace: "signal",
  },
  {
    ...watching,
    name: "a rank has no connection to its launcher",
    find: '...(connection !== undefined && { PMI_FD: "3" })',
    replace: "",
  },
];
