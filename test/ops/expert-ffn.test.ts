/** Source of truth: the experts' definition in double precision (moe-definition.ts), and central differences of it. */
import * as tf from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import { selectBackend } from "../../src/backends/select.ts";
import { combine, dispatch, planDispatch } from "../../src/ops/dispatch.ts";
import { composedExpertFfn, expertFfn } from "../../src/ops/expert-ffn.ts";
import { topKGates } from "../../src/ops/top-k-gates.ts";
import { expectClose, numericGradient } from "./finite-differences.ts";
import { expertDefinition, part } from "./moe-definition.ts";
import {
  expectDefined,
  expectNativeAgrees,
  nativeAddon,
  type Op,
  type Operand,
  onNative,
  operand,
  runOp,
  sameArrays,
  sameBits,
  upstream,
} from "./op-outcomes.ts";

const addon = nativeAddon();

interface Case {
  sizes: number[];
  width: number;
  hidden: number;
}

const small: Case[] = [
  { sizes: [2, 0, 3], width: 3, hidden: 4 },
  { sizes: [0, 1], width: 2, hidden: 3 },
  { sizes: [4], width: 3, hidden: 2 },
];

const large: Case[] = [
  { sizes: [13, 0, 40, 1, 7, 0], width: 33, hidden: 70 },
  { sizes: [70, 2, 15], width: 48, hidden: 65 },
  { sizes: [1], width: 64, hidden: 96 },
  { sizes: [530, 3], width: 21, hidden: 5 },
  { sizes: [9, 4, 5, 6], width: 11, hidden: 1100 },
  { sizes: [3], width: 530, hidden: 20 },
  // Lines of weights that don't all fit the caches: their sums go on from stretch to stretch.
  { sizes: [13, 5], width: 90, hidden: 1100 },
  { sizes: Array.from({ length: 24 }, (_, i) => i % 5), width: 32, hidden: 32 },
];

const norm = (values: Float32Array) => Math.sqrt(values.reduce((total, x) => total + x * x, 0));
const sum = (sizes: number[]) => sizes.reduce((a, b) => a + b, 0);

function offsetsOf(sizes: number[]): Int32Array {
  return Int32Array.from([0, ...sizes.map((_, e) => sum(sizes.slice(0, e + 1)))]);
}

function operands({ sizes, width, hidden }: Case): Operand[] {
  const experts = sizes.length;
  return [
    operand(1, [sum(sizes), width]),
    operand(2, [experts, width, hidden], Math.min(0.4, width ** -0.5)),
    operand(3, [experts, hidden, width], Math.min(0.4, hidden ** -0.5)),
  ];
}

function asOp(ffn: typeof expertFfn, offsets: Int32Array): Op {
  return (x: tf.Tensor2D, w1: tf.Tensor3D, w2: tf.Tensor3D) => ffn({ x, w1, w2 }, offsets);
}

describe("composed expert networks", () => {
  it.each(small)("are as defined: %o", async (c) => {
    const offsets = offsetsOf(c.sizes);
    const experts = c.sizes.length;
    await expectDefined(asOp(composedExpertFfn, offsets), operands(c), (x, w1, w2) => {
      const out = new Float64Array(x.length);
      for (let e = 0; e < experts; e++) {
        for (let row = offsets[e]!; row < offsets[e + 1]!; row++) {
          const input = x.subarray(row * c.width, (row + 1) * c.width);
          out.set(expertDefinition(input, part(w1, e, experts), part(w2, e, experts)), row * c.width);
        }
      }
      return out;
    });
  });
});

describe.skipIf(addon === undefined)("native expert networks", () => {
  it.each([...small, ...large, { sizes: [0, 0], width: 3, hidden: 2 }])("agree with the composed op: %o", async (c) => {
    const offsets = offsetsOf(c.sizes);
    await expectNativeAgrees(addon!, asOp(expertFfn, offsets), asOp(composedExpertFfn, offsets), operands(c), 3e-5);
  });
});

describe.skipIf(addon === undefined)("a row's output", () => {
  // Sums run in blocks of 512.
  it.each([
    { sizes: [70, 40], width: 530, hidden: 40 },
    { sizes: [40, 90], width: 33, hidden: 530 },
  ] as Case[])("has the same bits however many rows its expert has: %o", async (c) => {
    const given = operands(c);
    const outputs = await onNative(addon!, () =>
      tf.tidy(() => {
        const [x, ...weights] = given.map(({ values, shape }) => tf.tensor(Float32Array.from(values), shape));
        const run = (rows: tf.Tensor, sizes: number[]) => asOp(expertFfn, offsetsOf(sizes))(rows, ...weights);
        // The first of one expert's rows and the last of the other's.
        const all = run(x!, c.sizes);
        const picked = (rows: tf.Tensor) => tf.concat([tf.slice(rows, 0, 3), tf.slice(rows, sum(c.sizes) - 20, 20)]);
        return [picked(all), run(picked(x!), [3, 20])].map((rows) => rows.dataSync<"float32">());
      }),
    );
    for (const [expected, alone] of outputs.flat()) expect(sameArrays([alone!], [expected!])).toBe(true);
  });
});

const withBf16 = (["avx512bf16", "amx"] as const).filter((isa) => addon?.instructionSets().includes(isa));

describe.skipIf(withBf16.length === 0)("native expert networks in bf16", () => {
  it.each(withBf16.flatMap((isa) => [large[0]!, large[4]!].map((c) => [isa, c] as const)))(
    "round only their operands, to the same bits with any number of threads: %s, %o",
    async (wanted, c) => {
      await selectBackend({ backend: "cpu" });
      const offsets = offsetsOf(c.sizes);
      const exact = runOp(asOp(composedExpertFfn, offsets), operands(c));
      const results = await onNative(addon!, (isa) => {
        if (isa !== wanted) return undefined;
        addon!.setPrecision("bf16");
        const outcome = runOp(asOp(expertFfn, offsets), operands(c));
        addon!.setPrecision("f32");
        return outcome;
      });
      const [one, ...more] = results.flat().filter((outcome) => outcome !== undefined);
      expectClose(one!.value, exact.value, 0.02);
      one!.gradients.forEach((gradient, i) => {
        // Relu's gradient jumps where rounding moves a hidden unit across 0, so single elements may be far off.
        const expected = exact.gradients[i]!;
        const error = norm(gradient.map((d, j) => d - expected[j]!)) / norm(expected);
        expect(error).toBeLessThan(0.1);
      });
      for (const other of more) expect(sameBits(other, one!)).toBe(true);
    },
  );
});

/** Routed work equals the sum over all experts of gate times expert, the gate being 0 for those not chosen. */
describe("dispatch, experts and combine equal the dense sum over all experts", () => {
  const [width, hidden] = [4, 5];
  const cases: [positions: number, experts: number, k: number, what: string][] = [
    [6, 4, 2, "usual"],
    [2, 7, 2, "experts without positions"],
    [5, 3, 1, "k = 1"],
    [4, 3, 3, "k = n"],
    [1, 4, 2, "one position"],
  ];

  const sparse =
    (k: number): Op =>
    (x: tf.Tensor2D, logits: tf.Tensor2D, w1: tf.Tensor3D, w2: tf.Tensor3D) => {
      const { gates, experts } = topKGates(logits, k);
      const plan = planDispatch(experts, w1.shape[0]);
      return combine(expertFfn({ x: dispatch(x, plan, k), w1, w2 }, plan.offsets), gates, plan);
    };

  function dense(
    experts: number,
    k: number,
    x: Float64Array,
    logits: Float64Array,
    w1: Float64Array,
    w2: Float64Array,
  ) {
    const positions = logits.length / experts;
    const out = new Float64Array(x.length);
    for (let p = 0; p < positions; p++) {
      const row = part(logits, p, positions);
      const chosen = Array.from(row.keys())
        .sort((a, b) => row[b]! - row[a]!)
        .slice(0, k);
      const total = chosen.reduce((all, e) => all + Math.exp(row[e]!), 0);
      for (let e = 0; e < experts; e++) {
        const gate = chosen.includes(e) ? Math.exp(row[e]!) / total : 0;
        const y = expertDefinition(part(x, p, positions), part(w1, e, experts), part(w2, e, experts));
        y.forEach((value, i) => {
          out[p * width + i]! += gate * value;
        });
      }
    }
    return out;
  }

  const inputs = (positions: number, experts: number) => [
    operand(10, [positions, width]),
    operand(11, [positions, experts]),
    operand(12, [experts, width, hidden]),
    operand(13, [experts, hidden, width]),
  ];

  it.each(cases)("%i positions, %i experts, k = %i (%s), composed", async (positions, experts, k) => {
    await expectDefined(sparse(k), inputs(positions, experts), (...[x, logits, w1, w2]) =>
      dense(experts, k, x!, logits!, w1!, w2!),
    );
  });

  it.skipIf(addon === undefined).each(cases)(
    "%i positions, %i experts, k = %i (%s), native",
    async (positions, experts, k) => {
      const given = inputs(positions, experts);
      const values = given.map((g) => g.values) as [Float64Array, Float64Array, Float64Array, Float64Array];
      const value = dense(experts, k, ...values);
      const weights = upstream(value.length);
      const objective = () => dense(experts, k, ...values).reduce((all, y, i) => all + y * weights[i]!, 0);
      const gradients = values.map((x) => numericGradient(objective, x));
      await onNative(addon!, () => {
        const outcome = runOp(sparse(k), given);
        expectClose(outcome.value, value, 1e-5);
        outcome.gradients.forEach((gradient, i) => {
          expectClose(gradient, gradients[i]!, 1e-5);
        });
      });
    },
  );
});
