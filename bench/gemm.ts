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

/** Recurrent products, vocabulary, input gradient and weight gradient. */
const shapes: readonly Shape[] = [
  { m: 64, n: 2048, k: 1024 },
  { m: 32, n: 2048, k: 512 },
  { m: 2048, n: 8192, k: 512 },
  { m: 2048, n: 512, k: 2048, transB: true },
  { m: 512, n: 2048, k: 2048, transA: true },
];

export const run: Benchmark = async (argv) => {
  const defaults = { ...engineDefaults, m: 0, n: 0, k: 0, "trans-a": false, "trans-b": false, runs: 7 } as const;
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
    products: chosen.map((shape) => measure(engine, shape, options.runs)),
  };
};

function measure(engine: Engine, { m, n, k, transA = false, transB = false }: Shape, runs: number): Row {
  const { native } = engine;
  const [a, b] = [randomFloats(native, m * k), randomFloats(native, k * n)];
  const out = native.takeFloats(m * n);
  const call = () => native.addon.matmul(a, b, out, m, n, k, transA, transB, false);
  return { form: `${transA ? "Aᵀ" : "A"} ${transB ? "Bᵀ" : "B"}`, m, n, k, ...measureCall(engine, call, runs) };
}
