/** Tries mutations one after the other, in copies of the project, and says which ones no test notices. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { isNative, type Mutation, StaleMutation } from "./mutation.ts";
import { ProjectCopy } from "./project-copy.ts";
import { runTests, type Selection, stopTests, type TestFailure, type TestRunOptions } from "./test-run.ts";

/** `broken`: the mutation itself or the tests it names are at fault, not the source. */
export type Verdict = "killed" | "survived" | "stale" | "broken";

export interface MutationResult {
  mutation: Mutation;
  verdict: Verdict;
  /** Which test noticed it, or what is wrong with the mutation. */
  detail: string;
}

export interface RunOptions extends TestRunOptions {
  /** Root of the project, which stays as it is. */
  root: string;
  /** Copies worked on side by side. */
  jobs: number;
  onResult(result: MutationResult, done: number): void;
}

/** Results in the order of the mutations. */
export async function runMutations(mutations: readonly Mutation[], options: RunOptions): Promise<MutationResult[]> {
  const results: MutationResult[] = [];
  let [next, done] = [0, 0];
  const sound = new SoundTests(options);
  const worker = async () => {
    const copy = new ProjectCopy(options.root);
    copies.add(copy);
    try {
      for (let i = next++; i < mutations.length; i = next++) {
        const result = await tryMutation(copy, mutations[i]!, sound, options);
        results[i] = result;
        options.onResult(result, ++done);
      }
    } finally {
      copy.dispose();
      copies.delete(copy);
    }
  };
  await Promise.all(Array.from({ length: Math.min(options.jobs, mutations.length) }, worker));
  return results;
}

const copies = new Set<ProjectCopy>();

/** Ends what is running and removes the copies: for a process that is about to end. */
export function abandonMutations(): void {
  stopTests();
  for (const copy of copies) copy.dispose();
}

async function tryMutation(
  copy: ProjectCopy,
  mutation: Mutation,
  sound: SoundTests,
  options: TestRunOptions,
): Promise<MutationResult> {
  const is = (verdict: Verdict, detail: string): MutationResult => ({ mutation, verdict, detail });
  let restore: () => void;
  try {
    restore = await copy.apply(mutation);
  } catch (error) {
    return is(error instanceof StaleMutation ? "stale" : "broken", (error as Error).message);
  }
  let failure: TestFailure | undefined;
  try {
    for (const selection of selections(copy.root, mutation)) {
      const outcome = await runTests(copy.root, selection, options);
      if ("tests" in selection && outcome.tests === 0 && outcome.failure === undefined) {
        return is("broken", `there are no tests in ${selection.tests.join(", ")}`);
      }
      failure = outcome.failure;
      if (failure !== undefined) break;
    }
  } catch (error) {
    return is("broken", (error as Error).message);
  } finally {
    restore();
  }
  if (failure === undefined) return is("survived", "no test notices it");
  const { file, what } = failure;
  if (file === undefined) return is("killed", what);
  const before = await sound.failureOf(copy.root, file);
  if (before !== undefined) return is("broken", `${file} fails without the mutation too: ${before}`);
  return is("killed", `${file}: ${what}`);
}

/** What to run until a test fails: quick tests first. */
function selections(root: string, { file, tests, ...rest }: Mutation): Selection[] {
  if (tests !== undefined) return [{ tests }];
  const own = file.replace(/^src\//, "test/").replace(/\.ts$/, ".test.ts");
  const related = isNative({ file, ...rest }) ? [] : [{ relatedTo: file }];
  return existsSync(join(root, own)) ? [{ tests: [own] }, ...related] : related;
}

/** Test files that noticed a mutation, each tried once without any: one that fails then says nothing. */
class SoundTests {
  private readonly options: TestRunOptions;
  private readonly failures = new Map<string, Promise<string | undefined>>();

  constructor(options: TestRunOptions) {
    this.options = options;
  }

  failureOf(root: string, file: string): Promise<string | undefined> {
    const known =
      this.failures.get(file) ?? runTests(root, { tests: [file] }, this.options).then(({ failure }) => failure?.what);
    this.failures.set(file, known);
    return known;
  }
}
