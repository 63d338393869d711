/** `nmt translate` of documents: which files are ones, and the options that go with them. */
import type { Options } from "yargs";
import { UsageError } from "../../../base/errors.ts";
import { type TranslateOptions, translateDefaults } from "../../../decoding/translate-options.ts";
import {
  type DocumentFormat,
  documentFormatOf,
  documentFormats,
  refuseOtherDocuments,
} from "../../../documents/document-formats.ts";
import { type Retranslate, retranslateNames } from "../../../documents/retranslate.ts";

export interface DocumentArguments {
  src: string | undefined;
  output: string | undefined;
  document: DocumentFormat | "none" | undefined;
  retranslate: Retranslate | undefined;
  review_marks: boolean;
}

export const documentOptions = {
  document: {
    type: "string",
    choices: [...documentFormats, "none"],
    describe: "Format of a document, whose text is translated and all else stays; none: lines of text",
    defaultDescription: "by the ending of --src; lines where it is .txt or no format's",
  },
  retranslate: {
    type: "string",
    choices: retranslateNames,
    describe: "Of PO, XLIFF and TMX: translations in them that give way to new ones",
    defaultDescription: "none: only what has no translation gets one",
  },
  review_marks: {
    type: "boolean",
    default: true,
    describe: "In PO, XLIFF and TMX, mark translations as a machine's, to be reviewed",
  },
} satisfies Record<string, Options>;

/** Options that print more than one text for a line, that choose it in another way, or that go by line. */
export const LINE_OPTIONS = [
  "with_score",
  "with_alignment",
  "with_word_scores",
  "with_pieces",
  "with_attention",
  "tgt_prefix",
  "constraints",
  "return_alternatives",
  "mbr",
  "rerank_model",
  "rerank_lm",
] as const;

export type LineArguments = { n_best: number } & { [name in (typeof LINE_OPTIONS)[number]]: unknown };

/** The format of the document to translate; undefined where lines are. Throws UsageError for documents of formats that can't be read. */
export function documentOf({ src, output, document, retranslate }: DocumentArguments): DocumentFormat | undefined {
  const format = document ?? (src === undefined ? undefined : byEnding(src));
  if (format === undefined || format === "none") {
    if (retranslate === undefined) return undefined;
    throw new UsageError("--retranslate is given without a document", {
      where: "--retranslate",
      nextStep: "Give a PO, XLIFF or TMX file as --src, or leave it out.",
    });
  }
  const written = output === undefined ? undefined : documentFormatOf(output);
  if (output !== undefined) refuseOtherDocuments(output);
  if (written !== undefined && written !== format) {
    throw new UsageError(`The document is ${format}, and the output would be called ${written}`, {
      where: output!,
      nextStep: "A translated document has the format of its source: give it the same ending.",
    });
  }
  return format;
}

/** Plain text is translated by lines, as corpora want it. */
function byEnding(src: string): DocumentFormat | undefined {
  try {
    refuseOtherDocuments(src);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    const nextStep = `${error.nextStep} Its lines as they stand are translated with --document none.`;
    throw new UsageError(error.message, { where: src, nextStep });
  }
  const format = documentFormatOf(src);
  return format === "txt" ? undefined : format;
}

/** The options with hypotheses to choose from. Throws UsageError beside options that `option` (`--document`) has no place for. */
export function withHypotheses(
  options: TranslateOptions,
  args: LineArguments,
  option: string,
  nextStep: string,
): TranslateOptions {
  const other =
    args.n_best > 1 ? "n_best" : LINE_OPTIONS.find((name) => args[name] !== undefined && args[name] !== false);
  if (other !== undefined) {
    throw new UsageError(`${option} and --${other} do not go together`, { where: option, nextStep });
  }
  return { ...options, nBest: options.sampling === undefined ? (options.beamSize ?? translateDefaults.beamSize) : 1 };
}
