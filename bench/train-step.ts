/**
 * One training step of the reference model: 3 + 2 LSTM layers, attention of appendix G, two MoE layers, label smoothing, clipping, Adam;
 * batch × (len + len) random tokens. The options and keys are those of the PyTorch peer, so that the two can be run in turn.
 */
import { parseArgs } from "node:util";
import * as tf from "@tensorflow/tfjs";
import { type BackendName, selectBackend } from "../src/backends/select.ts";
import { Random } from "../src/base/random.ts";
import { packTranslationBatch } from "../src/data/batch.ts";
import { Seq2Seq } from "../src/model/seq2seq.ts";
import { Adam } from "../src/optim/adam.ts";
import { trainStep } from "../src/training/train-step.ts";
import type { Benchmark } from "./main.ts";

const numbers = {
  experts: "16",
  "expert-hidden": "1024",
  hidden: "512",
  batch: "64",
  len: "25",
  vocab: "8000",
  threads: "2",
  k: "2",
  steps: "5",
  dropout: "0",
} as const;

export const run: Benchmark = async (argv) => {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      ...Object.fromEntries(
        Object.entries(numbers).map(([name, value]) => [name, { type: "string" as const, default: value }]),
      ),
      backend: { type: "string", default: "native" },
      bf16: { type: "boolean", default: false },
      "no-moe": { type: "boolean", default: false },
    },
  });
  const option = (name: keyof typeof numbers) => Number((values as Record<string, string>)[name]);
  const noMoe = values["no-moe"] === true;
  const backend = await selectBackend({
    backend: values.backend as BackendName,
    threads: option("threads"),
    precision: values.bf16 === true ? "bf16" : "f32",
  });
  const hiddenSize = option("hidden");
  const model = new Seq2Seq(
    {
      vocabularySize: option("vocab"),
      embeddingSize: hiddenSize,
      hiddenSize,
      encoderLayers: 3,
      decoderLayers: 2,
      attention: "multiplicative",
      decoderStart: "zero",
      shareEmbeddings: false,
      tieSoftmax: false,
      dropout: option("dropout"),
      embeddingDeviation: 1,
      forgetBias: 1,
      weightRange: undefined,
      moe: noMoe
        ? undefined
        : {
            numExperts: option("experts"),
            numExpertsPerToken: option("k"),
            expertHiddenSize: option("expert-hidden"),
            expertOutputInit: 1,
            output: "sigmoid",
            dropout: option("dropout"),
            importanceLossWeight: 0.1,
            loadLossWeight: 0.1,
          },
      moeEncoderAfter: [2],
      moeDecoderAfter: [1],
    },
    { seed: 1 },
  );
  const optimizer = new Adam(model.parameters, { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, maxGradNorm: 5 });
  const random = new Random(1);
  const [batchSize, length] = [option("batch"), option("len")];
  const tokens = (count: number) => Int32Array.from({ length: count }, () => 4 + random.integer(option("vocab") - 4));
  // The decoder reads `<s>` and writes `</s>`, so `len` positions on each side.
  const pairs = Array.from({ length: batchSize }, () => ({ source: tokens(length), target: tokens(length - 1) }));
  const batch = packTranslationBatch(pairs);
  const times: number[] = [];
  let loss = 0;
  for (let pass = 0; pass <= option("steps"); pass++) {
    const started = performance.now();
    const result = trainStep(model, optimizer, [batch], { learningRate: 1e-3, labelSmoothing: 0.1, seed: 1, pass });
    if (pass > 0) times.push(performance.now() - started);
    loss = result.smoothedLoss / result.targetTokens + result.balanceLoss;
  }
  const ms = times.sort((a, b) => a - b)[Math.floor(times.length / 2)]!;
  return {
    backend: `${backend.backend} (${backend.detail})`,
    bf16: values.bf16 === true,
    experts: noMoe ? 0 : option("experts"),
    params_m: Math.round(model.parameterCount / 1e5) / 10,
    ms: Math.round(ms * 10) / 10,
    tgt_tok_s: Math.round((length * batchSize * 1000) / ms),
    loss: Math.round(loss * 1000) / 1000,
    threads: option("threads"),
    tensors: tf.memory().numTensors,
  };
};
