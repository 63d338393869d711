/** Mistakes in layers, in how models are wired, and in what of a configuration reaches them. */
import type { Mutation } from "../mutation.ts";

const tests = ["test/model", "test/training"];
const options = { file: "src/model/options.ts", tests };
const decoder = { file: "src/model/decoder.ts", tests };
const encoder = { file: "src/model/encoder.ts", tests };
const languageModel = { file: "src/model/language-model.ts", tests };
const attention = { file: "src/layers/attention.ts", tests };

export const modelMutations: readonly Mutation[] = [
  {
    ...options,
    name: "importance and load weights are exchanged",
    find: "importanceLossWeight: config.importanceLossWeight,\n            loadLossWeight: config.loadLossWeight,",
    replace: "importanceLossWeight: config.loadLossWeight,\n            loadLossWeight: config.importanceLossWeight,",
  },
  { ...options, name: "dropout is not used", find: "dropout: config.dropout,", replace: "dropout: 0," },
  {
    ...options,
    name: "moe_dropout is not used",
    find: "dropout: config.moeDropout,",
    replace: "dropout: config.dropout,",
  },
  {
    ...options,
    name: "expert_output_init is not used",
    find: "expertOutputInit: config.expertOutputInit,",
    replace: "expertOutputInit: 1,",
  },
  {
    ...options,
    name: "param_init is not used",
    find: "weightRange: config.paramInit,",
    replace: "weightRange: undefined,",
  },
  {
    ...options,
    file: "src/config/expert-layers.ts",
    name: "sizes by layer begin with the decoder",
    find: "...config.moeEncoderAfter.map((layer) => `encoder.moe${layer}`),\n          ...config.moeDecoderAfter.map((layer) => `decoder.moe${layer}`),",
    replace:
      "...config.moeDecoderAfter.map((layer) => `decoder.moe${layer}`),\n          ...config.moeEncoderAfter.map((layer) => `encoder.moe${layer}`),",
  },
  {
    ...decoder,
    name: "no dropout of the decoder's output",
    find: "output: context.dropout(y, dropout)",
    replace: "output: y",
  },
  {
    ...decoder,
    name: "attention is asked after the experts",
    find: "const attended = attend(bottom);\n    let y = experts.after(1, bottom);",
    replace: "let y = experts.after(1, bottom);\n    const attended = attend(y);",
  },
  {
    ...decoder,
    name: "no residuals in the decoder",
    find: "y = experts.after(layer + 1, tf.add(output, y) as tf.Tensor2D);",
    replace: "y = experts.after(layer + 1, output);",
  },
  {
    ...decoder,
    name: "bridge without tanh",
    find: "tf.tanh(tf.add(tf.matMul(mean, this.bridge.weights), this.bridge.bias)) as tf.Tensor2D",
    replace: "tf.add(tf.matMul(mean, this.bridge.weights), this.bridge.bias) as tf.Tensor2D",
  },
  {
    ...encoder,
    name: "no residuals in the encoder",
    find: "x = experts.after(i + 2, tf.add(output, x) as tf.Tensor2D);",
    replace: "x = experts.after(i + 2, output);",
  },
  {
    ...encoder,
    name: "no dropout of source embeddings",
    find: "context.dropout(this.embedding.lookUp(source.ids, context), this.dropout)",
    replace: "this.embedding.lookUp(source.ids, context)",
  },
  {
    ...languageModel,
    name: "no residuals in the language model",
    find: "(tf.add(output, y) as tf.Tensor2D)",
    replace: "output",
  },
  {
    ...languageModel,
    name: "a deep expert's place is off by one",
    find: "this.denseAfter.get(i + 1)",
    replace: "this.denseAfter.get(i)",
  },
  {
    ...attention,
    name: "keys of multiplicative attention without tanh",
    find: "tf.mul(tf.tanh(projected), this.energy)",
    replace: "tf.mul(projected, this.energy)",
  },
  {
    ...attention,
    name: "normed attention without its norm",
    find: "tf.div(this.gain, tf.norm(this.energy))",
    replace: "this.gain",
  },
  {
    file: "src/layers/initializers.ts",
    tests,
    name: "forget bias is the input gate's",
    find: "fill(forgetBias, size / 4, size / 2)",
    replace: "fill(forgetBias, 0, size / 4)",
  },
  {
    file: "src/base/random-streams.ts",
    tests: ["test/model", "test/base"],
    name: "all parameters start alike",
    find: "hash ^ name.charCodeAt(i)",
    replace: "hash ^ name.length",
  },
  {
    file: "src/base/forced-targets.ts",
    tests: ["test/base", "test/model", "test/data/batches"],
    name: "values come in the order of ranks",
    find: "(row) => values[row]!),",
    replace: "(_, i) => values[i]!),",
  },
  {
    file: "src/base/random.ts",
    tests: ["test/base/random.test.ts"],
    name: "streams 2^32 apart have the same noise",
    find: "Math.floor(stream / TWO_32) >>> 0], key, padded",
    replace: "0], key, padded",
  },
];
