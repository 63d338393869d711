/** The commands of `nmt`. Each is imported only when it is called, so that a small command starts fast. */
import type { CommandModule } from "yargs";

/** A command of any argument type. */
export type AnyCommand = Pick<CommandModule, "command" | "describe"> & {
  builder?: unknown;
  handler: (args: never) => void | Promise<void>;
};

export interface CommandEntry {
  /** One word, or two where a command has others below it. */
  name: string;
  /** One line for `nmt --help`; the command's own `describe` says the same. */
  summary: string;
  /** Whether several processes that a launcher has started run it together, or each by itself; others are refused there. */
  inJobs?: true;
  load: () => Promise<AnyCommand>;
}

/** In the order of a project's work: data, vocabulary, training, translation, evaluation. */
export const commands: readonly CommandEntry[] = [
  {
    name: "quickstart",
    summary: "Fetch real text, train a translator for a few minutes, and show what it can do",
    load: async () => (await import("./commands/quickstart.ts")).quickstartCommand,
  },
  {
    name: "data",
    summary: "Fetch and prepare a corpus; without a name, list those there are",
    load: async () => (await import("./commands/data.ts")).dataCommand,
  },
  {
    name: "data import",
    summary: "Write TMX, XLIFF, PO and other files of translations as a plain corpus, and tell what was left out",
    inJobs: true,
    load: async () => (await import("./commands/data/import.ts")).dataImportCommand,
  },
  {
    name: "data filter",
    summary: "Write a corpus without what rules of cleaning drop, or given models score worst",
    inJobs: true,
    load: async () => (await import("./commands/data/filter.ts")).dataFilterCommand,
  },
  {
    name: "data opus",
    summary: "Download a corpus of OPUS by its name, with its licence, as a plain corpus",
    load: async () => (await import("./commands/data/opus.ts")).dataOpusCommand,
  },
  {
    name: "data hf",
    summary: "Download a data set of the Hugging Face Hub, hf:OWNER/NAME, as a plain corpus",
    load: async () => (await import("./commands/data/hub.ts")).dataHubCommand,
  },
  {
    name: "vocab",
    summary: "Train a wordpiece vocabulary on text files",
    load: async () => (await import("./commands/vocab.ts")).vocabCommand,
  },
  {
    name: "train",
    summary: "Train a model from a configuration; the same command again resumes",
    inJobs: true,
    load: async () => (await import("./commands/train.ts")).trainCommand,
  },
  {
    name: "finetune",
    summary: "Make a model better for text of your own; the same command again resumes",
    load: async () => (await import("./commands/finetune.ts")).finetuneCommand,
  },
  {
    name: "translate",
    summary: "Translate lines of text or a document, from standard input to standard output unless files are given",
    inJobs: true,
    load: async () => (await import("./commands/translate.ts")).translateCommand,
  },
  {
    name: "serve",
    summary: "Serve models over HTTP, with LibreTranslate's and DeepL's interfaces",
    load: async () => (await import("./commands/serve.ts")).serveCommand,
  },
  {
    name: "score",
    summary: "Print the log-probability a model gives to each of the given translations or lines of text",
    load: async () => (await import("./commands/score.ts")).scoreCommand,
  },
  {
    name: "align",
    summary: "Align the words of parallel text, in Pharaoh's form: 0-0 1-2 …",
    load: async () => (await import("./commands/align.ts")).alignCommand,
  },
  {
    name: "evaluate",
    summary: "Score translations with BLEU, chrF and TER, as sacreBLEU does",
    load: async () => (await import("./commands/evaluate.ts")).evaluateCommand,
  },
  {
    name: "report",
    summary: "Write a training run's learning curves, translations and configuration as an HTML page",
    load: async () => (await import("./commands/report.ts")).reportCommand,
  },
  {
    name: "experts",
    summary: "Show which words and contexts each expert of a model takes, as an HTML page and JSON",
    load: async () => (await import("./commands/experts.ts")).expertsCommand,
  },
  {
    name: "average",
    summary: "Average the last checkpoints of a training run into a model directory of its own",
    load: async () => (await import("./commands/average.ts")).averageCommand,
  },
  {
    name: "prune",
    summary: "Write a model with those of its experts that matter most, or that a text uses",
    load: async () => (await import("./commands/prune.ts")).pruneCommand,
  },
  {
    name: "quantize",
    summary: "Write a model with 8-bit weights: a quarter of the size, and faster to translate with",
    load: async () => (await import("./commands/quantize.ts")).quantizeCommand,
  },
  {
    name: "shortlist",
    summary: "Learn which target pieces translate each source piece, into a model's directory",
    load: async () => (await import("./commands/shortlist.ts")).shortlistCommand,
  },
  {
    name: "doctor",
    summary: "Show which backends work here, how fast, and how to get a faster one",
    inJobs: true,
    load: async () => (await import("./commands/doctor.ts")).doctorCommand,
  },
];
