/** What becomes of strictly balanced gates (Shazeer et al. 2017, appendix F) on text they weren't trained on. */
import { type ResultOf, type RunPlan, resultsOf } from "./experiment.ts";
import { markdownTable } from "./markdown.ts";
import { estimate } from "./statistics.ts";

/** How far the trained thresholds keep each expert to its share m / N of positions it was never trained on. */
export function strictBalance(row: string, runs: readonly RunPlan[], resultOf: ResultOf): string {
  const rows = resultsOf(row, runs, resultOf).flatMap(({ seed, settings, heldOutUse }) =>
    Object.entries(heldOutUse).map(([layer, { shares, untaken }]) => {
      const wanted = settings.num_experts_per_tok! / shares.length;
      const deviations = shares.map((share) => Math.abs(share - wanted) / wanted);
      const percent = (value: number) => `${(100 * value).toFixed(1)} %`;
      return [
        ...[String(seed), layer, percent(wanted)],
        `${percent(Math.min(...shares))} to ${percent(Math.max(...shares))}`,
        ...[percent(estimate(deviations).mean), percent(Math.max(...deviations)), percent(untaken)],
      ];
    }),
  );
  const table = markdownTable(
    {
      ...{ seed: "right", layer: "left", "m / positions": "right", "taken by an expert": "right" },
      ...{ "mean deviation": "right", "largest deviation": "right", "positions without expert": "right" },
    },
    rows,
  );
  return `### Thresholds on held-out text\n\n${table}\n\nIn training each expert takes m = k · N / n of a batch's N positions. On the validation and test text together, of which neither was trained on or fitted to, a position goes to an expert where it exceeds the expert's threshold; deviations are from m / N, in per cent of it.`;
}
