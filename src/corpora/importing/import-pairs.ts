/** The pairs of files of any format, as lines of a plain corpus, file after file. */
import { UsageError } from "../../base/errors.ts";
import type { Importer, ImportOptions } from "../formats/importer.ts";
import { openInput } from "../formats/input-file.ts";
import type { FoundInput } from "./find-inputs.ts";
import { addFile, countSkipped, type FileReport, type ImportReport } from "./import-report.ts";
import { asLine, obstacleOf } from "./text-line.ts";

/** Lines of both sides, each ended by a line feed. */
export interface LinesOfPairs<Text = string> {
  count: number;
  source: Text;
  target: Text;
}

/** Blocks of pairs in the files' order; what is left out is counted in `report`. Throws DataError for a file that cannot be read. */
export async function* importPairs(
  inputs: readonly FoundInput[],
  options: ImportOptions,
  report: ImportReport,
): AsyncGenerator<LinesOfPairs> {
  for (const { importer, path, translated } of inputs) {
    checkLanguages(importer, path, options);
    const counts: FileReport = {
      path,
      ...(translated && { translated }),
      format: importer.name,
      pairs: 0,
      skipped: {},
    };
    const [file, second] = [await openInput(path), translated === undefined ? undefined : await openInput(translated)];
    try {
      for await (const items of importer.pairs(file, options, second)) {
        const block: LinesOfPairs = { count: 0, source: "", target: "" };
        for (const item of items) {
          const [source, target] = [asLine(item.source), asLine(item.target)];
          const reason = obstacleOf(item, source, target);
          if (reason !== undefined) {
            const where = item.inTranslated === true ? translated! : path;
            countSkipped(counts.skipped, reason, where, item.line);
          } else {
            block.source += `${source}\n`;
            block.target += `${target}\n`;
            block.count++;
          }
        }
        counts.pairs += block.count;
        if (block.count > 0) yield block;
      }
    } finally {
      await file.close();
      await second?.close();
    }
    addFile(report, counts);
  }
}

function checkLanguages({ needsLanguages, title }: Importer, path: string, options: ImportOptions): void {
  if (needsLanguages !== true) return;
  if (options.sourceLanguage !== undefined && options.targetLanguage !== undefined) return;
  throw new UsageError(`The languages are missing: ${title} has texts of several.`, {
    where: path,
    nextStep: "Give --pair en-de, or src_lang and tgt_lang of the corpus.",
  });
}
