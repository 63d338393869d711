/** Compares what ranks have trained with what one process has. */
import { expect } from "vitest";
import type { TrainingOutcome } from "./training-task.ts";

/** Losses and norms of every step, and every parameter, to 1e-5 of their size; the same bits on all ranks. */
export function expectParity(ranks: readonly TrainingOutcome[], one: TrainingOutcome): void {
  for (const { results } of ranks) {
    results.forEach((result, step) => {
      for (const [name, value] of Object.entries(one.results[step]!)) {
        const found = result[name as keyof typeof result];
        const error = Math.abs(found - value) / Math.max(1, Math.abs(value));
        expect(error, `${name} of step ${step}: ${found}, not ${value}`).toBeLessThan(2e-5);
      }
    });
  }
  const [first] = ranks;
  for (const [name, expected] of Object.entries(one.parameters)) {
    const isDivided = first!.divided.includes(name);
    if (!isDivided) for (const { parameters } of ranks) expect(parameters[name], name).toEqual(first!.parameters[name]);
    const found = isDivided ? ranks.flatMap(({ parameters }) => parameters[name]!) : first!.parameters[name]!;
    expect(found.length, name).toBe(expected.length);
    const size = Math.max(1e-3, ...expected.map(Math.abs));
    const errors = found.map((value, i) => Math.abs(value - expected[i]!) / size);
    expect(Math.max(...errors), name).toBeLessThan(1e-4);
  }
}
