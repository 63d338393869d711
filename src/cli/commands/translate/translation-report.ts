/** What `nmt translate` logs of its lines. */
import { log } from "../../../base/logger.ts";
import { formatDuration } from "../../../base/progress.ts";
import { describeWarning, type TranslationCounts, type TranslationWarning } from "../../../decoding/translation.ts";

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
