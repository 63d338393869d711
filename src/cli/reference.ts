/** The text of docs/cli.md: every command's help and every configuration key, made from the tables the program uses. */
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

Environment variables:

- \`NMT_DEBUG=1\`: print the stack of errors
- \`NMT_CACHE\`: folder for downloads
- \`NMT_MIRROR\`: address that holds what is downloaded as HOST/PATH, instead of the addresses recipes and test sets know
- \`HF_TOKEN\`, \`HF_ENDPOINT\`: token for data sets of the Hugging Face Hub, and the address of another Hub
- \`NMT_ISA\`: force an instruction set of the native backend: amx, avx512bf16, avx512, avx2, neon, portable
- \`NMT_ADDON\`: another file for the native backend
- \`NMT_TFJS_NODE\`: folder whose node_modules has @tensorflow/tfjs-node or tfjs-node-gpu`;

async function commandSection({ name, load }: CommandEntry): Promise<string> {
  const help = await commandHelp(await load(), name, WIDTH);
  const titles = Object.values(sectionTitles).map((title) => `${title}:\n`);
  const blocks = help.trim().split("\n\n");
  const own = blocks.filter((block) => !titles.some((title) => block.startsWith(title)));
  const note = own.length < blocks.length ? "\n\nEvery key of the configuration below is an option as well." : "";
  return `## nmt ${name}\n\n\`\`\`text\n${own.join("\n\n")}\n\`\`\`${note}`;
}

function configuration(): string {
  const lists = (Object.keys(sections) as SectionName[]).map((section) => {
    const keys = Object.keys(sections[section]);
    const items = keys.map((key) => listItem(key, describeKey(key as never)));
    return `### ${sectionTitles[section]}\n\n${items.join("\n")}`;
  });
  const corpusItems = Object.entries(corpusHelp).map(([key, help]) => wrapped(`- \`${key}\`: ${help}`));
  return [
    "## Configuration keys",
    "A configuration is a YAML file of these keys, all at the top level. On the command line a key is an option of the same name and wins over the\nfile; keys under `data` are written with dots: `--data.corpus_1.weight 3`. Lists are separated by spaces or commas.",
    ...lists,
    "### A corpus under `data`",
    `Any name is a training corpus, except names that begin with \`valid\` or \`test\` (\`valid\`, \`valid_de\`, \`test_2016\`), which are held out and may be lists.\n\n${corpusItems.join("\n")}`,
  ].join("\n\n");
}

/** A key with its default, what it means, and the values it takes. */
function listItem(key: string, { help, choices, required, default: fallback }: KeyDescription): string {
  const standing = fallback ? ` (default \`${fallback}\`)` : required ? " (required)" : "";
  const text = help.replace(/<\w+>/g, "`$&`");
  const values = choices === undefined ? "" : `; one of ${choices.map((choice) => `\`${choice}\``).join(", ")}`;
  return wrapped(`- \`${key}\`${standing}: ${text}${values}`);
}

/** Lines of at most WIDTH characters, those after the first indented as a list's; code in backticks is not broken. */
function wrapped(item: string): string {
  const lines: string[] = [];
  for (const word of item.match(/`[^`]*`\S*|\S+/g) ?? []) {
    const last = lines.at(-1);
    if (last === undefined) lines.push(word);
    else if (last.length + 1 + word.length <= WIDTH) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(`  ${word}`);
  }
  return lines.join("\n");
}
