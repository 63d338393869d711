// Source of truth: sums and messages as their definition gives them (expected-outcome.ts); exit codes and messages of real launchers.
import { describe, expect, test } from "vitest";
import type { Outcome } from "./communicator-task.ts";
import { expectedOutcome } from "./expected-outcome.ts";
import { families, launch, launcher, runMpi } from "./run-mpi.ts";

const task = { module: new URL("./communicator-task", import.meta.url) };
const program = new URL("./mpi-program.mjs", import.meta.url).pathname;

/** A program of ranks that end in some way. */
function ending(how: string): string[] {
  return [
    process.execPath,
    program,
    new URL("./ending-task.ts", import.meta.url).pathname,
    JSON.stringify(how),
    "/dev/null",
  ];
}

describe.each(families)("%s", (family) => {
  const missing = launcher(family) === undefined;

  test.skipIf(missing).each([2, 3])("%i processes sum and exchange", async (size) => {
    const outcomes = await runMpi<Outcome>(family, size, task);
    expect(outcomes).toEqual(outcomes.map((_, rank) => expectedOutcome(rank, size, true)));
  });

  test.skipIf(missing).each(["throw", "exit", "kill"])(
    "a rank that ends by %s ends the job, whose code is not 0",
    async (how) => {
      const end = await launch(family, 3, ending(how));
      expect(end.code).not.toBe(0);
      expect(end.took).toBeLessThan(30);
      if (how === "throw") expect(end.text).toContain("thrown by rank 1");
    },
  );

  test.skipIf(missing)("a rank that is stopped is lost, and named", async () => {
    const end = await launch(family, 3, ending("stop"));
    expect(end.code).not.toBe(0);
    expect(end.text).toMatch(/rank 1 on \S+ has not answered for 15 s/);
    expect(end.took).toBeLessThan(30);
  });

  test.skipIf(missing)("a rank that hangs within a step is named by those that wait for it", async () => {
    const end = await launch(family, 3, ending("hang"));
    expect(end.code).not.toBe(0);
    expect(end.text).toMatch(/rank 1 on \S+ is furthest behind/);
    expect(end.took).toBeLessThan(30);
  });

  test.skipIf(missing)("a library that the launcher doesn't know is refused", async () => {
    const other = family === "MPICH" ? "libmpi.so.40" : "libmpich.so.12";
    const end = await launch(family, 2, ending("well"), { env: { NMT_MPI: other } });
    expect(end.code).not.toBe(0);
    expect(end.text).toMatch(/2 ranks, but the library sees 1|cannot be loaded/);
  });
});
