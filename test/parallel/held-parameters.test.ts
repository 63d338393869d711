// Source of truth: the model that one process makes of the same seed, expert by expert, and sizes counted by hand.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { selectBackend } from "../../src/backends/select.ts";
import { Seq2Seq } from "../../src/model/seq2seq.ts";
import { toyOptions } from "../model/toy-model.ts";
import type { Held } from "./held-task.ts";
import { runThreads } from "./run-ranks.ts";

const module = new URL("./held-task", import.meta.url);
const folder = mkdtempSync(join(tmpdir(), "nmt-held-"));
afterAll(() => rmSync(folder, { recursive: true }));
beforeAll(() => selectBackend({ backend: "cpu", threads: 1 }));

const isExperts = (name: string) => /\.experts\.(inner|outer)$/.test(name);

test.each([2, 4])("each of %i ranks makes, reads and holds its own experts alone", async (size) => {
  const ranks = await runThreads<Held>(size, { module, input: join(folder, String(size)) });
  const options = { ...toyOptions, moe: { ...toyOptions.moe!, numExperts: 6, expertHiddenSize: 5 } };
  const whole = new Seq2Seq(options, { seed: 5 });
  const names = whole.parameters.map(({ name }) => name);
  const experts = names.filter(isExperts);
  expect(experts.length).toBeGreaterThan(0);
  for (const { name, variable } of whole.parameters.filter(({ name }) => isExperts(name))) {
    const values = [...variable.dataSync<"float32">()];
    expect(ranks.flatMap(({ divided }) => divided[name]!.values)).toEqual(values);
    expect(ranks.flatMap(({ read }) => read.divided[name]!.values)).toEqual(values);
  }
  const numbers = (of: string[]) =>
    whole.parameters.filter(({ name }) => of.includes(name)).reduce((sum, { variable }) => sum + variable.size, 0);
  for (const { divided, whole: shared, bytes, read, readWhole, readInParts } of ranks) {
    expect(Object.keys(divided)).toEqual(experts);
    expect(shared).toEqual(names.filter((name) => !isExperts(name)));
    const own = Object.values(divided).reduce((sum, { values }) => sum + values.length, 0);
    // A row and a column of numbers for each matrix, in place of two matrices.
    const factors = Object.values(divided).reduce((sum, { values }) => {
      const [hidden, inner] = [options.hiddenSize, options.moe.expertHiddenSize];
      return sum + (values.length / (hidden * inner)) * (hidden + inner);
    }, 0);
    expect(bytes).toBe(4 * (3 * numbers(shared) + own + factors));
    expect(read.bytes).toBe(bytes);
    expect(readWhole.filter((name) => name.includes(".experts."))).toEqual([]);
    expect(readInParts.filter((name) => !name.includes(".experts."))).toEqual([]);
    expect(readInParts).toHaveLength(3 * experts.length);
  }
});
