/** What `nmt translate` logs of its lines. */
import { log } from "../../../base/logger.ts";
import { formatDuration } from "../../../base/progress.ts";
import { describeWarning, type TranslationCounts, type TranslationWarning } from "../../../decoding/translation.ts";
import type { TranslatorParts } from "../../../decoding/translator.ts";
import { formatMebibytes } from "../../byte-size.ts";

/** Logs the first warnings of each kind; the report at the end has the numbers of all. None with `--placeables`, whose segments aren't lines. */
export function warnSparingly(most: number): (warning: TranslationWarning) => void {
  const shown = { cut: 0, "source-too-long": 0, "line-too-long": 0, "term-left-out": 0 };
  return (warning) => {
    if (shown[warning.kind]++ < most) log.warn(describeWarning(warning));
  };
}

/** Logs the speed, and how many lines were not translated whole; `shown`: warnings of a kind that were logged. */
export function report(counts: TranslationCounts, seconds: number, backend: string, shown: number): void {
  const { lines, blank, cut, tooLong, targetPieces } = counts;
  const rate = (targetPieces / Math.max(seconds, 1e-3)).toFixed(0);
  log.info(`translated ${lines} lines (${blank} blank) in ${formatDuration(seconds)} on ${backend}, ${rate} pieces/s`);
  if (cut > shown) log.warn(`${cut} translations were cut at their maximum length`);
  if (tooLong > shown) log.warn(`${tooLong} lines were too long and not translated (max_source_length)`);
}

/** Logs how a bound on experts' memory held: how often one had to be read again. */
export function reportExpertMemory({ model }: Pick<TranslatorParts, "model">): void {
  const memory = model.expertMemory?.();
  if (memory === undefined) return;
  const { bytes, uses, packed, letGo } = memory;
  const share = uses === 0 ? 0 : (100 * packed) / uses;
  log.info(
    `experts: ${packed} of ${uses} uses by a step had to read one (${share.toFixed(1)} %), ${letGo} were let go; ${formatMebibytes(bytes)} are in memory`,
  );
}
