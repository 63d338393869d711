/** Runs some of a project's tests in a process of its own, until the first that fails. */
import { spawn } from "node:child_process";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join, relative } from "node:path";

/** What to run: tests by file or folder, or those that depend on a source file. */
export type Selection = { tests: readonly string[] } | { relatedTo: string };

export interface TestOutcome {
  /** How many tests ran. */
  tests: number;
  /** The first failure; undefined where all tests passed. */
  failure: TestFailure | undefined;
}

export interface TestFailure {
  /** Test file from the root; undefined where the tests ended without saying which. */
  file: string | undefined;
  what: string;
}

export interface TestRunOptions {
  /** Processes that run tests. */
  workers: number;
  /** Milliseconds after which tests that have not ended count as hanging. */
  patience: number;
}

/** Process groups that are running, so that they can be ended. */
const running = new Set<number>();

/** @throws Error where something else than the tests ended them, so that nothing is known. */
export async function runTests(root: string, selection: Selection, options: TestRunOptions): Promise<TestOutcome> {
  const results = join(root, "mutation-results.json");
  rmSync(results, { force: true });
  const what = "tests" in selection ? ["run", ...selection.tests] : ["related", "--run", selection.relatedTo];
  const flags = ["--bail=1", `--maxWorkers=${options.workers}`, "--passWithNoTests", "--reporter=json"];
  const vitest = join(root, "node_modules", "vitest", "vitest.mjs");
  const { code, hangs } = await ended([vitest, ...what, ...flags, `--outputFile=${results}`], root, options.patience);
  if (hangs)
    return { tests: 0, failure: { file: undefined, what: `no end after ${options.patience / 60_000} minutes` } };
  if (code === null || code > 128) throw new Error("the tests were ended by a signal; try it again");
  const report = existsSync(results) ? (JSON.parse(readFileSync(results, "utf8")) as Report) : undefined;
  const failure = report && firstFailure(report, root);
  const crashed = code === 0 ? undefined : { file: undefined, what: `the tests ended with code ${code}` };
  return { tests: report?.numTotalTests ?? 0, failure: failure ?? crashed };
}

/** Ends all tests that are running. */
export function stopTests(): void {
  for (const group of running) kill(group);
}

/** What is read of vitest's JSON. */
interface Report {
  numTotalTests: number;
  testResults: {
    name: string;
    status: string;
    message?: string;
    assertionResults: { status: string; fullName: string }[];
  }[];
}

function firstFailure({ testResults }: Report, root: string): TestFailure | undefined {
  for (const { name, assertionResults } of testResults) {
    const failed = assertionResults.find(({ status }) => status === "failed");
    if (failed !== undefined) return { file: relative(root, name), what: failed.fullName.trim() };
  }
  const unloaded = testResults.find(({ status }) => status === "failed");
  if (unloaded === undefined) return undefined;
  const why = unloaded.message?.split("\n")[0] ?? "no reason";
  return { file: relative(root, unloaded.name), what: `it does not load: ${why}` };
}

function ended(args: string[], cwd: string, patience: number): Promise<{ code: number | null; hangs: boolean }> {
  // Tests about to be run by tests must not take themselves for the outer ones.
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(VITEST|NODE_ENV$|TEST$)/.test(name)),
  );
  const child = spawn(process.execPath, args, { cwd, env, detached: true, stdio: "ignore" });
  const group = child.pid!;
  running.add(group);
  return new Promise((resolve, reject) => {
    let hangs = false;
    const timer = setTimeout(() => {
      hangs = true;
      kill(group);
    }, patience);
    child.once("error", reject);
    child.once("exit", (code) => {
      clearTimeout(timer);
      running.delete(group);
      // Workers of a process that was killed or has crashed.
      kill(group);
      resolve({ code, hangs });
    });
  });
}

function kill(group: number): void {
  try {
    process.kill(-group, "SIGKILL");
  } catch {
    // It has ended already.
  }
}
