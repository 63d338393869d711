/**
 * Source of truth: the same op with all its gradients. What is frozen has none, what is not has the same to the bit, and the kernels are not
 * asked for what nothing reads.
 */
import * as tf from "@tensorflow/tfjs";
import { afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { nativeBackend } from "../../src/backends/native/backend.ts";
import { selectBackend } from "../../src/backends/select.ts";
import { packedLayout } from "../../src/base/packed-layout.ts";
import { expertFfn } from "../../src/ops/expert-ffn.ts";
import { expertGlu } from "../../src/ops/expert-glu.ts";
import type { LstmDirection } from "../../src/ops/lstm-inputs.ts";
import { bidirectionalLstmLayer, lstmLayer } from "../../src/ops/lstm-layer.ts";
import { vocabularyCrossEntropy } from "../../src/ops/vocabulary-cross-entropy.ts";

beforeAll(() => selectBackend({ backend: "native", threads: 2 }));
afterEach(() => vi.restoreAllMocks());

type Tensors = Record<string, tf.Tensor>;

interface Case {
  shapes: Record<string, number[]>;
  /** Operands that are frozen together. */
  frozen: string[];
  run(operands: Tensors): tf.Tensor;
  /** Kernel of the backward pass, and places of its arguments that are then undefined. */
  kernel?: [name: string, unwanted: (args: readonly unknown[]) => unknown];
}

const layout = packedLayout([4, 3, 1]);
const lstm = (prefix = "") => ({
  [`${prefix}inputWeights`]: [5, 24],
  [`${prefix}recurrentWeights`]: [6, 24],
  [`${prefix}bias`]: [24],
});
const directionOf = (t: Tensors, prefix = "") =>
  Object.fromEntries(
    ["inputWeights", "recurrentWeights", "bias", "projection"].flatMap((key) =>
      t[prefix + key] === undefined ? [] : [[key, t[prefix + key]]],
    ),
  ) as unknown as LstmDirection;
const experts = { x: [7, 5], w1: [3, 5, 8], w2: [3, 8, 5] };
const offsets = Int32Array.of(0, 4, 4, 7);
const softmax = { hidden: [9, 6], weights: [20, 6], bias: [20] };
const targets = Int32Array.of(1, 5, 19, 0, 3, 7, 7, 2, 4);

const cases: Record<string, Case> = {
  "an LSTM layer": {
    shapes: { x: [8, 5], ...lstm() },
    frozen: Object.keys(lstm()),
    run: (t) => lstmLayer({ x: t["x"] as tf.Tensor2D, ...directionOf(t) }, { layout, reverse: false }),
    kernel: ["lstmBackward", (args) => args[13]],
  },
  "a projected LSTM layer": {
    shapes: { x: [8, 5], ...lstm(), recurrentWeights: [4, 24], projection: [6, 4] },
    frozen: [...Object.keys(lstm()), "projection"],
    run: (t) => lstmLayer({ x: t["x"] as tf.Tensor2D, ...directionOf(t) }, { layout, reverse: true }),
    kernel: ["lstmBackward", (args) => args[13]],
  },
  "one direction of two": {
    shapes: { x: [8, 5], ...lstm("f"), ...lstm("b") },
    frozen: Object.keys(lstm("f")),
    run: (t) => {
      const directions = { forward: directionOf(t, "f"), backward: directionOf(t, "b") };
      return bidirectionalLstmLayer({ x: t["x"] as tf.Tensor2D, ...directions }, layout);
    },
    kernel: ["lstmBackward", (args) => (args[13] as unknown[]).slice(0, 4)],
  },
  "a part of an LSTM layer": {
    shapes: { x: [8, 5], ...lstm() },
    frozen: ["inputWeights"],
    run: (t) => lstmLayer({ x: t["x"] as tf.Tensor2D, ...directionOf(t) }, { layout, reverse: false }),
  },
  experts: {
    shapes: experts,
    frozen: ["w1", "w2"],
    run: (t) => expertFfn(t as never, offsets),
    kernel: ["expertFfnGradient", (args) => args.slice(7, 9)],
  },
  "one matrix of experts": { shapes: experts, frozen: ["w2"], run: (t) => expertFfn(t as never, offsets) },
  "gated experts": {
    shapes: { ...experts, gate: [3, 5, 8] },
    frozen: ["w1", "gate", "w2"],
    run: (t) => expertGlu(t as never, offsets),
  },
  "the softmax's weights": {
    shapes: softmax,
    frozen: ["weights"],
    run: (t) => vocabularyCrossEntropy(t as never, { targets, labelSmoothing: 0.1 }).slice([0], [1]),
    kernel: ["vocabularyCrossEntropy", (args) => args[10]],
  },
};

/** Gradients of Σ output² by name. */
function gradients({ shapes, run }: Case, frozen: readonly string[]): Record<string, Float32Array | undefined> {
  const variables = Object.entries(shapes).map(([name, shape], i) => {
    const initial = tf.randomUniform(shape, -0.5, 0.5, "float32", 11 + i);
    return [name, tf.variable(initial, !frozen.includes(name))] as const;
  });
  const trained = variables.filter(([, { trainable }]) => trainable);
  const { value, grads } = tf.variableGrads(
    () => tf.sum(tf.square(run(Object.fromEntries(variables)))) as tf.Scalar,
    trained.map(([, variable]) => variable),
  );
  const found = trained.map(([name, variable]) => [name, grads[variable.name]!.dataSync<"float32">().slice()] as const);
  tf.dispose([value, grads, variables.map(([, variable]) => variable)]);
  return Object.fromEntries(found);
}

const named = Object.entries(cases);

describe("what is frozen", () => {
  test.each(named)("leaves all other gradients as they are: %s", (_, each) => {
    const all = gradients(each, []);
    const others = gradients(each, each.frozen);
    const left = Object.keys(each.shapes).filter((name) => !each.frozen.includes(name));
    expect(Object.keys(others)).toEqual(left);
    for (const name of left) expect(others[name], name).toEqual(all[name]);
  });

  test.each(named.filter(([, { kernel }]) => kernel !== undefined))("is not asked of the kernel: %s", (_, each) => {
    const [name, unwanted] = each.kernel!;
    const { addon } = nativeBackend()!;
    const calls = vi.spyOn(addon, name as "lstmBackward");
    gradients(each, []);
    gradients(each, each.frozen);
    const [first, second] = (calls.mock.calls as unknown[][]).map((args) => [unwanted(args)].flat());
    expect(first!.filter((each) => each !== undefined).length).toBeGreaterThan(0);
    expect(second!.filter((each) => each !== undefined)).toEqual([]);
  });
});

test("a chunk of more rows than fit at once, and no rows, have the softmax's other gradients too", () => {
  for (const rows of [0, 1500]) {
    const many = { ...cases["the softmax's weights"]!, shapes: { ...softmax, hidden: [rows, 6] } };
    const all = Int32Array.from({ length: rows }, (_, i) => (7 * i) % 20);
    const run = (t: Tensors) => vocabularyCrossEntropy(t as never, { targets: all, labelSmoothing: 0 }).slice([0], [1]);
    const [whole, part] = [[], ["weights"]].map((frozen) => gradients({ ...many, run }, frozen));
    expect([part!["hidden"], part!["bias"]]).toEqual([whole!["hidden"], whole!["bias"]]);
  }
});
