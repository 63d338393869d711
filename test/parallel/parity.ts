/** Compares what ranks have trained with what one process has. */
import { beforeAll, expect, test } from "vitest";
import { alone } from "../../src/parallel/alone.ts";
import { partOf } from "../../src/parallel/parts.ts";
import { probeForTests } from "../backends/native-required.ts";
import type { RankTask } from "./run-ranks.ts";
import { baseInput, IDLE, type TrainingCase } from "./training-cases.ts";
import { run, type TrainingInput, type TrainingOutcome } from "./training-task.ts";

/**
 * Of losses and norms, and of a parameter's largest number. Sums of f32 in another order, of which the largest part is Adam's: where a gradient is nearly
 * zero, its rounding is divided by a root that is as small. Three steps of up to eight ranks were 1e-7 apart in losses, 4e-6 in parameters.
 */
const PARITY = 1e-5;

/** Losses and norms of every step, and every parameter; the same bits on all ranks. */
function expectParity(ranks: readonly TrainingOutcome[], one: TrainingOutcome): void {
  for (const { results } of ranks) {
    results.forEach((result, step) => {
      for (const [name, value] of Object.entries(one.results[step]!)) {
        const found = result[name as keyof typeof result];
        const error = Math.abs(found - value) / Math.max(1, Math.abs(value));
        expect(error, `${name} of step ${step}: ${found}, not ${value}`).toBeLessThan(PARITY);
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
    expect(Math.max(...errors), name).toBeLessThan(PARITY);
  }
}

/** Whether some layer of some step had no position for any expert of some rank. */
function hasIdleRank(ranks: readonly TrainingOutcome[]): boolean {
  const [{ routed: first }] = ranks as readonly [TrainingOutcome];
  return first.some((layers, step) =>
    layers.some(({ length: experts }, layer) => {
      const positions = (expert: number) => ranks.reduce((sum, { routed }) => sum + routed[step]![layer]![expert]!, 0);
      return ranks.some((_, rank) => {
        const { begin, length } = partOf(experts, rank, ranks.length);
        return Array.from({ length }, (_, i) => positions(begin + i)).every((count) => count === 0);
      });
    }),
  );
}

/** Tests that the ranks of a job train what one process does, case by case; all in one job, which takes seconds to start. */
export function testParity(
  size: number,
  cases: readonly TrainingCase[],
  start: (task: RankTask) => Promise<TrainingOutcome[][]>,
  missing = false,
): void {
  const inputs = cases.map(([, given]): TrainingInput => ({ ...baseInput(size), ...given }));
  /** [ranks][cases] */
  let outcomes: TrainingOutcome[][];
  beforeAll(async () => {
    if (missing) return;
    expect((await probeForTests("native")).usable).toBe(true);
    outcomes = await start({ module: new URL("./training-cases-task", import.meta.url), input: inputs });
  });
  test.skipIf(missing).each(cases.map(([name], i) => [name, i] as const))("%s", async (name, i) => {
    const ranks = outcomes.map((ofRank) => ofRank[i]!);
    expectParity(ranks, await run(alone, inputs[i]!));
    if (name.startsWith(IDLE)) expect(hasIdleRank(ranks)).toBe(true);
  });
}
