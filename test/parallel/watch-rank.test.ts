// Source of truth: the variables and the connection that MPICH's launcher gives its processes.
import { spawn } from "node:child_process";
import { hostname } from "node:os";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

interface End {
  code: number | null;
  errors: string;
  /** What came by the connection to the launcher. */
  said: string;
}

/** Runs a process as MPICH's rank 1 of 2, whose connection is descriptor 4. */
function startRank(how: string, variables: Record<string, string> = { PMI_SIZE: "2", PMI_RANK: "1", PMI_FD: "4" }) {
  const program = ["--import", "tsx", fileURLToPath(new URL("./watched-program.ts", import.meta.url)), how];
  const env = { ...process.env, ...variables };
  const child = spawn(process.execPath, program, { env, stdio: ["ignore", "ignore", "pipe", "ignore", "pipe"] });
  const end: End = { code: null, errors: "", said: "" };
  child.stdio[2]!.on("data", (bytes) => (end.errors += bytes));
  child.stdio[4]!.on("data", (bytes) => (end.said += bytes));
  return new Promise<End>((resolve) => child.on("close", (code) => resolve({ ...end, code })));
}

test("a rank that is killed is named with its machine", async () => {
  const { code, errors } = await startRank("killed");
  expect(code).toBe(137);
  expect(errors).toContain(`rank 1 of 2, on ${hostname()}: error: the process was killed by SIGKILL`);
});

test("the parent ends as its rank does, whatever it is signalled", async () => {
  expect(await startRank("ended")).toEqual({ code: 3, errors: "", said: "" });
  expect(await startRank("signalled")).toEqual({ code: 3, errors: "", said: "" });
});

test("the rank has the launcher's connection", async () => {
  expect(await startRank("connected")).toEqual({ code: 3, errors: "", said: "said to the launcher" });
});

test("a process of its own has no parent", async () => {
  expect((await startRank("killed", {})).code).toBeNull();
  expect((await startRank("killed", { OMPI_COMM_WORLD_SIZE: "2", OMPI_COMM_WORLD_RANK: "1" })).code).toBeNull();
});
