/** Runs `nmt` from its sources as one process, or as the ranks of a real MPI job. */
import { join } from "node:path";
import type { MpiFamily } from "../../src/parallel/mpi/launcher.ts";
import { nmt } from "../e2e/nmt-process.ts";
import { launch, launcher, type MpiEnd, type MpiOptions } from "../parallel/run-mpi.ts";

/** Words that start it. */
const nmtProgram: readonly string[] = [
  process.execPath,
  "--import",
  "tsx",
  join(import.meta.dirname, "../e2e/nmt-source.ts"),
];

/** The launchers that are here, with numbers of ranks; those that aren't stand among the skipped tests. */
export const jobs = (
  [
    ["Open MPI", 2],
    ["Open MPI", 3],
    ["MPICH", 2],
    ["MPICH", 3],
  ] as const
).map(([family, size]) => ({ family, size, missing: launcher(family) === undefined }));

/** One process. Throws where it fails. */
export async function runAlone(words: readonly string[], input?: string): Promise<{ stdout: string; stderr: string }> {
  const end = await nmt(words, input === undefined ? {} : { input });
  if (end.code !== 0) throw new Error(`code ${end.code}\n${end.stderr}`);
  return end;
}

/** Some ranks. */
export function runRanks(
  family: MpiFamily,
  size: number,
  words: readonly string[],
  options: MpiOptions = {},
): Promise<MpiEnd> {
  return launch(family, size, [...nmtProgram, ...words], options);
}
