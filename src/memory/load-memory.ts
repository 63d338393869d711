/** Reads translation memories: TMX, and any other format that is imported. */
import { DataError } from "../base/errors.ts";
import { DEFAULT_IMPORT, type ImportOptions } from "../corpora/formats/importer.ts";
import { openInput } from "../corpora/formats/input-file.ts";
import { findInputs } from "../corpora/importing/find-inputs.ts";
import { TranslationMemory } from "./translation-memory.ts";

/**
 * Inline tags are `<1>…</1>` as in documents. Throws DataError for files that cannot be read, are of no format, or have no pair of these languages;
 * UsageError where languages are missing.
 */
export async function loadMemory(
  names: readonly string[],
  languages: Pick<ImportOptions, "sourceLanguage" | "targetLanguage">,
): Promise<TranslationMemory> {
  const memory = new TranslationMemory();
  const options: ImportOptions = { ...DEFAULT_IMPORT, tags: "keep", ...languages };
  for (const { importer, path, translated } of await findInputs(names, languages, { passedOver: [] })) {
    const [file, second] = [await openInput(path), translated === undefined ? undefined : await openInput(translated)];
    try {
      for await (const items of importer.pairs(file, options, second)) {
        for (const { skipped, source, target } of items) {
          if (skipped === undefined && target.trim() !== "") memory.add(source, target);
        }
      }
    } finally {
      await file.close();
      await second?.close();
    }
  }
  if (memory.size > 0) return memory;
  throw new DataError("The translation memory has no pair of these languages.", {
    where: names.join(", "),
    nextStep: "Check its languages, and --src_lang and --tgt_lang.",
  });
}
