/** Options that `nmt data import`, `nmt data opus` and `nmt data hf` share, and what they tell of a corpus when it is there. */
import { join } from "node:path";
import type { Options } from "yargs";
import { UsageError } from "../../../base/errors.ts";
import { log } from "../../../base/logger.ts";
import { splitList } from "../../../config/overrides.ts";
import type { NamedCorpus, SourceOptions } from "../../../corpora/sources/named-corpus.ts";

export interface SourceArguments {
  pair: string;
  output: string | undefined;
  from: string | undefined;
  cache: string | undefined;
  mirror: string | undefined;
  connections: number | undefined;
}

/** `folder` is where they write when nobody says. */
export function sourceOptions(folder: string) {
  return {
    pair: { type: "string", demandOption: true, describe: "Source and target language, such as en-de" },
    output: { type: "string", describe: "Folder to write", defaultDescription: folder },
    from: { type: "string", describe: "Folder that holds the published files already; no network" },
    cache: { type: "string", describe: "Folder that keeps downloads", defaultDescription: "$NMT_CACHE" },
    mirror: {
      type: "string",
      describe: "Address that holds what is asked for as HOST/PATH",
      defaultDescription: "$NMT_MIRROR",
    },
    connections: { type: "number", describe: "Connections at a time", defaultDescription: "4" },
  } satisfies Record<string, Options>;
}

export function sourcePlaces({ from, cache, mirror, connections }: SourceArguments): SourceOptions {
  if (connections !== undefined && !(Number.isInteger(connections) && connections >= 1 && connections <= 32)) {
    throw new UsageError(`--connections is ${connections}`, { nextStep: "Give a whole number from 1 to 32." });
  }
  return {
    ...(from !== undefined && { from }),
    ...(cache !== undefined && { cache }),
    ...(mirror !== undefined && { mirror }),
    ...(connections !== undefined && { connections }),
    progress: (message) => log.info(message),
  };
}

/** The source's and the target's column. Throws UsageError for another number. */
export function twoColumns(given: readonly string[] | undefined): [string, string] | undefined {
  const columns = given?.flatMap(splitList);
  if (columns === undefined || columns.length === 2) return columns as [string, string] | undefined;
  throw new UsageError(`--columns has ${columns.length} names, not two`, {
    nextStep: "Give the source's and the target's, such as --columns 1 2 or --columns en de.",
  });
}

/** Counts on standard error, the files on standard output. */
export function tellCorpus({ pair, source, target, folder, lines, dropped, unchanged }: NamedCorpus): void {
  const splits = Object.entries(lines).filter(([, count]) => count > 0);
  const counts = splits.map(([split, count]) => `${split} ${count}`).join(", ");
  log.info(`${pair}: ${counts} lines${unchanged ? ", already prepared" : ""}`);
  for (const [reason, count] of Object.entries(dropped)) log.info(`  ${count} left out: ${reason}`);
  const paths = splits.flatMap(([split]) => [source, target].map((side) => join(folder, `${split}.${side}`)));
  process.stdout.write(paths.map((path) => `${path}\n`).join(""));
}
