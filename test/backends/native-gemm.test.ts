/** The addon's matrix products against sums in double precision, on every instruction set of this machine. */
import { afterAll, describe, expect, test } from "vitest";
import { loadAddon } from "../../src/backends/native/addon.ts";
import { philoxNormal } from "../../src/base/random.ts";

const addon = loadAddon();
const best = addon.isa();
const threads = addon.threads();

afterAll(() => {
  addon.selectIsa(best);
  addon.setThreads(threads);
  addon.setPrecision("f32");
});

interface Product {
  m: number;
  n: number;
  k: number;
  transA: boolean;
  transB: boolean;
  accumulate: boolean;
}

const shapes: [m: number, n: number, k: number][] = [
  [1, 1, 1],
  [1, 70, 33],
  [5, 33, 2],
  [14, 32, 16],
  [15, 7, 1],
  [61, 130, 75],
  [130, 31, 75],
  [37, 300, 527],
  [241, 40, 515],
];

function* products(): Generator<Product> {
  for (const [m, n, k] of shapes) {
    for (const transA of [false, true]) {
      for (const transB of [false, true]) {
        for (const accumulate of [false, true]) yield { m, n, k, transA, transB, accumulate };
      }
    }
  }
}

const draws = new Map<string, Float32Array>();

function draw(stream: number, count: number): Float32Array {
  const key = `${stream} ${count}`;
  let numbers = draws.get(key);
  numbers ??= philoxNormal({ seed: 5, stream }, count);
  draws.set(key, numbers);
  return numbers;
}

function operands({ m, n, k }: Product) {
  return { a: draw(1, m * k), b: draw(2, k * n), c: draw(3, m * n).slice() };
}

function native(p: Product): Float32Array {
  const { a, b, c } = operands(p);
  addon.matmul(a, b, c, p.m, p.n, p.k, p.transA, p.transB, p.accumulate);
  return c;
}

function sameBits(x: Float32Array, y: Float32Array): boolean {
  const bytes = ({ buffer, byteOffset, byteLength }: Float32Array) => Buffer.from(buffer, byteOffset, byteLength);
  return bytes(x).equals(bytes(y));
}

/** To the nearest bf16, the upper half of a float; instructions for it round halves to even, the others away from 0. */
function roundedToBf16(values: Float32Array, halvesToEven: boolean): Float32Array {
  const half = (word: number) => (halvesToEven ? 0x7fff + ((word >>> 16) & 1) : 0x8000);
  const bits = new Uint32Array(values.slice().buffer).map((word) => ((word + half(word)) & 0xffff0000) >>> 0);
  return new Float32Array(bits.buffer);
}

/** Largest difference from the sum in double precision, relative to the sum of the terms' magnitudes. */
function worstError(p: Product, result: Float32Array, factors: (values: Float32Array) => Float32Array): number {
  const { m, n, k } = p;
  const given = operands(p);
  const [a, b, c] = [factors(given.a), factors(given.b), given.c];
  let worst = 0;
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      let sum = p.accumulate ? c[i * n + j]! : 0;
      let magnitude = Math.abs(sum) + 1e-3;
      for (let q = 0; q < k; q++) {
        const term = (p.transA ? a[q * m + i]! : a[i * k + q]!) * (p.transB ? b[j * k + q]! : b[q * n + j]!);
        sum += term;
        magnitude += Math.abs(term);
      }
      worst = Math.max(worst, Math.abs(result[i * n + j]! - sum) / magnitude);
    }
  }
  return worst;
}

describe.each(addon.instructionSets())("%s", (isa) => {
  test.each(["f32", "bf16"] as const)("%s products", (precision) => {
    addon.selectIsa(isa);
    addon.setPrecision(precision);
    addon.setThreads(2);
    // bf16 rounds the factors, and nothing else.
    const halvesToEven = isa === "avx512bf16" || isa === "amx";
    const factors = (values: Float32Array) => (precision === "bf16" ? roundedToBf16(values, halvesToEven) : values);
    for (const p of products()) expect(worstError(p, native(p), factors), JSON.stringify(p)).toBeLessThan(1e-6);
  });

  test("the same bits for any number of threads, and for a row alone", () => {
    addon.selectIsa(isa);
    const [m, n, k] = [130, 300, 75];
    for (const precision of ["f32", "bf16"] as const) {
      addon.setPrecision(precision);
      for (const transB of [false, true]) {
        for (const transA of [false, true]) {
          const p: Product = { m, n, k, transA, transB, accumulate: false };
          addon.setThreads(1);
          const one = native(p);
          addon.setThreads(3);
          expect(sameBits(native(p), one)).toBe(true);
          if (transA) continue;
          const { a, b } = operands(p);
          const row = new Float32Array(n);
          addon.matmul(a.subarray((m - 1) * k), b, row, 1, n, k, false, transB, false);
          expect(sameBits(row, one.subarray((m - 1) * n))).toBe(true);
        }
      }
    }
  });

  test("batches equal their products one by one", () => {
    addon.selectIsa(isa);
    addon.setPrecision("f32");
    addon.setThreads(2);
    for (const batch of [1, 5]) {
      const [m, n, k] = [7, 20, 33];
      const a = philoxNormal({ seed: 6, stream: 1 }, batch * m * k);
      const b = philoxNormal({ seed: 6, stream: 2 }, batch * n * k);
      const together = new Float32Array(batch * m * n);
      addon.batchMatmul(a, b, together, batch, m, n, k, false, true, false);
      for (let i = 0; i < batch; i++) {
        const alone = new Float32Array(m * n);
        addon.matmul(a.subarray(i * m * k), b.subarray(i * n * k), alone, m, n, k, false, true, false);
        expect(sameBits(together.subarray(i * m * n, (i + 1) * m * n), alone)).toBe(true);
      }
    }
  });
});

test("an empty inner axis gives zeros, or leaves what is accumulated", () => {
  const out = Float32Array.of(1, 2, 3, 4);
  const none = new Float32Array(0);
  addon.matmul(none, none, out, 2, 2, 0, false, false, true);
  expect([...out]).toEqual([1, 2, 3, 4]);
  addon.matmul(none, none, out, 2, 2, 0, false, false, false);
  expect([...out]).toEqual([0, 0, 0, 0]);
});

test("numbers below the normal range count as zero while kernels run, and only then", () => {
  addon.setThreads(2);
  const tiny = new Float32Array(64 * 64).fill(1e-40);
  const ones = new Float32Array(64 * 64).fill(1);
  const out = new Float32Array(64 * 64);
  addon.matmul(tiny, ones, out, 64, 64, 64, false, false, false);
  expect(out.every((value) => value === 0)).toBe(true);
  expect(Number.MIN_VALUE * 2).toBeGreaterThan(0);
});

test("wrong arguments are named", () => {
  const short = new Float32Array(3);
  expect(() => addon.matmul(short, short, short, 2, 2, 2, false, false, false)).toThrow(
    "matmul: a has 3 elements, needs 4",
  );
  expect(() => addon.selectIsa("mmx" as never)).toThrow('no instruction set "mmx"');
});
