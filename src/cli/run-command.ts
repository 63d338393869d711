/** Parses one command's arguments with yargs and runs it. Underscores and hyphens are the same in option names. */
import yargs, { type Argv, type CommandModule } from "yargs";
import { UsageError } from "../base/errors.ts";
import { nearestName } from "../base/nearest-name.ts";
import type { AnyCommand } from "./command-table.ts";
import { isDataOption } from "./data-option.ts";

/** Stands for `-`, standard input or output, while yargs parses: yargs takes a lone `-` for a positional argument. */
const STANDARD_STREAM = "\ue000-";

/** What yargs knows of a command's options once its builder has run. */
interface DeclaredOptions {
  key: Record<string, unknown>;
  alias: Record<string, string[]>;
  number: string[];
}

/** Runs `command` with the words after `nmt`, its name first, which may have two words. Throws UsageError for wrong use. */
export async function runCommand(command: AnyCommand, argv: readonly string[], name = argv[0]!): Promise<void> {
  const count = name.split(" ").length;
  const words = argv.slice(count).map((word) => (word === "-" ? STANDARD_STREAM : underscoreName(word)));
  if (words.includes("--help")) await prepare(command, name).parseAsync([...name.split(" ").slice(-1), ...words]);
  else await prepare(asDefault(command), name).parseAsync(words);
}

/** The text of `nmt COMMAND --help`. */
export async function commandHelp(command: AnyCommand, name: string, width: number): Promise<string> {
  let text = "";
  await prepare(command, name)
    .wrap(width)
    .parseAsync([...name.split(" ").slice(-1), "--help"], {}, (_error: unknown, _args: unknown, output: string) => {
      text = output;
    });
  return text;
}

/** The command without its name: yargs makes the help of a named one even where nobody asks for it, which takes a while. */
function asDefault(command: AnyCommand): AnyCommand {
  return { ...command, command: String(command.command).replace(/^\S+/, "$0") };
}

/** A parser for the words after all of the name, or after all but its last word. */
function prepare(command: AnyCommand, name: string): Argv {
  const parser = yargs()
    .scriptName(["nmt", ...name.split(" ").slice(0, -1)].join(" "))
    .locale("en")
    .version(false)
    .exitProcess(false)
    .parserConfiguration({ "dot-notation": false, "camel-case-expansion": false, "duplicate-arguments-array": true })
    .fail((message: string | null, error: Error | undefined) => {
      throw error ?? new UsageError(message?.replaceAll(STANDARD_STREAM, "-") ?? "wrong arguments");
    });
  return parser.wrap(Math.min(110, parser.terminalWidth())).command(checked(command, name) as CommandModule);
}

function checked(command: AnyCommand, name: string): AnyCommand {
  let declared: DeclaredOptions;
  const positionals = [...String(command.command).matchAll(/[<[](\w+)/g)].map(([, name]) => name!);
  return {
    ...command,
    builder: (parser: Argv) => {
      const { builder } = command;
      if (positionals.length === 0) parser.group("help", "Options:"); // Before the groups of configuration keys.
      if (typeof builder === "function") builder(parser);
      else if (builder !== undefined) parser.options(builder as Parameters<Argv["options"]>[0]);
      declared = (parser as unknown as { getOptions(): DeclaredOptions }).getOptions();
      return parser;
    },
    handler: async (parsed: never) => {
      const args = withStandardStreams(parsed);
      checkArguments(name, args, declared, positionals);
      await command.handler(args as never);
    },
  };
}

function withStandardStreams(args: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const restored = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(restored);
    return value === STANDARD_STREAM ? "-" : value;
  };
  return Object.fromEntries(Object.entries(args).map(([name, value]) => [name, restored(value)]));
}

function checkArguments(
  name: string,
  args: Readonly<Record<string, unknown>>,
  declared: DeclaredOptions,
  positionals: readonly string[],
): void {
  const [extra] = args["_"] as string[];
  const nextStep = `See nmt ${name} --help.`;
  if (extra !== undefined) throw new UsageError(`unexpected argument: ${extra}`, { nextStep });
  const known = new Set([...positionals, ...Object.keys(declared.key), ...Object.values(declared.alias).flat()]);
  for (const [key, value] of Object.entries(args)) {
    if (key === "_" || key === "$0") continue;
    const option = key.length === 1 ? `-${key}` : `--${key}`;
    if (!known.has(key) && !(known.has("config") && isDataOption(key))) {
      const nearest = nearestName(key, known);
      const suggestion = nearest === undefined ? "" : `Did you mean --${nearest}? `;
      throw new UsageError(`unknown option ${option} for nmt ${name}`, { nextStep: suggestion + nextStep });
    }
    if (declared.number.includes(key) && [value].flat().some((part) => Number.isNaN(part))) {
      throw new UsageError(`${option} takes a number`, { nextStep });
    }
  }
}

/** `--beam-size=3` as `--beam_size=3`. Names of corpora inside dotted options stay as they are. */
function underscoreName(word: string): string {
  const [, no, name, rest] = /^--(no-)?([^=]+)(=.*)?$/s.exec(word) ?? [];
  if (name === undefined || name.includes(".")) return word;
  return `--${no ?? ""}${name.replaceAll("-", "_")}${rest ?? ""}`;
}
