/** Runs `run(ranks, input)` of a module as processes of a real MPI job. */
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { MpiFamily } from "../../src/parallel/mpi/launcher.ts";
import type { RankTask } from "./run-ranks.ts";

export const families: readonly MpiFamily[] = ["Open MPI", "MPICH"];

/** Debian calls them so where both are installed. */
const commands: Readonly<Record<MpiFamily, readonly string[]>> = {
  "Open MPI": ["mpirun.openmpi", "mpirun"],
  MPICH: ["mpiexec.hydra", "mpiexec.mpich", "mpiexec"],
};
const descriptions: Readonly<Record<MpiFamily, RegExp>> = { "Open MPI": /Open MPI|OpenRTE/, MPICH: /HYDRA/ };

/** The launcher of a family; undefined where it isn't installed. */
export function launcher(family: MpiFamily): string | undefined {
  return commands[family].find((command) => {
    const { status, stdout } = spawnSync(command, ["--version"], { encoding: "utf8" });
    return status === 0 && descriptions[family].test(stdout);
  });
}

export interface MpiEnd {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  /** Standard output and errors. */
  text: string;
  /** Seconds. */
  took: number;
}

export interface MpiOptions {
  env?: Record<string, string>;
  /** Words that go before the launcher's. */
  before?: readonly string[];
  /** The launcher's own, instead of what one machine needs. */
  flags?: readonly string[];
  /** Standard input. */
  input?: string;
  /** Told of the launcher's process when it has started. */
  onStart?(pid: number): void;
}

function onOneMachine(family: MpiFamily): string[] {
  return family === "Open MPI" ? ["--bind-to", "none", "--oversubscribe"] : [];
}

/** Starts `size` processes of a program. */
export function launch(
  family: MpiFamily,
  size: number,
  program: readonly string[],
  { env = {}, before = [], flags = onOneMachine(family), input = "", onStart }: MpiOptions = {},
): Promise<MpiEnd> {
  const started = performance.now();
  const [command, ...words] = [...before, launcher(family)!, ...flags, "-n", String(size), ...program];
  const child = spawn(command!, words, {
    env: { ...process.env, OMPI_ALLOW_RUN_AS_ROOT: "1", OMPI_ALLOW_RUN_AS_ROOT_CONFIRM: "1", ...env },
    stdio: ["pipe", "pipe", "pipe"],
  });
  onStart?.(child.pid!);
  child.stdin.on("error", () => {}).end(input);
  let [text, stdout] = ["", ""];
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (chunk) => (text += chunk));
  child.stdout.on("data", (chunk) => (stdout += chunk));
  return new Promise((resolve) =>
    child.on("close", (code, signal) =>
      resolve({ code, signal, stdout, text, took: (performance.now() - started) / 1000 }),
    ),
  );
}

/** Results of all ranks, in their order; rejects with what the job has written where it failed. */
export async function runMpi<Result>(
  family: MpiFamily,
  size: number,
  { module, input = null }: RankTask,
): Promise<Result[]> {
  const folder = mkdtempSync(join(tmpdir(), "nmt-mpi-"));
  try {
    const output = join(folder, "result");
    const program = fileURLToPath(new URL("./mpi-program.mjs", import.meta.url));
    const task = [`${fileURLToPath(module)}.ts`, JSON.stringify(input), output];
    const end = await launch(family, size, [process.execPath, program, ...task]);
    if (end.code !== 0) throw new Error(`code ${end.code}\n${end.text}`);
    return Array.from({ length: size }, (_, rank) => {
      const file = `${output}.${rank}`;
      if (!existsSync(file)) throw new Error(`no result of rank ${rank}\n${end.text}`);
      return JSON.parse(readFileSync(file, "utf8")) as Result;
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
