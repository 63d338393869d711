/** Mistakes in C++ kernels: signs, terms, tails of vector loops, ties. */
import type { Mutation } from "../mutation.ts";

const lstmTests = ["test/ops/lstm-layer.test.ts"];
const gatingTests = ["test/ops/top-k-gates.test.ts", "test/ops/noisy-gates.test.ts"];
const softmaxTests = ["test/ops/vocabulary-cross-entropy.test.ts", "test/ops/vocabulary-top-k.test.ts"];
const optimizerTests = [
  "test/ops/adam-step.test.ts",
  "test/ops/factored-adam-step.test.ts",
  "test/ops/global-norm.test.ts",
  "test/ops/row-gradients.test.ts",
];
const lstm = { file: "native/src/lstm/lstm_kernels.cc", tests: lstmTests };
const backward = { file: "native/src/lstm/lstm_backward.cc", tests: lstmTests };
const softmax = { file: "native/src/vocabulary/cross_entropy_kernels.cc", tests: softmaxTests };
const loss = { file: "native/src/vocabulary/cross_entropy.cc", tests: softmaxTests };
const gating = { file: "native/src/gating/gating_kernels.cc", tests: gatingTests };
const adam = { file: "native/src/optimizer/optimizer_kernels.cc", tests: optimizerTests };
const factored = { file: "native/src/optimizer/factored_adam.cc", tests: optimizerTests };
const attention = { file: "native/src/attention/attention_kernels.cc", tests: ["test/ops/attention.test.ts"] };
const additive = { file: "native/src/attention/additive_scores.h", tests: ["test/ops/attention.test.ts"] };
const experts = {
  file: "native/src/moe/moe_kernels.cc",
  tests: ["test/ops/dispatch.test.ts", "test/ops/expert-ffn.test.ts", "test/ops/expert-glu.test.ts"],
};
const elementwise = {
  file: "native/src/elementwise/elementwise_kernels.cc",
  tests: ["test/backends/elementwise.test.ts"],
};
const best = { file: "native/src/vocabulary/best_pieces.cc", tests: ["test/ops/vocabulary-top-k.test.ts"] };

export const nativeMutations: readonly Mutation[] = [
  {
    ...lstm,
    name: "units after the last whole vector have no gates",
    find: "    if (unit < s.units) gates_at<Part>(s, row, unit);\n",
    replace: "",
  },
  {
    ...lstm,
    name: "cell gradients of later steps are lost",
    find: "vfma(vmul(d_output, o), tanh_slope(squashed), lanes.load(s.d_cell + state))",
    replace: "vmul(vmul(d_output, o), tanh_slope(squashed))",
  },
  {
    ...lstm,
    name: "slope of tanh has the wrong sign",
    find: "return vfnma(t, t, vset1(1.0f));",
    replace: "return vfma(t, t, vset1(1.0f));",
  },
  {
    ...lstm,
    name: "cell gradients go back through the input gate",
    find: "lanes.store(s.d_cell + state, vmul(d_cell, f));",
    replace: "lanes.store(s.d_cell + state, vmul(d_cell, i));",
  },
  {
    ...lstm,
    name: "the output gate's gradient lacks its slope",
    find: "vmul(vmul(d_output, squashed), sigmoid_slope(o))",
    replace: "vmul(d_output, squashed)",
  },
  {
    ...lstm,
    name: "hidden gradients of later steps are lost",
    find: "if (s.d_hidden != nullptr) d_output",
    replace: "if (s.d_hidden == nullptr && s.rows < 0) d_output",
  },
  {
    ...backward,
    name: "sentences begin with the gradients of those before",
    find: "    clear_rows(d_cell_, plan_.units, sentences);\n",
    replace: "",
  },
  {
    ...backward,
    name: "bias gradients are of the last call's sums",
    find: "      std::memset(bias_sums(block), 0, plan_.blocks.width() * sizeof(float));\n",
    replace: "",
  },
  {
    ...softmax,
    name: "smoothing has no gradient in whole vectors",
    find: "const vf g = vfma(vload(exponentials + i), scale, shift);",
    replace: "const vf g = vload(exponentials + i) * scale;",
  },
  {
    ...softmax,
    name: "the last pieces are missing from the sum",
    find: "      *total += last[j];\n",
    replace: "",
  },
  {
    ...softmax,
    name: "bias gradients of the last pieces are lost",
    find: "    vstore_n(column_sums + i, vload_n(column_sums + i, lanes) + g, lanes);\n",
    replace: "",
  },
  {
    ...softmax,
    name: "blocks are added without their largest logits",
    find: "total = vfma(scale, vload_n(blocks.total + at(b), lanes), total);",
    replace: "total = total + vload_n(blocks.total + at(b), lanes);",
  },
  {
    ...loss,
    name: "smoothing counts the right piece whole",
    find: "normaliser - (1 - smoothing) * gold_[r] - smoothing * mean",
    replace: "normaliser - gold_[r] - smoothing * mean",
  },
  {
    ...gating,
    name: "ties go to the higher expert",
    find: "while (place > 0 && row[column] > row[columns[place - 1]]) {",
    replace: "while (place > 0 && row[column] >= row[columns[place - 1]]) {",
  },
  {
    ...gating,
    name: "experts after the last whole vector are not chosen",
    find: "  for (; column < width; column++) offer(column);\n",
    replace: "",
  },
  {
    ...gating,
    name: "the first expert left out gets no gradient of load",
    find: "    add_to_noisy(s.best[r.k], -chosen);\n",
    replace: "",
  },
  {
    ...gating,
    name: "softmax gradient of gates lacks its mean",
    find: "gates[j] * (d_gates[j] - mean)",
    replace: "gates[j] * d_gates[j]",
  },
  {
    ...gating,
    name: "noise scale has a gradient of the wrong sign",
    find: "vstore_n(d_noise_input + j, -d * z, n);",
    replace: "vstore_n(d_noise_input + j, d * z, n);",
  },
  {
    ...adam,
    name: "numbers after the last whole vector are not updated",
    find: "  if (const int rest = static_cast<int>(n - i); rest > 0) {",
    replace: "  if (const int rest = static_cast<int>(n - i); rest < 0) {",
  },
  {
    ...adam,
    name: "second moment of gradients instead of squares",
    find: "rest2 * g * g",
    replace: "rest2 * g",
  },
  {
    ...adam,
    name: "a quarter of the squares is lost",
    find: "return hsum((sum[0] + sum[1]) + (sum[2] + sum[3]));",
    replace: "return hsum((sum[0] + sum[1]) + sum[2]);",
  },
  {
    ...adam,
    name: "sums of rows are written instead of added",
    find: "row_sums[i] += hsum(row[i]);",
    replace: "row_sums[i] = hsum(row[i]);",
    tests: [...optimizerTests, "test/ops/expert-ffn-update.test.ts"],
  },
  {
    ...factored,
    name: "long gradients are not clipped",
    find: "rates.longest > 0 && length > rates.longest",
    replace: "rates.longest > 0 && length < 0",
  },
  {
    ...factored,
    name: "columns' means are of a row's length",
    find: "scale * scale / matrix_.rows, rates",
    replace: "scale * scale / matrix_.columns, rates",
  },
  {
    ...attention,
    name: "softmax gradient lacks its mean",
    find: "(vload_n(gradients + j, lanes) - mean)",
    replace: "vload_n(gradients + j, lanes)",
  },
  {
    ...attention,
    name: "softmax without its largest score",
    find: "vexp(vload_n(row + j, lanes) - vset1(largest))",
    replace: "vexp(vload_n(row + j, lanes) - vset1(0 * largest))",
  },
  {
    ...additive,
    name: "slope of additive scores has the wrong sign",
    find: "const vf slope = vfnma(weighed, unit, upstream);",
    replace: "const vf slope = vfma(weighed, unit, upstream);",
  },
  {
    ...additive,
    name: "large entries overflow",
    find: "constexpr float kSafe = 20.0f;",
    replace: "constexpr float kSafe = 2000.0f;",
  },
  {
    ...experts,
    name: "ReLU passes gradients below zero",
    find: "vselect_lt(vzero(), load_part(y + i, m), load_part(d + i, m), vzero())",
    replace: "load_part(d + i, m)",
  },
  {
    ...experts,
    name: "gates have the gradient of the last vector",
    find: "dot = vfma(load_part(y + at + i, n), d, dot);",
    replace: "dot = load_part(y + at + i, n) * d;",
  },
  {
    file: "native/src/moe/few_rows.h",
    tests: ["test/ops/expert-ffn-update.test.ts"],
    name: "experts of few rows are updated before their gradient is read",
    find: "      if (step.finite()) update(step, units, e_.hidden, hidden_, d_y_, e_.width, w2, after);\n",
    replace: "",
  },
  {
    file: "native/src/moe/expert_product.h",
    tests: ["test/ops/expert-ffn.test.ts"],
    name: "sums over lines of weights start afresh with each stretch of them",
    find: "            if (from > block) tile.sums = sums;\n",
    replace: "",
  },
  {
    ...elementwise,
    name: "numbers after the last four vectors are missing from a sum",
    find: "  for (; i < n; i += W) total[0] += vload_n(x + i, lanes_left(n - i));\n",
    replace: "",
  },
  {
    ...elementwise,
    name: "the logarithm of 0 is NaN",
    find: "x - vset1(kInfinity)",
    replace: "vset1(kNan)",
  },
  {
    file: "native/src/dropout/dropout_kernels.cc",
    tests: ["test/ops/dropout.test.ts", "test/ops/normal-noise.test.ts"],
    name: "both halves of the key have one increment",
    find: "k1 += kWeyl1;",
    replace: "k1 += kWeyl0;",
  },
  {
    file: "native/src/embedding/embedding_binding.cc",
    tests: ["test/ops/embedding.test.ts"],
    name: "a piece read twice has one gradient",
    find: "sum[j] += row[j];",
    replace: "sum[j] = row[j];",
  },
  {
    ...best,
    file: "native/src/vocabulary/best_list.h",
    name: "ties go to the higher piece",
    find: "a.logit > b.logit : a.id < b.id",
    replace: "a.logit > b.logit : a.id > b.id",
  },
  {
    ...best,
    file: "native/src/vocabulary/best_list.h",
    name: "a later piece displaces an equal one",
    find: "} else if (logit > heap_[0].logit) {",
    replace: "} else if (logit >= heap_[0].logit) {",
  },
];
