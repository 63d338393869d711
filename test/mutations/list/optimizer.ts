/** Mistakes in optimisers and learning-rate schedules. */
import type { Mutation } from "../mutation.ts";

const adam = { file: "src/optim/adam.ts", tests: ["test/optim", "test/training"] };
const factored = { file: "src/optim/factored-experts.ts", tests: ["test/optim", "test/training"] };
const schedules = { file: "src/optim/schedules.ts", tests: ["test/optim", "test/training"] };
const adamStep = { file: "src/ops/adam-step.ts", tests: ["test/ops/adam-step.test.ts", "test/optim"] };
const factoredStep = {
  file: "src/ops/factored-adam-step.ts",
  tests: ["test/ops/factored-adam-step.test.ts", "test/optim"],
};

export const optimizerMutations: readonly Mutation[] = [
  {
    ...adam,
    name: "clipping factor is squared",
    find: "norm > maxGradNorm ? maxGradNorm / norm : 1",
    replace: "norm > maxGradNorm ? (maxGradNorm / norm) ** 2 : 1",
  },
  {
    ...adam,
    name: "no clipping",
    find: "maxGradNorm > 0 && norm > maxGradNorm ? maxGradNorm / norm : 1",
    replace: "1",
  },
  {
    ...adam,
    name: "bias correction is that of the first step",
    find: "epsilon, step: this.steps, gradientScale",
    replace: "epsilon, step: 1, gradientScale",
  },
  {
    ...adam,
    name: "bias correction begins anew at a resume",
    find: "    this.steps = steps;",
    replace: "    this.steps = 0;",
  },
  {
    ...adam,
    name: "rows' gradients are missing from the norm",
    find: "[...gradients(whole), ...gradients(divided), ...sums]",
    replace: "[...gradients(whole), ...gradients(divided)]",
  },
  {
    ...adam,
    name: "rows' gradients are lost where the whole table has one too",
    find: "tf.tidy(() => tf.add(gradient, denseGradient(some)))",
    replace: "tf.tidy(() => tf.add(gradient, 0))",
  },
  {
    ...factored,
    name: "max_grad_norm does not reach the experts",
    find: "gradientScale, maxNorm: maxGradNorm }",
    replace: "gradientScale, maxNorm: 0 }",
  },
  {
    ...factored,
    name: "bias correction of experts lags a step behind",
    find: "step: this.steps + 1, gradientScale",
    replace: "step: Math.max(1, this.steps), gradientScale",
  },
  {
    ...factored,
    name: "the norm is that of the experts alone",
    find: "return Math.hypot(norm, this.others.step(gradients, learningRate, lossScale, rows));",
    replace: "this.others.step(gradients, learningRate, lossScale, rows);\n    return norm;",
  },
  {
    ...schedules,
    name: "linear_warmup_constant_rsqrt without warm-up",
    find: "return learningRate * warmup * Math.sqrt(decayFrom / Math.max(step, decayFrom));",
    replace: "return learningRate * Math.sqrt(decayFrom / Math.max(step, decayFrom));",
  },
  {
    ...schedules,
    name: "linear_warmup_constant_rsqrt decays without the constant part",
    find: "Math.max(1, warmupSteps + options.decayStartSteps)",
    replace: "Math.max(1, warmupSteps)",
  },
  {
    ...schedules,
    name: "rsqrt falls as 1 / step",
    find: "Math.sqrt(Math.max(1, warmupSteps) / Math.max(step, warmupSteps, 1))",
    replace: "(Math.max(1, warmupSteps) / Math.max(step, warmupSteps, 1))",
  },
  {
    ...schedules,
    name: "cosine without warm-up",
    find: "return learningRate * warmup * (ratio +",
    replace: "return learningRate * (ratio +",
  },
  {
    ...schedules,
    name: "cosine ends at zero",
    find: "const ratio = options.finalLearningRateRatio;",
    replace: "const ratio = 0;",
  },
  {
    ...schedules,
    name: "halvings begin at half of the training",
    find: "progress < 2 / 3 ? 0",
    replace: "progress < 1 / 2 ? 0",
  },
  {
    ...schedules,
    name: "the first halving comes a stretch late",
    find: "Math.floor((progress - 2 / 3) * 3 * HALVINGS) + 1)",
    replace: "Math.floor((progress - 2 / 3) * 3 * HALVINGS))",
  },
  {
    ...schedules,
    name: "exponential warm-up is linear",
    find: "EXPONENTIAL_START ** (1 - warmup)",
    replace: "warmup",
  },
  {
    ...adamStep,
    name: "epsilon is under the root",
    find: "tf.add(tf.sqrt(tf.div(second, secondCorrection)), epsilon)",
    replace: "tf.sqrt(tf.add(tf.div(second, secondCorrection), epsilon))",
  },
  {
    ...adamStep,
    name: "second moment of unscaled gradients",
    find: "tf.mul(tf.square(scaled), 1 - beta2)",
    replace: "tf.mul(tf.square(gradient), 1 - beta2)",
  },
  {
    ...factoredStep,
    name: "rows are not divided by their mean",
    find: "tf.div(moments.rows, tf.mean(moments.rows, 1, true))",
    replace: "tf.div(moments.rows, tf.onesLike(tf.mean(moments.rows, 1, true)))",
  },
  {
    ...factoredStep,
    name: "no bias correction",
    find: "tf.div(second, 1 - beta2 ** step)",
    replace: "second",
  },
];
