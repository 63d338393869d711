/**
 * One training step of the reference model: batch × (len + len) random tokens, label smoothing, clipping, Adam. The options and
 * keys are those of the PyTorch peer, so that the two can be run in turn. Under a launcher each rank has a batch and its part of the experts.
 */
import * as tf from "@tensorflow/tfjs";
import { loadAddon } from "../src/backends/native/addon.ts";
import { KernelProfile, type StepProfile } from "../src/backends/native/profile.ts";
import { selectBackend } from "../src/backends/select.ts";
import type { BackendName } from "../src/base/engine-names.ts";
import { UsageError } from "../src/base/errors.ts";
import { Random } from "../src/base/random.ts";
import { type ExpertOptimizer, expertOptimizers } from "../src/config/choices.ts";
import { packBatch } from "../src/data/batches/batch.ts";
import { createOptimizer } from "../src/optim/create-optimizer.ts";
import { stateBytes } from "../src/optim/optimizer.ts";
import { joinJob } from "../src/parallel/join.ts";
import { sumNumbers } from "../src/parallel/sum-numbers.ts";
import { trainStep } from "../src/training/train-step.ts";
import { startEngine } from "./engine.ts";
import { type Figures, type Row, rounded } from "./figures.ts";
import type { Benchmark } from "./main.ts";
import { againstLimits, median, medianMs, type Sample, samplesOf } from "./measure.ts";
import { readOptions } from "./options.ts";
import { markers, modelDefaults, randomPieces, referenceModel } from "./reference-model.ts";

const defaults = {
  ...modelDefaults,
  batch: 64,
  len: 25,
  steps: 5,
  threads: 2,
  bf16: false,
  isa: "",
  /** The paper's, unlike the peer's. */
  "expert-optim": "factored_adam",
  backend: "native",
  profile: false,
} as const;

export const run: Benchmark = async (argv) => {
  const options = readOptions(argv, defaults);
  const { batch: sentences, len, steps, threads, bf16 } = options;
  const native = options.backend === "native";
  const engine = native ? await startEngine(options) : undefined;
  const backend = native ? undefined : await selectBackend({ backend: options.backend as BackendName, threads });
  const ranks = await joinJob();
  const model = referenceModel(options, ranks);
  const optimizer = createOptimizer(model.parameters, {
    ...{ beta1: 0.9, beta2: 0.999, epsilon: 1e-8, maxGradNorm: 5 },
    expertOptim: expertOptimizer(options["expert-optim"]),
    ...(ranks.size > 1 && { sumOverRanks: (own: number) => sumNumbers(ranks, Float64Array.of(own))[0]! }),
  });
  const random = new Random(1 + ranks.rank);
  // The decoder reads `<s>` and writes `</s>`, so `len` positions on each side.
  const pairs = Array.from({ length: sentences }, () => ({
    source: randomPieces(random, len, options.vocab),
    target: randomPieces(random, len - 1, options.vocab),
  }));
  const batch = packBatch(pairs, markers);
  let loss = 0;
  const step = (pass: number) => {
    const noise = { seed: 1, pass: pass * ranks.size };
    const result = trainStep(model, optimizer, [batch], { learningRate: 1e-3, labelSmoothing: 0.1, ...noise, ranks });
    loss = result.smoothedLoss / result.targetTokens + result.balanceLoss;
  };
  // The first step, which isn't timed, counts the work of every step.
  const profile = native ? new KernelProfile(loadAddon()) : undefined;
  profile?.start();
  step(0);
  profile?.stop();
  const counted = profile?.report();
  profile?.reset();
  const limitsNow = engine?.limitsNow ?? (() => ({ gflops: Number.NaN, gigabytes: Number.NaN }));
  const samples = samplesOf(limitsNow, steps, (pass) => {
    if (options.profile) profile?.start();
    const started = performance.now();
    step(pass);
    const ms = performance.now() - started;
    if (options.profile) profile?.stop();
    return ms;
  });
  const ms = medianMs(samples);
  await ranks.close();
  return {
    backend: options.backend,
    ...(engine?.figures ?? { detail: backend?.detail, threads }),
    bf16,
    experts: options["no-moe"] ? 0 : options.experts,
    ...(options["no-moe"] ? {} : { gating: options.gating }),
    params_m: rounded(model.parameterCount / 1e6),
    ms: rounded(ms),
    ...(ranks.size > 1 && { ranks: ranks.size, transport: ranks.transport }),
    tgt_tok_s: Math.round((ranks.size * len * sentences * 1000) / ms),
    loss: rounded(loss, 3),
    optimizer_state_mb: rounded(stateBytes(optimizer) / 1e6),
    tensors: tf.memory().numTensors,
    max_rss_gib: rounded(process.resourceUsage().maxRSS / 2 ** 20, 2),
    ...(counted && engine && workFigures(counted, samples)),
    ...(options.profile && profile && profileFigures(profile.report())),
  };
};

function expertOptimizer(name: string): ExpertOptimizer {
  const found = expertOptimizers.find((kind) => kind === name);
  if (found !== undefined) return found;
  throw new UsageError(`there is no optimiser "${name}" for experts`, {
    nextStep: `Use --expert-optim ${expertOptimizers.join(" or ")}.`,
  });
}

/** Useful arithmetic of a step, and the memory traffic that its experts, optimiser and element-wise kernels can't avoid. */
function workFigures({ kernels }: StepProfile, samples: readonly Sample[]): Figures {
  const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);
  const flops = sum(kernels.map((kernel) => kernel.flops));
  const bytes = sum(kernels.map((kernel) => kernel.bytes));
  const arithmetic = againstLimits({ flops, bytes: 0 }, samples);
  return {
    peak_gflops: rounded(median(samples.map(({ limits }) => limits.gflops))),
    gflop: rounded(flops / 1e9, 2),
    gflops: arithmetic["gflops"],
    peak_share: arithmetic["share"],
    traffic_gb: rounded(bytes / 1e9, 2),
    memory_share: againstLimits({ flops: 0, bytes }, samples)["share"],
  };
}

/** A row for each kernel, per step; shares are per cent of the step. */
function profileFigures({ steps, milliseconds, outsideKernels, kernels }: StepProfile): Figures {
  const share = (part: number) => rounded((100 * part) / milliseconds, 2);
  const rate = (amount: number, ms: number) => (amount === 0 ? undefined : rounded(amount / ms / 1e6));
  const rows = kernels.map(
    (kernel): Row => ({
      kernel: kernel.name,
      calls: rounded(kernel.calls / steps),
      ms: rounded(kernel.milliseconds / steps, 3),
      share: share(kernel.milliseconds),
      gflops: rate(kernel.flops, kernel.milliseconds),
      gb_s: rate(kernel.bytes, kernel.milliseconds),
    }),
  );
  return { outside_kernels_share: share(outsideKernels), kernels: rows };
}
