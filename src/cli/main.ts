/** The `nmt` command: finds the command, imports it, runs it, and turns errors into messages and exit codes. */
import { formatError, UsageError } from "../base/errors.ts";
import { nearestName } from "../base/nearest-name.ts";
import { launcherOf } from "../parallel/mpi/launcher.ts";
import { commands } from "./command-table.ts";
import { packageVersion } from "./package-info.ts";

/** Runs `nmt` with the words after its name. Resolves to the exit code: 0 only on success, 2 for wrong use, otherwise 1. */
export async function main(argv: readonly string[]): Promise<number> {
  process.stdout.on("error", endOfPipe);
  try {
    await dispatch(argv);
    return 0;
  } catch (error) {
    process.stderr.write(`${formatError(error)}\n`);
    const { NMT_DEBUG: debug } = process.env;
    if (debug === "1" && error instanceof Error) process.stderr.write(`${error.stack}\n`);
    return error instanceof UsageError ? 2 : 1;
  } finally {
    process.stdout.off("error", endOfPipe);
  }
}

async function dispatch(given: readonly string[]): Promise<void> {
  const argv = withoutScheme(given);
  const [name, ...rest] = argv;
  if (name === undefined) throw new UsageError("no command given", { nextStep: "Run nmt --help to see the commands." });
  if (name === "--version" || name === "-v") return print(packageVersion());
  if (name === "--help" || name === "-h") return print(overview());
  if (name === "help") return dispatch([...rest, "--help"]);
  // A command of two words, such as data import, is another one than that of the first.
  const entry =
    commands.find((command) => command.name === `${name} ${rest[0]}`) ??
    commands.find((command) => command.name === name);
  if (entry === undefined) {
    const names = commands.map((command) => command.name);
    const nearest = nearestName(name, names);
    throw new UsageError(name.startsWith("-") ? `the command comes first, not ${name}` : `unknown command: ${name}`, {
      nextStep: nearest === undefined ? `Commands are: ${names.join(", ")}.` : `Did you mean nmt ${nearest}?`,
    });
  }
  if (entry.inJobs !== true) refuseJob(entry.name);
  else if (launcherOf(process.env)?.family === "MPICH") (await import("../parallel/mpi/watch-rank.ts")).watchRank();
  const [{ runCommand }, command] = await Promise.all([import("./run-command.ts"), entry.load()]);
  await runCommand(command, argv, entry.name);
}

/** Throws UsageError where a launcher has started several processes, which would all write the same files. */
function refuseJob(name: string): void {
  const { size = 1, rank = 0 } = launcherOf(process.env) ?? {};
  if (size === 1) return;
  // One message is enough.
  if (rank > 0) process.exit(2);
  const others = commands.filter(({ inJobs }) => inJobs === true).map((command) => `nmt ${command.name}`);
  throw new UsageError(`${size} processes would each run nmt ${name}`, {
    nextStep: `Start one, without a launcher; those that share work are ${others.join(", ")}.`,
  });
}

/** `data hf:OWNER/NAME` as `data hf OWNER/NAME`. */
function withoutScheme(argv: readonly string[]): readonly string[] {
  const [, scheme, name] = /^([a-z]+):(.*)$/s.exec(argv[1] ?? "") ?? [];
  const isCommand = scheme !== undefined && commands.some((command) => command.name === `${argv[0]} ${scheme}`);
  return isCommand ? [argv[0]!, scheme, name!, ...argv.slice(2)] : argv;
}

/** The text of `nmt --help`. */
export function overview(): string {
  const width = Math.max(0, ...commands.map((command) => command.name.length));
  const list = commands.map((command) => `  nmt ${command.name.padEnd(width)}  ${command.summary}`);
  return [
    "nmt: neural machine translation with mixture-of-experts layers",
    "",
    ...list,
    "",
    "nmt COMMAND --help shows a command's options. Options take underscores or hyphens.",
  ].join("\n");
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** A reader that closed the pipe early, such as `head`, is no error. */
function endOfPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== "EPIPE") throw error;
  process.exit(0);
}
