/** What becomes of the segments of texts, as figures. */
import type { TextCounts } from "../../segments/text-counts.ts";
import type { Metrics } from "../http/metrics.ts";

export function addTextReadings(metrics: Metrics, counts: TextCounts): void {
  const counter = (name: string, help: string, read: () => number) => metrics.reading(name, "counter", help, read);
  counter("segments_total", "Segments translated: sentences, lines.", () => counts.segments);
  counter("segments_with_placeables_total", "Of these, segments with tags, placeholders and the like.", () => {
    return counts.withPlaceables;
  });
  metrics.readings(
    "placeables_kept_total",
    "counter",
    "Segments with placeables, by how they kept them.",
    "by",
    () => ({
      best: counts.kept,
      later: counts.nextHypothesis,
      alignment: counts.aligned,
      split: counts.split,
    }),
  );
  counter("glossary_terms_total", "Terms of glossaries in the segments, but for those that stay as they are.", () => {
    return counts.terms;
  });
  counter("glossary_terms_missing_total", "Of these, terms whose translation could not be said.", () => {
    return counts.termsMissing;
  });
  counter("loops_caught_total", "Segments whose best hypothesis looped and gave way.", () => counts.loops);
  counter("segments_untranslated_total", "Segments and parts of them left in the source's language.", () => {
    return counts.untranslated;
  });
}
