/** Mistakes in the training loop, its steps, and what becomes of a run. */
import type { Mutation } from "../mutation.ts";

const stop = { file: "src/training/stop-reason.ts", tests: ["test/training", "test/e2e/train.test.ts"] };
const reportWindow = { file: "src/training/report-window.ts", tests: ["test/training"] };
const best = { file: "src/training/validation/best-score.ts", tests: ["test/training"] };
const optimizer = { file: "src/training/training-optimizer.ts", tests: ["test/training"] };
const loop = { file: "src/training/train-loop.ts", tests: ["test/training", "test/e2e/train.test.ts"] };
const step = { file: "src/training/train-step.ts", tests: ["test/training"] };
const run = { file: "src/training/run-training.ts", tests: ["test/training", "test/e2e/train.test.ts"] };
const validation = { file: "src/training/validation/validate.ts", tests: ["test/training", "test/e2e/train.test.ts"] };

export const trainingMutations: readonly Mutation[] = [
  {
    file: "src/base/atomic-file.ts",
    tests: ["test/base/atomic-file.test.ts"],
    name: "what a kill left of other files stays in a run's directory",
    find: "leftoverOf(entry.name) !== undefined",
    replace: "leftoverOf(entry.name) === folder",
  },
  {
    file: "src/base/atomic-file.ts",
    tests: ["test/base/atomic-file.test.ts"],
    name: "what another process is writing is removed",
    find: "host !== HOST || isRunning(Number(id))",
    replace: "id === undefined",
  },
  {
    ...loop,
    name: "patience is never reset",
    find: "state.stale = better ? 0 : state.stale + 1;",
    replace: "state.stale = better ? state.stale : state.stale + 1;",
  },
  {
    ...stop,
    name: "patience is never used",
    find: "return earlyStopping > 0 && stale >= earlyStopping;",
    replace: "return false;",
  },
  {
    ...loop,
    name: "no label smoothing",
    find: "const { seed, labelSmoothing } = options;",
    replace: "const { seed } = options;\n    const labelSmoothing = 0;",
  },
  {
    ...loop,
    name: "learning rate of the step before",
    find: "learningRateAt(options.schedule, state.step + 1, budgetSpent(state, options))",
    replace: "learningRateAt(options.schedule, state.step, budgetSpent(state, options))",
  },
  {
    ...loop,
    name: "noise advances by one whatever accum_count",
    find: "state.pass += batches.length * ranks.size;",
    replace: "state.pass++;",
  },
  {
    ...stop,
    name: "the budget ends with the later of steps and time",
    find: "Math.min(1, Math.max(bySteps, byTime))",
    replace: "Math.min(1, trainSteps > 0 && trainMinutes > 0 ? Math.min(bySteps, byTime) : bySteps + byTime)",
  },
  {
    ...loop,
    name: "the first checkpoint has a validation whose weights are not yet written",
    find: "if (scores !== undefined && !hasCheckpoint) await save();\n    state.validated = state.step;",
    replace: "state.validated = state.step;\n    if (scores !== undefined && !hasCheckpoint) await save();",
  },
  {
    ...loop,
    name: "a validation that did not come to an end is not made again",
    find: "state.validated === undefined && validatesFirst(state, options)",
    replace: "state.step === 0 && state.validated === undefined && validatesFirst(state, options)",
  },
  {
    ...run,
    name: "the log is not told of the last validation",
    find: "...(state.validated !== undefined && { validated: state.validated }),",
    replace: "validated: state.step,",
  },
  {
    file: "src/training/run-files.ts",
    name: "what a checkpoint left out comes last in the next ones",
    find: "state: { ...freshState<Position>(), ...checkpoint.state },",
    replace: "state: { ...checkpoint.state },",
    tests: ["test/training/resumed-run.test.ts"],
  },
  {
    ...loop,
    name: "no checkpoint when asked to stop",
    find: "    if (stopAsked) {\n      await save();",
    replace: "    if (stopAsked) {",
  },
  {
    ...reportWindow,
    name: "reported loss is that of a step",
    find: "loss: this.smoothedLoss / this.targetTokens,",
    replace: "loss: this.smoothedLoss / this.steps,",
  },
  {
    ...reportWindow,
    name: "balance is never reset between reports",
    find: "      layer.balance.reset();\n",
    replace: "",
  },
  {
    ...optimizer,
    name: "beta2 is beta1",
    find: "beta2: config.adamBeta2,",
    replace: "beta2: config.adamBeta1,",
  },
  {
    ...run,
    name: "best score and patience are forgotten at a resume",
    find: "resumed?.state ?? { ...freshState(), ...transfer?.state }",
    replace: "{ ...(resumed?.state ?? freshState()), best: undefined, stale: 0, stopping: undefined }",
  },
  {
    ...run,
    name: "moments are forgotten at a resume",
    find: "resumed === undefined ? transfer?.moments() : resumed.moments",
    replace: "transfer?.moments()",
  },
  {
    ...run,
    name: "data begins anew at a resume",
    find: "startPosition: state.position",
    replace: "startPosition: undefined",
  },
  {
    ...step,
    name: "gradients of several batches are not of their mean",
    find: "const lossScale = 1 / targetTokens;",
    replace: "const lossScale = batches.length / targetTokens;",
  },
  {
    ...step,
    name: "balance losses of several batches are added",
    find: "const balanceWeight = sums === undefined ? targetTokens / count : targetTokens;",
    replace: "const balanceWeight = targetTokens;",
  },
  {
    ...step,
    name: "every batch of a step has the same noise",
    find: "ForwardContext.forTraining(options.seed, passOf(i, options, ranks), parts)",
    replace: "ForwardContext.forTraining(options.seed, options.pass, parts)",
  },
  {
    file: "src/training/step-sums.ts",
    tests: ["test/training"],
    name: "a batch counts twice in the sums of its step",
    find: "this.own.filter((_, other) => other !== batch)",
    replace: "this.own.filter(() => true)",
  },
  {
    ...best,
    name: "lower BLEU is better",
    find: 'return criterion === "bleu" ? value! : -value!;',
    replace: "return -value!;",
  },
  {
    ...validation,
    name: "ends of sentences are not words",
    find: "splitWords(text).length + 1, 0)",
    replace: "splitWords(text).length, 0)",
  },
  {
    ...validation,
    name: "BLEU of several corpora is that of the first",
    find: "const bleu = chosen.reduce((sum, each) => sum + each.bleu, 0) / chosen.length;",
    replace: "const bleu = chosen[0]!.bleu;",
  },
];
