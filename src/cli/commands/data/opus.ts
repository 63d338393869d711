/** `nmt data opus`: a corpus of OPUS by name, as a plain corpus; `--list` shows what there is. */
import { join } from "node:path";
import type { CommandModule } from "yargs";
import { UsageError } from "../../../base/errors.ts";
import { type LanguagePair, languagesOfPair } from "../../../base/languages/language-pair.ts";
import { log } from "../../../base/logger.ts";
import { alignColumns } from "../../../base/text-table.ts";
import { sizeOf } from "../../../corpora/sources/named-corpus.ts";
import { prepareOpus } from "../../../corpora/sources/opus.ts";
import { type OpusRelease, opusReleases } from "../../../corpora/sources/opus-api.ts";
import { latestOf, releasesOf } from "../../../corpora/sources/opus-release.ts";
import { type SourceArguments, sourceOptions, sourcePlaces, tellCorpus } from "./source-options.ts";

interface OpusArguments extends SourceArguments {
  corpus: string | undefined;
  version: string | undefined;
  list: boolean;
}

export const dataOpusCommand: CommandModule<object, OpusArguments> = {
  command: "opus [corpus]",
  describe: "Download a corpus of OPUS by its name, with its licence, as a plain corpus",
  builder: (yargs) =>
    yargs
      .positional("corpus", { type: "string", describe: "OPUS's name, such as Tatoeba or OpenSubtitles" })
      .options(sourceOptions("data/opus/CORPUS/PAIR"))
      .option("version", { type: "string", describe: "Its version", defaultDescription: "the latest" })
      .option("list", {
        type: "boolean",
        default: false,
        describe: "Show the corpora of the pair, or all versions of one, instead of downloading",
      }) as never,
  handler: async (args) => {
    const { corpus, version } = args;
    const languages = languagesOfPair(args.pair, "--pair");
    if (args.list) return list(corpus, languages, args.mirror);
    if (corpus === undefined) {
      throw new UsageError("no corpus is named", { nextStep: "Write nmt data opus NAME --pair en-de, or --list." });
    }
    const output = args.output ?? join("data", "opus", corpus, languages.join("-"));
    const prepared = await prepareOpus({ corpus, languages, version }, output, sourcePlaces(args));
    tellCorpus(prepared);
  },
};

async function list(corpus: string | undefined, languages: LanguagePair, mirror: string | undefined): Promise<void> {
  const options = { mirror: mirror ?? process.env["NMT_MIRROR"] };
  const rows =
    corpus === undefined
      ? latestOfEach(await opusReleases(underscored(languages), undefined, options))
      : (await releasesOf({ corpus, languages }, options)).releases;
  if (rows.length === 0) {
    log.warn(`OPUS has nothing for ${languages.join("-")}; its codes are of two letters or three, such as en, zh_CN`);
  }
  const lines = rows.map(({ corpus, version, pairs, bytes }) => [corpus, version, String(pairs), sizeOf(bytes)]);
  const header = ["corpus", "version", "pairs", "download"];
  process.stdout.write(`${alignColumns([header, ...lines])}\n`);
}

function underscored([source, target]: LanguagePair): LanguagePair {
  return [source.replaceAll("-", "_"), target.replaceAll("-", "_")];
}

function latestOfEach(releases: readonly OpusRelease[]): OpusRelease[] {
  const byCorpus = new Map<string, OpusRelease[]>();
  for (const each of releases) byCorpus.set(each.corpus, [...(byCorpus.get(each.corpus) ?? []), each]);
  return [...byCorpus.values()].map(latestOf).sort((a, b) => b.pairs - a.pairs);
}
