/** `nmt translate --glossary`, `--do_not_translate`: terms that have their given translation, and terms that stay as they are. */
import type { Options } from "yargs";
import { UsageError } from "../../../base/errors.ts";
import { log } from "../../../base/logger.ts";
import type { TranslateOptions } from "../../../decoding/translate-options.ts";
import { Glossary } from "../../../glossary/glossary.ts";
import { readGlossary, readTermList } from "../../../glossary/read-glossary.ts";
import type { TextCounts } from "../../../segments/text-counts.ts";

export interface GlossaryArguments {
  glossary: string[] | undefined;
  do_not_translate: string | undefined;
  src_lang: string | undefined;
  tgt_lang: string | undefined;
}

export const glossaryOptions = {
  glossary: {
    type: "string",
    array: true,
    describe:
      "Files of terms and their translations, a tab or (.csv) a comma between them: where a line has the term, the search must find the translation",
  },
  do_not_translate: { type: "string", describe: "File of terms that come out as they are, one a line" },
} satisfies Record<string, Options>;

/** The name of the option that was given; undefined for neither. */
export function glossaryOption({ glossary, do_not_translate }: GlossaryArguments): string | undefined {
  return glossary !== undefined ? "--glossary" : do_not_translate !== undefined ? "--do_not_translate" : undefined;
}

/** Throws DataError for files that cannot be read, UsageError beside options that have no search for terms. */
export function glossariesOf(args: GlossaryArguments, options: TranslateOptions): Glossary[] {
  const option = glossaryOption(args);
  if (option === undefined) return [];
  const { sampling, diverseBeamGroups = 1 } = options;
  if (sampling !== undefined || diverseBeamGroups > 1) {
    const other = sampling === undefined ? "diverse_beam_groups" : "the options of sampling";
    throw new UsageError(`${option} and ${other} do not go together`, {
      where: option,
      nextStep: "Terms need a search: leave out one of them.",
    });
  }
  const languages = { source: args.src_lang, target: args.tgt_lang };
  const terms = (args.glossary ?? []).map((path) => readGlossary(path, languages));
  if (args.do_not_translate !== undefined) terms.push(readTermList(args.do_not_translate));
  return terms.map((entries) => new Glossary(entries));
}

/** Logs what became of the terms. */
export function reportTerms({ terms, termsMissing }: TextCounts): void {
  log.info(`terms of glossaries: ${terms}, of which ${terms - termsMissing} have their translation`);
  if (termsMissing > 0) {
    log.warn(
      `${termsMissing} terms lack it: the vocabulary cannot spell it, or a length, a ban or a shortlist leaves no room for it`,
    );
  }
}
