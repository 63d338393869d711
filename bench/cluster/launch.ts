/** Benchmarks as the ranks of a job. */
import { UsageError } from "../../src/base/errors.ts";
import { benchmark, type Child } from "../child.ts";

/** As an option: a launcher with its own options, before the number of ranks. */
export const LAUNCH = "mpirun --bind-to none --oversubscribe";

/** One of our own benchmarks on `ranks` ranks. Root may start Open MPI's launcher. */
export function onRanks(launch: string, ranks: number, name: string, options: readonly string[]): Child {
  const [command, ...words] = launch.split(" ").filter((word) => word !== "");
  if (command === undefined) {
    throw new UsageError("no launcher is named", { where: "--launch", nextStep: `For example --launch '${LAUNCH}'.` });
  }
  const program = benchmark(name, options);
  const env = { ...process.env, OMPI_ALLOW_RUN_AS_ROOT: "1", OMPI_ALLOW_RUN_AS_ROOT_CONFIRM: "1" };
  return { command, args: [...words, "-n", String(ranks), program.command, ...program.args], env };
}
