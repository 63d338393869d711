// Source of truth: what a permutation is, and what chance gives.
import { expect, test } from "vitest";
import { Permutation } from "../../../src/data/batches/permutation.ts";

const whole = (length: number, seed: number) => {
  const order = new Permutation(length, { seed, stream: 1 });
  return Array.from({ length }, (_, place) => order.at(place));
};

test.each([1, 2, 3, 4, 5, 15, 16, 17, 255, 257, 1000, 4096, 4097])("has each of %i numbers once", (length) => {
  expect(whole(length, 7).toSorted((a, b) => a - b)).toEqual(Array.from({ length }, (_, i) => i));
});

test("is the same for a seed, and another for another", () => {
  expect(whole(1000, 7)).toEqual(whole(1000, 7));
  expect(whole(1000, 7)).not.toEqual(whole(1000, 8));
});

test("of few numbers comes in all orders about equally often", () => {
  const orders = new Map<string, number>();
  for (let seed = 0; seed < 6000; seed++)
    orders.set(whole(3, seed).join(), (orders.get(whole(3, seed).join()) ?? 0) + 1);
  expect(orders.size).toBe(6);
  // A thousand each, give or take five standard deviations.
  for (const count of orders.values()) expect(Math.abs(count - 1000)).toBeLessThan(150);
});

test("puts neighbours apart and numbers anywhere", () => {
  const length = 10_000;
  const order = whole(length, 3);
  // Mean distance of two random places is a third; of a number to its place as well.
  const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;
  expect(mean(order.slice(1).map((value, i) => Math.abs(value - order[i]!)))).toBeCloseTo(length / 3, -2.5);
  expect(mean(order.map((value, i) => Math.abs(value - i)))).toBeCloseTo(length / 3, -2.5);
  const fixed = order.filter((value, i) => value === i).length;
  expect(fixed).toBeLessThan(8);
});

test("of a thousand million numbers is as quick to ask", () => {
  const order = new Permutation(1e9, { seed: 5, stream: 2 });
  const values = Array.from({ length: 1000 }, (_, place) => order.at(place));
  expect(new Set(values).size).toBe(1000);
  expect(values.every((value) => value >= 0 && value < 1e9)).toBe(true);
});
