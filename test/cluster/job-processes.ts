/** The processes of a job's ranks, found by a mark in their environment. */
import { readdirSync, readFileSync } from "node:fs";

/** Name of the mark. */
export const MARK = "NMT_TEST_JOB";

/** Process ids by rank, of `nmt` itself and not of what started it. */
export function rankProcesses(mark: string): Map<number, number> {
  const found = new Map<number, number>();
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const variables = variablesOf(name);
    const rank = variables.get("OMPI_COMM_WORLD_RANK") ?? variables.get("PMI_RANK");
    if (variables.get(MARK) !== mark || rank === undefined) continue;
    // The parent that a rank of MPICH has (src/parallel/mpi/watch-rank.ts).
    if (variables.has("PMI_RANK") && !variables.has("NMT_WATCHED")) continue;
    // A shell and tsx's helper have the same environment, but no rank's work.
    if (commandOf(name).includes("train")) found.set(Number(rank), Number(name));
  }
  return found;
}

function variablesOf(process: string): Map<string, string> {
  try {
    const pairs = readFileSync(`/proc/${process}/environ`, "latin1").split("\0");
    return new Map(pairs.map((pair) => [pair.split("=", 1)[0]!, pair.slice(pair.indexOf("=") + 1)]));
  } catch {
    // It has ended, or is another user's.
    return new Map();
  }
}

function commandOf(process: string): string[] {
  try {
    const words = readFileSync(`/proc/${process}/cmdline`, "utf8").split("\0");
    return words[0]?.includes("node") ? words : [];
  } catch {
    return [];
  }
}
