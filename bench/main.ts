/** `npm run bench -- NAME [options] --json`: runs one benchmark and prints its figures. */
import { formatError, NmtError, UsageError } from "../src/base/errors.ts";

/** Each benchmark takes its own options and returns figures by name. */
export type Benchmark = (argv: readonly string[]) => Promise<Record<string, unknown>>;

const benchmarks: Record<string, () => Promise<{ run: Benchmark }>> = {
  "train-step": () => import("./train-step.ts"),
  wordpieces: () => import("./wordpieces.ts"),
};

async function main([name, ...options]: readonly string[]): Promise<void> {
  const load = name === undefined ? undefined : benchmarks[name];
  if (load === undefined) {
    throw new UsageError(name === undefined ? "no benchmark named" : `there is no benchmark "${name}"`, {
      nextStep: `Use one of ${Object.keys(benchmarks).join(", ")}.`,
    });
  }
  const figures = await (await load()).run(options.filter((option) => option !== "--json"));
  if (options.includes("--json")) process.stdout.write(`${JSON.stringify(figures)}\n`);
  else for (const [key, value] of Object.entries(figures)) process.stdout.write(`${key.padEnd(16)} ${value}\n`);
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${formatError(error)}\n`);
  process.exitCode = error instanceof NmtError ? 2 : 1;
}
