/** Mistakes in gates, balance losses, experts, and what is said of them. */
import type { Mutation } from "../mutation.ts";

const moe = ["test/moe"];
const gates = ["test/ops/top-k-gates.test.ts", "test/ops/noisy-gates.test.ts", "test/ops/load.test.ts", "test/moe"];
const balance = ["test/ops/balance.test.ts", "test/moe"];
const layer = { file: "src/moe/moe-layer.ts", tests: moe };
const strict = { file: "src/moe/strictly-balanced.ts", tests: moe };
const masks = { file: "src/moe/batchwise-mask.ts", tests: moe };
const hierarchy = { file: "src/moe/hierarchical.ts", tests: moe };
const report = { file: "src/moe/expert-balance.ts", tests: moe };

export const moeMutations: readonly Mutation[] = [
  {
    file: "src/ops/top-k-gates.ts",
    tests: gates,
    name: "ties go to the higher expert",
    find: "valueAt(column) > valueAt(columns[row * k + place - 1]!)",
    replace: "valueAt(column) >= valueAt(columns[row * k + place - 1]!)",
  },
  {
    file: "src/ops/noisy-gates.ts",
    tests: gates,
    name: "no floor of the noise",
    find: "const NOISE_FLOOR = 0.01;",
    replace: "const NOISE_FLOOR = 0;",
  },
  {
    file: "src/ops/noisy-gates.ts",
    tests: gates,
    name: "noise without its scale",
    find: "tf.add(clean, tf.mul(noise, noiseScale))",
    replace: "tf.add(clean, noise)",
  },
  {
    file: "src/ops/load.ts",
    tests: gates,
    name: "thresholds of chosen and left-out experts are exchanged",
    find: "tf.add(tf.mul(chosen, firstLeftOut), tf.mul(tf.sub(1, chosen), last))",
    replace: "tf.add(tf.mul(chosen, last), tf.mul(tf.sub(1, chosen), firstLeftOut))",
  },
  {
    file: "src/ops/load.ts",
    tests: gates,
    name: "normal distribution without the square root of 2",
    find: "tf.erf(tf.mul(x, Math.SQRT1_2))",
    replace: "tf.erf(x)",
  },
  {
    file: "src/moe/noisy-top-k.ts",
    tests: moe,
    name: "noise in evaluation",
    find: "    if (!context.training) return topKGates(clean, k);\n",
    replace: "",
  },
  {
    file: "src/moe/noisy-top-k.ts",
    tests: ["test/moe", "test/training/accumulation.test.ts"],
    name: "load is that of one batch of a step",
    find: "context.sumOverBatches(load),",
    replace: "load,",
  },
  {
    file: "src/ops/balance.ts",
    tests: balance,
    name: "variance of a sample",
    find: "sum + (value - mean) ** 2, 0) / values.length }",
    replace: "sum + (value - mean) ** 2, 0) / (values.length - 1) }",
  },
  {
    file: "src/ops/balance.ts",
    tests: balance,
    name: "the mean has no gradient in CV²",
    find: "factor * (value - mean - (variance * mean) / q)",
    replace: "factor * (value - mean)",
  },
  {
    file: "src/moe/balance-loss.ts",
    tests: balance,
    name: "load has the weight of importance",
    find: "{ values: load, weight: weights.loadLossWeight },",
    replace: "{ values: load, weight: weights.importanceLossWeight },",
  },
  {
    file: "src/moe/balance-loss.ts",
    tests: balance,
    name: "router z-loss without the square",
    find: "tf.sum(tf.square(logSumExp(logits)))",
    replace: "tf.sum(logSumExp(logits))",
  },
  {
    file: "src/moe/balance-loss.ts",
    tests: balance,
    name: "coefficient of variation without the root",
    find: "Math.sqrt(squares / values.length) / mean",
    replace: "squares / values.length / mean",
  },
  {
    ...layer,
    name: "no residual around the experts",
    find: "tf.add(x, context.dropout(added, this.options.dropout)) as tf.Tensor2D",
    replace: "context.dropout(added, this.options.dropout)",
  },
  {
    ...layer,
    name: "a position without experts gets the sigmoid of 0",
    find: "if (starts === undefined || shared !== undefined) return squashed;",
    replace: "if (squashed !== undefined) return squashed;",
  },
  {
    ...layer,
    name: "the shared expert is not used",
    find: "shared === undefined ? mixed : (tf.add(mixed, shared) as tf.Tensor2D)",
    replace: "mixed",
  },
  {
    ...layer,
    name: "rehearsals count as balance",
    find: "context.training ? !context.rehearsal : this.countsEvaluation",
    replace: "context.training || this.countsEvaluation",
    tests: ["test/moe", "test/training/accumulation.test.ts"],
  },
  {
    ...layer,
    name: "evaluation counts as balance",
    find: "!context.rehearsal : this.countsEvaluation",
    replace: "!context.rehearsal : true",
  },
  {
    file: "src/moe/expert-networks.ts",
    tests: moe,
    name: "experts start with the wrong fan-in",
    find: "outputInit * Math.sqrt(3 / expertHiddenSize)",
    replace: "outputInit * Math.sqrt(3 / hiddenSize)",
  },
  {
    ...masks,
    name: "a share at its threshold exceeds it",
    find: "share > thresholds[i % thresholds.length]!",
    replace: "share >= thresholds[i % thresholds.length]!",
  },
  {
    ...masks,
    name: "the remainder of positions goes to no expert",
    find: "expert < total % numExperts ? 1 : 0",
    replace: "expert < 0 ? 1 : 0",
  },
  {
    ...masks,
    name: "all ties at the border are taken",
    find: "share === least && ties-- > 0",
    replace: "share === least && ties > 0",
  },
  {
    ...strict,
    name: "gates are not divided by their sum",
    find: "gates: tf.div(chosen, totals)",
    replace: "gates: chosen",
  },
  {
    ...strict,
    name: "thresholds are fitted for one expert a position",
    find: "Math.round((positions * numExpertsPerToken) / numExperts)",
    replace: "Math.round(positions / numExperts)",
  },
  {
    file: "src/moe/order-statistics.ts",
    tests: moe,
    name: "the threshold is the upper share itself",
    find: "return middle < high ? middle : low;",
    replace: "return high;",
  },
  {
    file: "src/moe/order-statistics.ts",
    tests: moe,
    name: "equal shares are always left out",
    find: "count - above < above + equal - count ? between(edge, higher) : between(lower, edge)",
    replace: "between(edge, higher)",
  },
  {
    file: "src/moe/threshold-loss.ts",
    tests: moe,
    name: "thresholds go the wrong way",
    find: "missing[expert]! -= difference;",
    replace: "missing[expert]! += difference;",
  },
  {
    ...hierarchy,
    name: "the primary gate does not weigh",
    find: "tf.mul(bySlot, tf.reshape(primary.gates, [pairs, 1]))",
    replace: "bySlot",
  },
  {
    ...hierarchy,
    name: "experts are numbered by the number of groups",
    find: "primary.experts[pair]! * groupSize +",
    replace: "primary.experts[pair]! * numGroups +",
  },
  {
    ...hierarchy,
    name: "router z-loss of one level alone",
    find: "loss: withRouterZLoss(withPrimary, clean, routerZLossWeight, context)",
    replace: "loss: withPrimary",
  },
  {
    file: "src/moe/hierarchical-load.ts",
    tests: moe,
    name: "load of a hierarchy is not divided by the positions",
    find: "tf.div(primaryLoad, tf.maximum(sizes, 1))",
    replace: "primaryLoad",
  },
  {
    file: "src/moe/choice-agreement.ts",
    tests: moe,
    name: "agreement is of one side's choices",
    find: "either: 2 * each - both",
    replace: "either: each",
  },
  {
    ...report,
    name: "entropy has the wrong sign",
    find: "this.entropy -= gate * Math.log(gate);",
    replace: "this.entropy += gate * Math.log(gate);",
  },
  {
    ...report,
    name: "an expert with a gate of 0 has load",
    find: "      if (!(gate > 0)) continue;\n",
    replace: "",
  },
  {
    file: "src/ops/dispatch.ts",
    tests: ["test/ops/dispatch.test.ts", "test/moe"],
    name: "combined rows are those of the sorted order",
    find: "tf.reshape(gatherRows(y, rows), [positions, k, y.shape[1]])",
    replace: "tf.reshape(y, [positions, k, y.shape[1]])",
  },
];
