/** Source of truth: sacreBLEU 2.6.0 on the newstest2021 systems (golden/generate.py; the text is read where it exists). */
import { describe, expect, it } from "vitest";
import { checkPaired, meanAndSpread, metricOf, readGolden, TOLERANCE, title, type WmtGolden } from "./golden.ts";
import { wmtLines, wmtNote, wmtPresent } from "./wmt.ts";

const golden = readGolden<WmtGolden>("wmt.json");

describe.skipIf(!wmtPresent)(`newstest2021${wmtNote}`, () => {
  it.each(golden.corpora.map((entry) => [`${entry.hyp} ${title(entry)}`, entry] as const))("%s", (_, entry) => {
    const score = metricOf(entry).corpusScore(wmtLines(entry.hyp), entry.refs.map(wmtLines));
    expect(Math.abs(score.score - entry.score)).toBeLessThan(TOLERANCE);
    expect(score.format({ width: 3, signature: "full" })).toBe(entry.text);
  });

  it.each(golden.sentences.map((entry) => [`${entry.hyp} ${title(entry)}`, entry] as const))(
    "sentences of %s",
    (_, entry) => {
      const references = entry.refs.map(wmtLines);
      const metric = metricOf(entry);
      const scores = wmtLines(entry.hyp).map(
        (line, i) =>
          metric.sentenceScore(
            line,
            references.map((stream) => stream[i]!),
          ).score,
      );
      const [mean, spread] = meanAndSpread(scores);
      expect(Math.abs(mean - entry.mean)).toBeLessThan(TOLERANCE);
      expect(Math.abs(spread - entry.spread)).toBeLessThan(TOLERANCE);
    },
  );

  it.each(golden.paired.map((entry) => [`${title(entry)} ${entry.method}`, entry] as const))(
    "paired %s",
    (_, entry) => {
      const systems = golden.pairedSystems.map((name) => ({ name, hypotheses: wmtLines(name) }));
      checkPaired(entry, systems, [wmtLines(golden.pairedReference)]);
    },
  );
});
