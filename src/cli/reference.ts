/** The text of docs/cli.md: every command's help and a table of every configuration key, made from the tables the program uses. */
import { describeKey, type KeyDescription } from "../config/describe.ts";
import { corpusHelp, sectionTitles } from "../config/help.ts";
import { type SectionName, sections } from "../config/schema.ts";
import { type CommandEntry, commands } from "./command-table.ts";
import { commandHelp } from "./run-command.ts";

const WIDTH = 110;

/** The whole page, in Markdown. */
export async function cliReference(): Promise<string> {
  const helps = await Promise.all(commands.map(commandSection));
  return [INTRODUCTION, ...helps, configuration()].join("\n\n").concat("\n");
}

const INTRODUCTION = `# Command line

This page is made from the program's own tables; \`npm test -- test/cli -u\` writes it again after a change.

- Options take underscores or hyphens: \`--beam_size 5\`, \`--beam-size=5\`. \`--no-NAME\` turns a switch off.
- Results go to standard output, messages to standard error.
- Exit codes: 0 for success, 2 for wrong use, 1 for any other failure. An error says what was wrong, where, and what to do next; \`NMT_DEBUG=1\` adds the stack.
- \`nmt --help\` lists the commands, \`nmt COMMAND --help\` shows one, \`nmt --version\` prints the version.

| variable | meaning |
|---|---|
| \`NMT_DEBUG=1\` | print the stack of errors |
| \`NMT_CACHE\` | folder for downloads |
| \`NMT_MIRROR\` | address that holds what is downloaded as HOST/PATH, instead of the addresses recipes and test sets know |
| \`NMT_ISA\` | force an instruction set of the native backend: amx, avx512bf16, avx512, avx2, neon, portable |
| \`NMT_ADDON\` | another file for the native backend |
| \`NMT_TFJS_NODE\` | folder whose node_modules has @tensorflow/tfjs-node or tfjs-node-gpu |`;

async function commandSection({ name, load }: CommandEntry): Promise<string> {
  const help = await commandHelp(await load(), name, WIDTH);
  const titles = Object.values(sectionTitles).map((title) => `${title}:\n`);
  const blocks = help.trim().split("\n\n");
  const own = blocks.filter((block) => !titles.some((title) => block.startsWith(title)));
  const note = own.length < blocks.length ? "\n\nEvery key of the configuration below is an option as well." : "";
  return `## nmt ${name}\n\n\`\`\`text\n${own.join("\n\n")}\n\`\`\`${note}`;
}

function configuration(): string {
  const tables = (Object.keys(sections) as SectionName[]).map((section) => {
    const keys = Object.keys(sections[section]).map((key) => [key, describeKey(key as never)] as const);
    const rows = keys.map(
      ([key, description]) => `| \`${key}\` | ${fallback(description)} | ${meaning(description)} |`,
    );
    return `### ${sectionTitles[section]}\n\n| key | default | meaning |\n|---|---|---|\n${rows.join("\n")}`;
  });
  const corpusRows = Object.entries(corpusHelp).map(([key, help]) => `| \`${key}\` | ${help} |`);
  return [
    "## Configuration keys",
    "A configuration is a YAML file of these keys, all at the top level. On the command line a key is an option of the same name and wins over the\nfile; keys under `data` are written with dots: `--data.corpus_1.weight 3`. Lists are separated by spaces or commas.",
    ...tables,
    "### A corpus under `data`",
    `Any name is a training corpus, except names that begin with \`valid\` or \`test\` (\`valid\`, \`valid_de\`, \`test_2016\`), which are held out and may be lists.\n\n| key | meaning |\n|---|---|\n${corpusRows.join("\n")}`,
  ].join("\n\n");
}

function fallback(description: KeyDescription): string {
  if (description.default !== undefined) return `\`${description.default}\``;
  return description.required ? "required" : "";
}

function meaning({ help, choices }: KeyDescription): string {
  const text = help.replaceAll("|", "\\|").replace(/<\w+>/g, "`$&`");
  return choices === undefined ? text : `${text} (${choices.map((choice) => `\`${choice}\``).join(", ")})`;
}
