// Source of truth: the promise that damaged files end in a typed error that says where and what to do, or in a right result.
import { join } from "node:path";
import { describe, expect, it, test, vi } from "vitest";
import { log } from "../../src/base/logger.ts";
import { Random } from "../../src/base/random.ts";
import { CaseRunner } from "./cases.ts";
import { FORMATS } from "./formats.ts";
import { BINARY_MUTATIONS, damage, TEXT_MUTATIONS } from "./mutations.ts";
import { fuzz } from "./supervise.ts";

const CASES = 10;

describe("a sample of npm run fuzz", () => {
  it.each(FORMATS.map((format) => [format.name, format] as const))("%s", async (_, format) => {
    vi.spyOn(log, "warn").mockReturnValue(undefined);
    const runner = await CaseRunner.create(format, 2);
    try {
      for (let index = 0; index < CASES; index++) {
        const { outcome, damage, problem } = await runner.run(index);
        expect(outcome, `case ${index}, ${damage}: ${problem}`).not.toBe("problem");
      }
    } finally {
      runner.dispose();
      vi.restoreAllMocks();
    }
  });
});

describe("what no reader may do is seen", () => {
  const module = join(import.meta.dirname, "misbehaving-formats.ts");
  const run = (format: string, timeLimit = 60_000) => fuzz({ module, format, seed: 1, first: 0, cases: 2, timeLimit });

  test.concurrent.each([
    ["untyped", /TypeError: undefined is not a function/],
    ["without advice", /DataError without where/],
    ["wrong", /it was altered/],
    ["hanging", /it hung: no result in 2 s/],
    ["crashing", /it crashed with SIGABRT/],
    ["greedy", /it took \d+ MB of memory/],
  ])("%s", async (name, problem) => {
    // Only the one that is to hang has a short time: no other can be taken for it, however slow the machine.
    const { problems } = await run(name, name === "hanging" ? 2000 : undefined);
    expect(problems.map(({ index }) => index)).toEqual([0, 1]);
    for (const each of problems) expect(each.problem).toMatch(problem);
  });

  test.skipIf(process.platform !== "linux")("leaving files open (where the system tells)", async () => {
    const { problems } = await run("leaving files open");
    expect(problems.at(-1)?.problem).toMatch(/\d+ files of all cases stay open/);
  });

  test("and a good reader has no problems", async () => {
    expect(await run("good")).toEqual({ format: "good", cases: 2, typedErrors: 2, accepted: 0, problems: [] });
  });
});

describe("damage", () => {
  const [bytes, other] = ["12\nbody\n34\nmore\n56\n78", "another"].map((text) => Buffer.from(text)) as [Buffer, Buffer];
  const tables = Object.entries({ ...BINARY_MUTATIONS, ...TEXT_MUTATIONS });

  it.each(tables)("by '%s' takes empty files, and leaves its input as it is", (_, mutate) => {
    const before = Buffer.from(bytes);
    let changed = 0;
    for (let i = 0; i < 20; i++) {
      if (!mutate(bytes, new Random(3, i), other).equals(before)) changed++;
      mutate(Buffer.alloc(0), new Random(4, i), other);
    }
    expect(bytes.equals(before)).toBe(true);
    expect(changed).toBeGreaterThan(10);
  });

  it("is the same for the same seed", () => {
    const twice = [0, 1].map(() => damage(bytes, new Random(9), other, true));
    expect(twice[0]).toEqual(twice[1]);
  });
});
