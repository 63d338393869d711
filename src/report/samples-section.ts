/** Sample translations over time: for a few validation sentences, how their translation changed from step to step. */
import { type Markup, markup } from "./markup.ts";
import { formatWhole } from "./numbers.ts";
import type { CorpusSamples } from "./validation-samples.ts";

export interface StepSamples {
  step: number;
  corpora: readonly CorpusSamples[];
}

/** Most sentences of a corpus that are shown, and most translations of each. */
const SENTENCES = 6;
const STEPS = 8;

/** At most `STEPS` of the steps, evenly spread, the first and the last among them. */
export function spreadSteps(steps: readonly number[], count = STEPS): number[] {
  if (steps.length <= count) return [...steps];
  return Array.from({ length: count }, (_, i) => steps[Math.round((i * (steps.length - 1)) / (count - 1))]!);
}

export function samplesSection(samples: readonly StepSamples[]): Markup | undefined {
  const corpora = samples.at(-1)?.corpora ?? [];
  const blocks = corpora.flatMap(({ name, samples: sentences }) => {
    const chosen = spreadSteps(
      sentences.map((_, i) => i),
      SENTENCES,
    );
    return chosen.map((i) => {
      const { source, reference } = sentences[i]!;
      return markup`<div class="sample">${corpora.length > 1 && markup`<span class="note">${name}</span>`}<p>${source}</p>
<div class="scroll"><table class="rows"><tbody>
${samples.map(({ step, corpora: at }) => {
  const sample = at.find((corpus) => corpus.name === name)?.samples.find((each) => each.source === source);
  return sample && markup`<tr><th scope="row">step ${formatWhole(step)}</th><td>${sample.translation}</td></tr>`;
})}
<tr class="reference"><th scope="row">reference</th><td>${reference}</td></tr>
</tbody></table></div></div>`;
    });
  });
  if (blocks.length === 0) return undefined;
  return markup`<h2>Translations over time</h2>\n${blocks}`;
}
