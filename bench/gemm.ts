/** Matrix products of the shapes that the model has, or of one shape. */
import { UsageError } from "../src/base/errors.ts";
import { type Engine, engineDefaults, randomFloats, startEngine } from "./engine.ts";
import type { Row } from "./figures.ts";
import type { Benchmark } from "./main.ts";
import { measureCall } from "./measure.ts";
import { readOptions } from "./options.ts";

interface Shape {
  m: number;
  n: number;
  k: number;
  /** Stored [k, m] and [n, k]. */
  transA?: boolean;
  transB?: boolean;
}

/** Recurrent products, vocabulary, input gradient: their right side is a weight matrix. Weight gradient: it isn't. */
const shapes: readonly Shape[] = [
  { m: 64, n: 2048, k: 1024 },
  { m: 32, n: 2048, k: 512 },
  { m: 2048, n: 8192, k: 512 },
  { m: 2048, n: 512, k: 2048, transB: true },
  { m: 512, n: 2048, k: 2048, transA: true },
];

export const run: Benchmark = async (argv) => {
  const defaults = {
    ...engineDefaults,
    m: 0,
    n: 0,
    k: 0,
    "trans-a": false,
    "trans-b": false,
    unpacked: false,
    runs: 7,
  } as const;
  const options = readOptions(argv, defaults);
  const { m, n, k } = options;
  if ((m > 0 || n > 0 || k > 0) && m * n * k === 0) {
    throw new UsageError("a shape needs all of --m, --n and --k", {
      nextStep: "Leave all out for the model's shapes.",
    });
  }
  const engine = await startEngine(options);
  const chosen = m > 0 ? [{ m, n, k, transA: options["trans-a"], transB: options["trans-b"] }] : shapes;
  return {
    ...engine.figures,
    runs: options.runs,
    products: chosen.map((shape) => measure(engine, shape, options)),
  };
};

/** The right side is packed before, as weights are for all products that read them, unless the product is a weight gradient. */
function measure(engine: Engine, shape: Shape, { unpacked, runs }: { unpacked: boolean; runs: number }): Row {
  const { m, n, k, transA = false, transB = false } = shape;
  const { native } = engine;
  const { addon } = native;
  const [a, b] = [randomFloats(native, m * k), randomFloats(native, k * n)];
  const out = native.takeFloats(m * n, "matmul");
  const packs = !unpacked && !transA;
  const precision = addon.precision();
  const packed = native.takeFloats(packs ? addon.packedLength(n, k, precision) : 0, "packMatrix");
  if (packs) addon.packMatrix(b, packed, n, k, transB, precision);
  const call = packs
    ? () => addon.packedMatmul(a, packed, out, m, n, k, transA, false)
    : () => addon.matmul(a, b, out, m, n, k, transA, transB, false);
  const form = `${transA ? "Aᵀ" : "A"} ${transB ? "Bᵀ" : "B"}`;
  return { form, m, n, k, packed: packs ? "yes" : "no", ...measureCall(engine, call, runs) };
}
