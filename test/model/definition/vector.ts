/** Vectors in double precision with their gradients, by reverse-mode differentiation: what the definition of the model is written in. */

let made = 0;

export class Vector {
  readonly value: Float64Array;
  /** d loss / d value, once `differentiate` was called. */
  readonly gradient: Float64Array;
  readonly parents: readonly Vector[];
  /** Adds to the parents' gradients what this one's gradient gives them. */
  readonly propagate: () => void;
  /** A vector is made after its parents. */
  readonly order = made++;

  constructor(
    value: Float64Array,
    parents: readonly Vector[] = [],
    propagate: (gradient: Float64Array) => void = () => {},
  ) {
    this.value = value;
    this.gradient = new Float64Array(value.length);
    this.parents = parents;
    this.propagate = () => propagate(this.gradient);
  }

  get size(): number {
    return this.value.length;
  }
}

/** The number that a vector of one entry holds. */
export function numberOf(scalar: Vector): number {
  return scalar.value[0]!;
}

export function constant(values: ArrayLike<number>): Vector {
  return new Vector(Float64Array.from(values));
}

/** Fills in the gradients of everything that `loss`, a vector of one entry, was made of. */
export function differentiate(loss: Vector): void {
  const all = new Set<Vector>([loss]);
  for (const vector of all) for (const parent of vector.parents) all.add(parent);
  for (const vector of all) vector.gradient.fill(0);
  loss.gradient[0] = 1;
  for (const vector of [...all].sort((a, b) => b.order - a.order)) vector.propagate();
}

/** Entry by entry; a vector of one entry goes with every entry of the other. `da` and `db` are derivatives at (a, b). */
function entrywise(
  [a, b]: readonly [Vector, Vector],
  f: (a: number, b: number) => number,
  [da, db]: readonly [(a: number, b: number) => number, (a: number, b: number) => number],
): Vector {
  const size = Math.max(a.size, b.size);
  for (const { size: own } of [a, b])
    if (own !== size && own !== 1) throw new Error(`vectors of ${a.size} and ${b.size}`);
  const at = ({ size: own }: Vector, i: number) => (own === 1 ? 0 : i);
  const value = Float64Array.from({ length: size }, (_, i) => f(a.value[at(a, i)]!, b.value[at(b, i)]!));
  return new Vector(value, [a, b], (gradient) => {
    for (let i = 0; i < size; i++) {
      const [x, y] = [a.value[at(a, i)]!, b.value[at(b, i)]!];
      a.gradient[at(a, i)]! += gradient[i]! * da(x, y);
      b.gradient[at(b, i)]! += gradient[i]! * db(x, y);
    }
  });
}

const one = () => 1;

export function add(first: Vector, ...rest: Vector[]): Vector {
  return rest.reduce((a, b) => entrywise([a, b], (x, y) => x + y, [one, one]), first);
}

export function subtract(a: Vector, b: Vector): Vector {
  return entrywise([a, b], (x, y) => x - y, [one, () => -1]);
}

export function multiply(a: Vector, b: Vector): Vector {
  return entrywise([a, b], (x, y) => x * y, [(_, y) => y, (x) => x]);
}

export function divide(a: Vector, b: Vector): Vector {
  return entrywise([a, b], (x, y) => x / y, [(_, y) => 1 / y, (x, y) => -x / (y * y)]);
}

export function scale(a: Vector, by: number): Vector {
  return multiply(a, constant([by]));
}

/** f of each entry, with its derivative given x and f(x). */
function map(a: Vector, f: (x: number) => number, derivative: (x: number, fx: number) => number): Vector {
  const value = a.value.map(f);
  return new Vector(value, [a], (gradient) => {
    for (let i = 0; i < value.length; i++) a.gradient[i]! += gradient[i]! * derivative(a.value[i]!, value[i]!);
  });
}

const logistic = (x: number) => 1 / (1 + Math.exp(-x));

export const tanh = (a: Vector) => map(a, Math.tanh, (_, y) => 1 - y * y);
export const sigmoid = (a: Vector) => map(a, logistic, (_, y) => y * (1 - y));
export const relu = (a: Vector) =>
  map(
    a,
    (x) => Math.max(x, 0),
    (x) => (x > 0 ? 1 : 0),
  );
export const softplus = (a: Vector) => map(a, (x) => Math.log1p(Math.exp(x)), logistic);
const exp = (a: Vector) => map(a, Math.exp, (_, y) => y);
const log = (a: Vector) => map(a, Math.log, (x) => 1 / x);
export const squareRoot = (a: Vector) => map(a, Math.sqrt, (_, y) => 0.5 / y);
export const square = (a: Vector) => multiply(a, a);

/** Φ, the cumulative standard normal distribution, by an everywhere positive series of its error function. */
export const normalCdf = (a: Vector) => map(a, (x) => 0.5 * (1 + erf(x / Math.SQRT2)), density);

const density = (x: number) => Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);

function erf(x: number): number {
  if (Math.abs(x) > 6) return Math.sign(x);
  let [term, total] = [x, x];
  for (let n = 1; Math.abs(term) > 1e-18 * Math.abs(total); n++) {
    term *= (2 * x * x) / (2 * n + 1);
    total += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * total;
}

/** → [1] */
export function sum(a: Vector): Vector {
  return new Vector(Float64Array.of(a.value.reduce((total, x) => total + x, 0)), [a], ([gradient]) => {
    for (let i = 0; i < a.size; i++) a.gradient[i]! += gradient!;
  });
}

/** → [1] */
export const dot = (a: Vector, b: Vector) => sum(multiply(a, b));

export function softmax(a: Vector): Vector {
  const exponentials = exp(subtract(a, constant([Math.max(...a.value)])));
  return divide(exponentials, sum(exponentials));
}

/** log Σ exp(entries) → [1] */
export function logSumExp(a: Vector): Vector {
  const most = constant([Math.max(...a.value)]);
  return add(log(sum(exp(subtract(a, most)))), most);
}

/** The entries at these indices, in their order; an index may come more than once. */
export function pick(a: Vector, indices: readonly number[]): Vector {
  const value = Float64Array.from(indices, (index) => a.value[index]!);
  return new Vector(value, [a], (gradient) => {
    indices.forEach((index, i) => {
      a.gradient[index]! += gradient[i]!;
    });
  });
}

/** Entries `from` to `to`, the latter left out. */
export function slice(a: Vector, from: number, to: number): Vector {
  return pick(
    a,
    Array.from({ length: to - from }, (_, i) => from + i),
  );
}

export function concat(parts: readonly Vector[]): Vector {
  const value = Float64Array.from(parts.flatMap((part) => [...part.value]));
  return new Vector(value, parts, (gradient) => {
    let at = 0;
    for (const part of parts) for (let i = 0; i < part.size; i++) part.gradient[i]! += gradient[at++]!;
  });
}
