/** `nmt data hf:OWNER/NAME`: a data set of the Hugging Face Hub as a plain corpus. */
import { join } from "node:path";
import type { CommandModule } from "yargs";
import { languagesOfPair } from "../../../base/languages/language-pair.ts";
import { prepareHub } from "../../../corpora/sources/hub.ts";
import { type SourceArguments, sourceOptions, sourcePlaces, tellCorpus, twoColumns } from "./source-options.ts";

interface HubArguments extends SourceArguments {
  dataset: string;
  config: string | undefined;
  split: string | undefined;
  columns: string[] | undefined;
  revision: string | undefined;
}

export const dataHubCommand: CommandModule<object, HubArguments> = {
  command: "hf <dataset>",
  describe: "Download a data set of the Hugging Face Hub, hf:OWNER/NAME, as a plain corpus",
  builder: (yargs) =>
    yargs
      .positional("dataset", { type: "string", describe: "OWNER/NAME; nmt data hf:OWNER/NAME is the same" })
      .options(sourceOptions("data/hf/OWNER/NAME/PAIR"))
      .option("config", {
        type: "string",
        describe: "Its configuration, also called subset",
        defaultDescription: "the one of the pair, or the only one",
      })
      .option("split", { type: "string", describe: "One of its splits", defaultDescription: "all" })
      .option("columns", {
        type: "string",
        array: true,
        describe: "Source's and target's column, by name; a field inside as translation.en",
        defaultDescription: "those of the languages",
      })
      .option("revision", { type: "string", describe: "Branch, tag or commit", defaultDescription: "main" }) as never,
  handler: async (args) => {
    const { dataset, config, split, revision } = args;
    const languages = languagesOfPair(args.pair, "--pair");
    const output = args.output ?? join("data", "hf", ...dataset.split("/"), languages.join("-"));
    const query = { dataset, languages, config, split, revision, columns: twoColumns(args.columns) };
    tellCorpus(await prepareHub(query, output, sourcePlaces(args)));
  },
};
