// Source of truth: the loop's contract, with scripted validation scores and a model of one number. What a step computes is train-step.test.ts's.
import * as tf from "@tensorflow/tfjs";
import { beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { selectBackend } from "../../src/backends/select.ts";
import { Random } from "../../src/base/random.ts";
import { ForwardContext } from "../../src/layers/forward-context.ts";
import type { TrainableModel } from "../../src/model/trainable-model.ts";
import type { Optimizer } from "../../src/optim/optimizer.ts";
import type { StopReason } from "../../src/training/stop-reason.ts";
import { type TrainLoopOptions, trainLoop } from "../../src/training/train-loop.ts";
import { freshState, type TrainerState } from "../../src/training/trainer-state.ts";
import type { ValidationScores } from "../../src/training/validation/best-score.ts";
import { reverseBatch } from "../model/toy-model.ts";

beforeAll(() => selectBackend({ backend: "cpu" }));

const batch = { ...reverseBatch(new Random(1), 2), lines: Int32Array.of(4, 9) };

/** What a run of the loop did, and saw. */
interface Trace {
  reason: StopReason;
  rates: number[];
  /** Numbers of the forward passes, one for each batch. */
  passes: number[];
  smoothing: number[];
  validated: number[];
  /** Steps whose weights were kept as the best. */
  best: number[];
  saved: number[];
  state: TrainerState;
  failure?: number[];
}

interface Script {
  /** Scores by validation, in order, the last one staying; or by step. */
  scores?: Partial<ValidationScores>[] | ((step: number) => Partial<ValidationScores>);
  options?: Partial<TrainLoopOptions>;
  state?: TrainerState;
  /** Asks for a stop after so many steps. */
  stopAfter?: number;
  /** Loss of each forward pass. */
  loss?: number;
  /** Hears of each thing that the run writes, once it is written: a checkpoint's state, and of a validation its record and the best weights. */
  onWrite?: (what: "checkpoint" | "record" | "weights", state: TrainerState) => void;
}

const defaults: TrainLoopOptions = {
  schedule: {
    decayMethod: "none",
    learningRate: 1,
    warmupSteps: 4,
    decayStartSteps: 0,
    finalLearningRateRatio: 0,
  },
  seed: 3,
  labelSmoothing: 0.125,
  accumCount: 1,
  trainSteps: 6,
  trainMinutes: 0,
  reportEvery: 100,
  validSteps: 1,
  saveCheckpointSteps: 100,
  earlyStopping: 0,
  earlyStoppingCriteria: "bleu",
  bestCheckpointMetric: "bleu",
  retainCorpora: [],
  retainWithin: 1,
  measurements: { best: { metric: "bleu" }, stopping: { metric: "bleu" } },
};

const contexts = vi.spyOn(ForwardContext, "forTraining");
beforeEach(() => contexts.mockClear());

async function run(script: Script): Promise<Trace> {
  const { scores = [{}], options = {}, state = freshState(), stopAfter, loss = 2, onWrite = () => {} } = script;
  const trace: Omit<Trace, "reason"> = {
    rates: [],
    passes: [],
    smoothing: [],
    validated: [],
    best: [],
    saved: [],
    state,
  };
  const variable = tf.variable(tf.scalar(loss));
  const model = {
    parameters: [{ name: "w", variable }],
    parameterCount: 1,
    moeLayers: [],
    loss: (_: unknown, smoothing: number) => {
      trace.smoothing.push(smoothing);
      return { crossEntropy: tf.stack([variable, variable]), balance: [] };
    },
    route: () => {},
    dispose: () => {},
  } as unknown as TrainableModel;
  const optimizer = {
    step: (_: unknown, rate: number) => {
      trace.rates.push(rate);
      return 1;
    },
    expertUpdate: () => undefined,
    rowGradients: () => undefined,
    state: () => [],
    dispose: () => {},
  } satisfies Optimizer;
  let validations = 0;
  const first = state.step;
  const data = { next: async () => batch, position: () => "here" };
  const hooks = {
    onProgress: () => {},
    validate: async (step: number) => {
      trace.validated.push(step);
      const given = typeof scores === "function" ? scores(step) : scores[Math.min(validations++, scores.length - 1)]!;
      return { bleu: 0, perplexity: 50, ...given };
    },
    onValidation: async (state: TrainerState, isBest: boolean) => {
      onWrite("record", state);
      if (!isBest) return;
      trace.best.push(state.step);
      onWrite("weights", state);
    },
    saveCheckpoint: async (state: TrainerState) => {
      trace.saved.push(state.step);
      onWrite("checkpoint", state);
    },
    saveFailure: async (_: unknown, __: unknown, lines: number[]) => {
      (trace as Trace).failure = lines;
    },
    shouldStop: () => stopAfter !== undefined && state.step - first >= stopAfter,
  };
  const reason = await trainLoop(model, optimizer, data, state, { ...defaults, ...options }, hooks);
  trace.passes = contexts.mock.calls.map(([, pass]) => pass as number);
  variable.dispose();
  return { reason, ...trace };
}

/** As a checkpoint gives a state back. */
const reread = (state: TrainerState): TrainerState => JSON.parse(JSON.stringify(state));
const bleus = (...values: number[]) => values.map((bleu) => ({ bleu }));

describe("the best weights", () => {
  test("are those of the highest BLEU, or of the lowest perplexity", async () => {
    expect((await run({ scores: bleus(3, 5, 4, 5, 6, 1) })).best).toEqual([1, 2, 5]);
    const perplexities = [9, 7, 8, 6, 6, 7].map((perplexity) => ({ perplexity, bleu: 9 - perplexity }));
    const options = { bestCheckpointMetric: "perplexity" } as const;
    const { best, state } = await run({ scores: perplexities, options });
    expect(best).toEqual([1, 2, 4]);
    expect(state.best).toMatchObject({ step: 4, value: 6, perplexity: 6 });
  });

  test("of equal BLEU are those of the lower perplexity", async () => {
    const scores = [41, 30, 35, 17, 17, 20].map((perplexity) => ({ bleu: 0, perplexity }));
    const { best, state } = await run({ scores });
    expect(best).toEqual([1, 2, 4]);
    expect(state.best).toEqual({ step: 4, value: 0, perplexity: 17, measuredWith: { metric: "bleu" } });
  });

  test("are not of a score that is no number where there is another", async () => {
    expect((await run({ scores: bleus(Number.NaN, 1, Number.NaN, 0.5, 2, 2) })).best).toEqual([1, 2, 5]);
  });

  test("have a checkpoint beside them from the first on", async () => {
    expect((await run({ scores: bleus(1, 2) })).saved).toEqual([1, 6]);
    expect((await run({ scores: bleus(1, 2), options: { saveCheckpointSteps: 2 } })).saved).toEqual([1, 2, 4, 6, 6]);
  });
});

describe("patience", () => {
  const options = { earlyStopping: 2, trainSteps: 20 };

  test("is used by validations without improvement, and then training stops and saves", async () => {
    const { reason, state, saved, rates } = await run({ scores: bleus(5, 4, 3, 9), options });
    expect(reason).toBe("early-stopping");
    expect(state.step).toBe(3);
    expect(rates).toHaveLength(3);
    expect(saved.at(-1)).toBe(3);
  });

  test("is whole again after an improvement", async () => {
    const { state, reason } = await run({ scores: bleus(5, 4, 6, 5, 7, 6, 6), options });
    expect(reason).toBe("early-stopping");
    expect(state.step).toBe(7);
  });

  test("is not used while perplexity falls at equal BLEU", async () => {
    const scores = [41, 30, 25, 20, 18, 17, 17, 18].map((perplexity) => ({ bleu: 0, perplexity }));
    const { state, reason, best } = await run({ scores, options });
    expect([reason, state.step]).toEqual(["early-stopping", 8]);
    expect(best.at(-1)).toBe(6);
  });

  test("of 0 never ends", async () => {
    const { reason, state } = await run({ scores: bleus(5, 4), options: { earlyStopping: 0, trainSteps: 9 } });
    expect([reason, state.step]).toEqual(["steps", 9]);
  });

  test("watches its own criterion", async () => {
    const scores = [9, 8, 7, 6, 6, 6].map((perplexity, i) => ({ perplexity, bleu: 10 - i }));
    const own = { ...options, earlyStoppingCriteria: "perplexity" } as const;
    const { state, best } = await run({ scores, options: own });
    expect(state.step).toBe(6);
    expect(best).toEqual([1]);
  });
});

describe("a resumed run", () => {
  test("keeps the best score and the patience used", async () => {
    const options = { earlyStopping: 3, trainSteps: 20 };
    const first = await run({ scores: bleus(8, 5), options, stopAfter: 3 });
    expect([first.reason, first.state.stale]).toEqual(["stopped", 2]);
    const second = await run({ scores: bleus(7), options, state: reread(first.state) });
    expect([second.reason, second.state.step]).toEqual(["early-stopping", 4]);
    expect(second.best).toEqual([]);
    expect(second.state.best).toMatchObject({ step: 1, value: 8 });
  });

  test("trains nothing once patience is used up, and goes on where it is raised", async () => {
    const options = { earlyStopping: 2, trainSteps: 20 };
    const { state } = await run({ scores: bleus(5, 4), options });
    const again = await run({ scores: bleus(1), options, state: reread(state) });
    expect(again).toMatchObject({ reason: "early-stopping", rates: [], validated: [], saved: [] });
    const raised = await run({ scores: bleus(1), options: { ...options, earlyStopping: 4 }, state: reread(state) });
    expect(raised.rates).toHaveLength(2);
  });

  test("trains nothing where its steps or minutes are done, and goes on where they are raised", async () => {
    const { state, reason } = await run({ scores: bleus(5) });
    expect([reason, state.finished]).toEqual(["steps", true]);
    const again = await run({ state: reread(state) });
    expect(again).toMatchObject({ reason: "steps", rates: [], validated: [], saved: [] });
    const minutes = { trainSteps: 0, trainMinutes: 1 };
    const byTime = await run({ options: minutes, state: { ...reread(state), trainSeconds: 61 } });
    expect(byTime).toMatchObject({ reason: "minutes", rates: [], saved: [] });
    const more = await run({ options: { trainSteps: 8 }, state: reread(state) });
    expect(more.validated).toEqual([7, 8]);
  });

  test("whose last validation did not come to an end makes up for it", async () => {
    const { state } = await run({ options: { validSteps: 4 }, stopAfter: 5, scores: bleus(5) });
    const last = { ...reread(state), step: 6 };
    expect(await run({ options: { validSteps: 4 }, state: last })).toMatchObject({
      rates: [],
      validated: [6],
      saved: [6],
    });
  });
});

describe("a run killed after any of its writes", () => {
  /** What a directory has at the end: the step of its best weights, the validations in its log, and the newest checkpoint. */
  interface Directory {
    weights: number | undefined;
    log: number[];
    checkpoint: TrainerState | undefined;
  }

  const scores = (step: number) => ({
    bleu: [3, 5, 4, 6, 2, 1, 7, 3, 2][step]!,
    retained: { bleu: 30, perplexity: 9 },
  });

  /** Begins from what is there, and is killed after so many writes. */
  async function goOn(directory: Directory, writes: number, options: Partial<TrainLoopOptions>): Promise<void> {
    const state = directory.checkpoint === undefined ? freshState() : reread(directory.checkpoint);
    // As `RunLog` does.
    directory.log = directory.log.filter((step) => step <= (state.validated ?? -1));
    const killed = new Error("killed");
    let left = writes;
    const onWrite: Script["onWrite"] = (what, state) => {
      if (what === "weights") directory.weights = state.step;
      else if (what === "record") directory.log.push(state.step);
      else directory.checkpoint = { ...reread(state), trainSeconds: 0 };
      if (--left === 0) throw killed;
    };
    await run({ scores, options, state, onWrite }).catch((error) => {
      if (error !== killed) throw error;
    });
  }

  const kinds: Partial<TrainLoopOptions>[] = [
    { validSteps: 2, saveCheckpointSteps: 3 },
    { validSteps: 2, saveCheckpointSteps: 2 },
    { validSteps: 2, saveCheckpointSteps: 8, retainCorpora: ["valid_general"] },
  ];
  test.each(kinds)("ends as one that never was: %j", async (kind) => {
    const options = { ...kind, trainSteps: 8 };
    const start = (): Directory => ({ weights: undefined, log: [], checkpoint: undefined });
    const undisturbed = start();
    await goOn(undisturbed, Number.POSITIVE_INFINITY, options);
    expect(undisturbed.checkpoint).toMatchObject({ step: 8, finished: true });
    for (let writes = 1; writes <= 12; writes++) {
      const directory = start();
      await goOn(directory, writes, options);
      await goOn(directory, Number.POSITIVE_INFINITY, options);
      expect(directory, `killed after write ${writes}`).toEqual(undisturbed);
    }
  });
});

describe("a step", () => {
  test("has the rate of its own number, from 1 on", async () => {
    expect((await run({})).rates).toEqual([0.25, 0.5, 0.75, 1, 1, 1]);
    const schedule = {
      ...defaults.schedule,
      warmupSteps: 0,
      decayMethod: "cosine",
      finalLearningRateRatio: 0,
    } as const;
    const { rates } = await run({ options: { schedule, trainSteps: 4 } });
    // The share done before the step.
    rates.forEach((rate, i) => {
      expect(rate).toBeCloseTo((1 + Math.cos((Math.PI * i) / 4)) / 2, 12);
    });
  });

  test.each([1, 3])("of %d batches names the noise of each of them, over a resume too", async (accumCount) => {
    const options = { accumCount, trainSteps: 4 };
    const first = await run({ options, stopAfter: 2 });
    expect(first.passes).toEqual(Array.from({ length: 2 * accumCount }, (_, i) => i));
    contexts.mockClear();
    const second = await run({ options, state: reread(first.state) });
    expect(second.passes).toEqual(Array.from({ length: 2 * accumCount }, (_, i) => 2 * accumCount + i));
    expect(second.state.pass).toBe(4 * accumCount);
  });

  test("smooths labels as configured", async () => {
    expect(new Set((await run({})).smoothing)).toEqual(new Set([0.125]));
  });

  test("whose loss is not finite saves the lines of its batch and throws", async () => {
    const state = freshState<unknown>();
    await expect(run({ loss: Number.NaN, state })).rejects.toThrow("the loss of step 1 is not a finite number");
    expect(state.step).toBe(0);
  });
});

test("a stop that is asked for saves and says so", async () => {
  const { reason, saved, state } = await run({ scores: bleus(1, 2), stopAfter: 2 });
  expect([reason, state.step, saved.at(-1)]).toEqual(["stopped", 2, 2]);
});

describe("corpora to be retained", () => {
  const options = { retainCorpora: ["valid_general"], retainWithin: 1, trainSteps: 5 };
  const scores = (rows: [bleu: number, general: number][]) =>
    rows.map(([bleu, general]) => ({ bleu, retained: { bleu: general, perplexity: 9 } }));

  test("are measured before the first step, and weights that lose too much of them are not the best", async () => {
    const trace = await run({
      scores: scores([
        [10, 30],
        [12, 29.1],
        [20, 28.9],
        [15, 29],
        [14, 31],
        [16, 35],
      ]),
      options,
    });
    expect(trace.validated).toEqual([0, 1, 2, 3, 4, 5]);
    expect(trace.best).toEqual([0, 1, 3, 5]);
    expect(trace.state.retained).toEqual({ bleu: 30, perplexity: 9 });
  });

  test("leave the weights of the start where every step loses too much, and patience is used up", async () => {
    const { best, reason, state } = await run({
      scores: scores([
        [10, 30],
        [50, 20],
      ]),
      options: { ...options, earlyStopping: 2 },
    });
    expect([best, reason, state.step, state.best?.step]).toEqual([[0], "early-stopping", 2, 0]);
  });

  test("lose per cent of perplexity where that is the metric", async () => {
    const perplexities = [9, 8.9, 8, 7].map((perplexity, i) => ({
      perplexity,
      retained: { bleu: Number.NaN, perplexity: [20, 20.19, 20.21, Number.NaN][i]! },
    }));
    const metric = { bestCheckpointMetric: "perplexity", earlyStoppingCriteria: "perplexity" } as const;
    expect((await run({ scores: perplexities, options: { ...options, ...metric, trainSteps: 3 } })).best).toEqual([
      0, 1,
    ]);
  });

  test("are not measured again by a run that goes on from its start", async () => {
    const first = await run({ scores: scores([[10, 30]]), options, stopAfter: 0 });
    expect([first.validated, first.saved]).toEqual([[0], [0, 0]]);
    const second = await run({
      scores: scores([[12, 10]]),
      options: { ...options, trainSteps: 1 },
      state: reread(first.state),
    });
    expect([second.validated, second.best]).toEqual([[1], []]);
  });
});
