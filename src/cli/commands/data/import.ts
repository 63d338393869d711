/** `nmt data import`: files of translations, whatever their format, as a plain corpus. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { CommandModule } from "yargs";
import { UsageError } from "../../../base/errors.ts";
import { languagesOfPair } from "../../../base/languages/language-pair.ts";
import { log } from "../../../base/logger.ts";
import { Progress } from "../../../base/progress.ts";
import { type TagChoice, tagChoices } from "../../../config/choices.ts";
import { DEFAULT_IMPORT, type ImportOptions } from "../../../corpora/formats/importer.ts";
import { NAMED_IMPORTERS } from "../../../corpora/formats/importers.ts";
import { type FindOptions, findInputs, findPairedInputs } from "../../../corpora/importing/find-inputs.ts";
import { importCorpus, RECORD } from "../../../corpora/importing/import-corpus.ts";
import { emptyReport, formatImport } from "../../../corpora/importing/import-report.ts";
import type { Communicator } from "../../../parallel/communicator.ts";
import { asRank } from "../../as-rank.ts";
import { followImport, importByRanks } from "./import-by-ranks.ts";
import { twoColumns } from "./source-options.ts";

interface ImportArguments {
  files: string[];
  pair: string;
  output: string;
  src: string | undefined;
  tgt: string | undefined;
  format: string | undefined;
  tags: TagChoice;
  fuzzy: boolean;
  obsolete: boolean;
  approved: boolean;
  columns: string[] | undefined;
  quotes: boolean | undefined;
  documents: string[] | undefined;
}

export const dataImportCommand: CommandModule<object, ImportArguments> = {
  command: "import [files..]",
  describe: "Write TMX, XLIFF, PO and other files of translations as a plain corpus, and tell what was left out",
  builder: (yargs) =>
    yargs
      .positional("files", {
        type: "string",
        array: true,
        default: [],
        describe: "Files, patterns and folders, plain or compressed; formats are known by content and name",
      })
      .option("pair", { type: "string", demandOption: true, describe: "Source and target language, such as en-de" })
      .option("output", {
        type: "string",
        default: "data/imported",
        describe: "Folder: train.en, train.de and import.json, the report",
      })
      .option("src", { type: "string", describe: "Instead of files: the source's file, of formats of two files" })
      .option("tgt", { type: "string", describe: "The file with its translations" })
      .option("format", {
        choices: NAMED_IMPORTERS.map(({ name }) => name),
        describe: "Format of all files, instead of what they look like",
      })
      .option("tags", {
        choices: tagChoices,
        default: DEFAULT_IMPORT.tags,
        describe: "Inline tags: drop them, keep them as <1>…</1> and <2/>, or skip pairs that have any",
      })
      .option("fuzzy", {
        type: "boolean",
        default: false,
        describe: "Take translations that are fuzzy, unfinished or to be reviewed",
      })
      .option("obsolete", { type: "boolean", default: false, describe: "Take what the source has no more" })
      .option("approved", { type: "boolean", default: false, describe: "Take approved translations only" })
      .option("columns", {
        type: "string",
        array: true,
        describe: "Source's and target's column of tables, by number or name, or field of JSON",
      })
      .option("quotes", {
        type: "boolean",
        describe: "Fields of tables may be in quotes",
        defaultDescription: "in .csv, not in .tsv",
      })
      .option("documents", {
        type: "string",
        array: true,
        describe: "Folders or zip files with the documents of an OPUS alignment, besides its own folder",
      }) as never,
  handler: (args) => asRank((ranks) => importFiles(args, ranks)),
};

async function importFiles(args: ImportArguments, ranks: Communicator): Promise<void> {
  const [sourceLanguage, targetLanguage] = languagesOfPair(args.pair, "--pair");
  const names = { source: `train.${sourceLanguage}`, target: `train.${targetLanguage}` };
  refuseOtherCorpus(args.output, [names.source, names.target]);
  const report = emptyReport();
  const find = { format: args.format, sourceLanguage, targetLanguage };
  const inputs = await inputsOf(args, find, report);
  const options = optionsOf(args, sourceLanguage, targetLanguage);
  // No rank may write before all have looked.
  await ranks.barrier().ended();
  if (ranks.rank > 0) return followImport(ranks, args.output, inputs, options);
  const progress = new Progress({ label: "import", unit: "pairs" });
  try {
    const record = await importCorpus(args.output, {
      ...{ inputs, options, report, names },
      progress: (pairs) => progress.update(pairs),
      ...(ranks.size > 1 && { pairs: importByRanks(ranks, args.output, inputs, options, report) }),
    });
    progress.end();
    for (const line of formatImport(record)) log.info(line);
  } finally {
    progress.end();
  }
  const paths = [names.source, names.target].map((name) => join(args.output, name));
  process.stdout.write(paths.map((path) => `${path}\n`).join(""));
}

async function inputsOf(args: ImportArguments, find: FindOptions, report: ReturnType<typeof emptyReport>) {
  const { files, src, tgt } = args;
  if ((src === undefined) !== (tgt === undefined) || (src === undefined) === (files.length === 0)) {
    throw new UsageError(
      src === undefined && tgt === undefined ? "no file is named" : "the files are named twice, or by half",
      {
        nextStep: "Write nmt data import FILE… --pair en-de, or --src FILE --tgt FILE for a format of two files.",
      },
    );
  }
  return src === undefined ? findInputs(files, find, report) : findPairedInputs(src, tgt!, find);
}

function optionsOf(args: ImportArguments, sourceLanguage: string, targetLanguage: string): ImportOptions {
  const { tags, fuzzy, obsolete, approved, quotes } = args;
  return {
    sourceLanguage,
    targetLanguage,
    tags,
    fuzzy,
    obsolete,
    approved,
    columns: twoColumns(args.columns),
    quotes,
    documents: args.documents ?? [],
  };
}

/** Throws UsageError where files that no import wrote would be replaced. */
function refuseOtherCorpus(folder: string, names: readonly string[]): void {
  if (existsSync(join(folder, RECORD))) return;
  const there = names.find((name) => existsSync(join(folder, name)));
  if (there === undefined) return;
  throw new UsageError("the output is there already and is not an imported corpus", {
    where: join(folder, there),
    nextStep: "Name another folder after --output.",
  });
}
