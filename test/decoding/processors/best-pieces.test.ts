/** Source of truth: sorting all pieces of a row. */
import { expect, test } from "vitest";
import { Random } from "../../../src/base/random.ts";
import { bestPieces } from "../../../src/decoding/processors/best-pieces.ts";

test.each([0, 1, 3, 64, 65, 200])("the %i best of 200, equal ones by id, some forbidden", (count) => {
  const random = new Random(count, 1);
  const size = 200;
  const rows = 3;
  // Few different values, so that many are equal.
  const values = Float32Array.from({ length: rows * size }, () => {
    const value = Math.floor(random.uniform() * 12);
    return value === 0 ? Number.NEGATIVE_INFINITY : -value;
  });
  const { ids, logProbabilities } = bestPieces(values, rows, count);
  for (let row = 0; row < rows; row++) {
    const of = (id: number) => values[row * size + id]!;
    const order = Array.from({ length: size }, (_, id) => id).sort((a, b) => (of(a) === of(b) ? a - b : of(b) - of(a)));
    const expected = order.slice(0, count);
    expect([...ids.subarray(row * count, (row + 1) * count)]).toEqual(expected);
    expect([...logProbabilities.subarray(row * count, (row + 1) * count)]).toEqual(expected.map(of));
  }
});

test("a value that is no number comes first, in its row alone", () => {
  const values = Float32Array.of(-1, -2, Number.NaN, -1, -2, -3);
  const { logProbabilities } = bestPieces(values, 2, 2);
  expect(logProbabilities[0]).toBeNaN();
  expect([...logProbabilities.subarray(2)]).toEqual([-1, -2]);
});
