/** What processes that are compared find in their environment: the same numbers of threads, and memory that PyTorch keeps. */
import { spawnSync } from "node:child_process";
import { UsageError } from "../src/base/errors.ts";

/** Thread counts are fixed for every library a child may use, and nothing inherited speaks against them or sets its memory. */
export function childEnvironment(inherited: NodeJS.ProcessEnv, threads: number): NodeJS.ProcessEnv {
  const kept = Object.entries(inherited).filter(([name]) => !/^(OPENBLAS|MALLOC)_/.test(name));
  return { ...Object.fromEntries(kept), OMP_NUM_THREADS: String(threads), MKL_NUM_THREADS: String(threads) };
}

/**
 * Has glibc keep freed memory, for PyTorch: it gives each large tensor back to the system and takes fresh pages, zeroed one by one, for
 * the next, which on some virtual machines makes a step three times slower.
 */
export const KEPT_MEMORY: Readonly<Record<string, string>> = {
  MALLOC_MMAP_THRESHOLD_: String(2 ** 34),
  MALLOC_TRIM_THRESHOLD_: String(2 ** 34),
  MALLOC_TOP_PAD_: String(2 ** 28),
};

/** As a shell would take them: "A=1 B=2". */
export function settingsText(settings: Readonly<Record<string, string>>): string {
  return Object.entries(settings)
    .map(([name, value]) => `${name}=${value}`)
    .join(" ");
}

/** The version of a package of this Python. Throws UsageError where it can't be imported. */
export function packageVersion(python: string, name: string, env: NodeJS.ProcessEnv, nextStep: string): string {
  const { status, stdout } = spawnSync(python, ["-c", `import ${name}; print(${name}.__version__)`], {
    env,
    encoding: "utf8",
  });
  if (status === 0) return stdout.trim();
  throw new UsageError(`${python} can't import ${name}`, { nextStep });
}
