/** The parts of a corpus that `nmt experts` compares: files and languages as the command line pairs them. */
import { basename } from "node:path";
import { UsageError } from "../../base/errors.ts";
import type { ExpertPart } from "../../inference/expert-corpus.ts";

interface PartArguments {
  src: readonly string[];
  tgt?: readonly string[] | undefined;
  src_lang?: readonly string[] | undefined;
  tgt_lang?: readonly string[] | undefined;
}

/** One part for each source file, or, of a single one, for each target language. Throws UsageError for counts that don't pair. */
export function expertParts({ src, tgt, src_lang, tgt_lang }: PartArguments): ExpertPart[] {
  const count = src.length > 1 ? src.length : Math.max(1, tgt_lang?.length ?? 1, tgt?.length ?? 1);
  const sources = each("src", src, count, true);
  const targets = each("tgt", tgt, count, false);
  const sourceLanguages = each("src_lang", src_lang, count, true);
  const targetLanguages = each("tgt_lang", tgt_lang, count, true);
  const labels = sources.map((source, i) => {
    const language = targetLanguages[i] === undefined ? "" : ` → ${targetLanguages[i]}`;
    return src.length === 1 && language !== "" ? language.trim() : basename(source!) + language;
  });
  return sources.map((source, i) => ({
    name: labels.indexOf(labels[i]!) === labels.lastIndexOf(labels[i]!) ? labels[i]! : `${i + 1}: ${labels[i]}`,
    source: source!,
    ...(targets[i] === undefined ? {} : { target: targets[i] }),
    ...(sourceLanguages[i] === undefined ? {} : { sourceLanguage: sourceLanguages[i] }),
    ...(targetLanguages[i] === undefined ? {} : { targetLanguage: targetLanguages[i] }),
  }));
}

/** A value for each part: one for all where `shared`, or as many as there are parts, or none. */
function each(
  option: string,
  values: readonly string[] | undefined,
  count: number,
  shared: boolean,
): (string | undefined)[] {
  if (values === undefined) return Array<undefined>(count).fill(undefined);
  if (values.length === count) return [...values];
  if (shared && values.length === 1) return Array<string>(count).fill(values[0]!);
  throw new UsageError(`--${option} is given ${values.length} times for ${count} parts`, {
    nextStep: `Give ${shared ? "one for all, or " : ""}one for each part; parts are the --src files, or the --tgt_lang languages of a single one.`,
  });
}
