/** The parameters of the model by their names in a checkpoint, in double precision. */
import { slice, Vector } from "./vector.ts";

/** Row by row. */
export interface Matrix {
  entries: Vector;
  rows: number;
  columns: number;
}

export interface Parameter {
  entries: Vector;
  shape: readonly number[];
}

export class DefinedParameters {
  readonly byName: ReadonlyMap<string, Parameter>;

  constructor(values: Iterable<readonly [name: string, shape: readonly number[], values: ArrayLike<number>]>) {
    const entries = Array.from(values, ([name, shape, numbers]) => {
      return [name, { entries: new Vector(Float64Array.from(numbers)), shape }] as const;
    });
    this.byName = new Map(entries);
  }

  private find(name: string): Parameter {
    const found = this.byName.get(name);
    if (found === undefined) throw new Error(`the model has no parameter ${name}`);
    return found;
  }

  vector(name: string): Vector {
    return this.find(name).entries;
  }

  matrix(name: string): Matrix {
    const { entries, shape } = this.find(name);
    return { entries, rows: shape[0]!, columns: shape[1]! };
  }

  /** Matrix `index` of several [count, rows, columns]. */
  matrixOf(name: string, index: number): Matrix {
    const { entries, shape } = this.find(name);
    const [rows, columns] = [shape[1]!, shape[2]!];
    const size = rows * columns;
    return { entries: slice(entries, index * size, (index + 1) * size), rows, columns };
  }
}

export function row({ entries, columns }: Matrix, index: number): Vector {
  return slice(entries, index * columns, (index + 1) * columns);
}

/** x · m: x [rows] → [columns] */
export function times(x: Vector, m: Matrix): Vector {
  return product(x, m.entries, { from: m.rows, to: m.columns, steps: [m.columns, 1] });
}

/** m · x: x [columns] → [rows] */
export function timesTransposed(x: Vector, m: Matrix): Vector {
  return product(x, m.entries, { from: m.columns, to: m.rows, steps: [1, m.columns] });
}

/** Entry j is Σ_i x_i · w[i · steps[0] + j · steps[1]]. */
function product(
  x: Vector,
  w: Vector,
  { from, to, steps: [stepI, stepJ] }: { from: number; to: number; steps: readonly [number, number] },
): Vector {
  if (x.size !== from) throw new Error(`a vector of ${x.size} where the matrix takes ${from}`);
  const value = new Float64Array(to);
  for (let j = 0; j < to; j++) {
    for (let i = 0; i < from; i++) value[j]! += x.value[i]! * w.value[i * stepI + j * stepJ]!;
  }
  return new Vector(value, [x, w], (gradient) => {
    for (let j = 0; j < to; j++) {
      for (let i = 0; i < from; i++) {
        const place = i * stepI + j * stepJ;
        x.gradient[i]! += gradient[j]! * w.value[place]!;
        w.gradient[place]! += gradient[j]! * x.value[i]!;
      }
    }
  });
}
