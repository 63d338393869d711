/** Source of truth: the BLEU and chrF that WMT published for newstest2021 systems, to all digits. */
import { describe, expect, it } from "vitest";
import { BLEU } from "../../src/metrics/bleu.ts";
import { CHRF } from "../../src/metrics/chrf.ts";
import { publishedScores, wmtLines, wmtNote, wmtPresent } from "./wmt.ts";

describe.skipIf(!wmtPresent)(`published WMT scores${wmtNote}`, () => {
  it.each(publishedScores())("$hyp", ({ hyp, refs, published }) => {
    const hypotheses = wmtLines(hyp);
    const streams = new Map(refs.map((name) => [name.split(".").at(-2)!, wmtLines(name)]));
    let compared = 0;
    for (const [key, expected] of Object.entries(published)) {
      const [metric, which] = key.split("-") as ["bleu" | "chrf", string];
      const references = which === "all" ? [...streams.values()] : [streams.get(which)!];
      const score = (metric === "bleu" ? new BLEU() : new CHRF()).corpusScore(hypotheses, references);
      expect(Math.abs(score.score - expected), key).toBeLessThan(1e-8);
      compared++;
    }
    expect(compared).toBe(2 * (refs.length + 1));
  });
});
