/** What the experts of a model take, as a page: traffic, heat map by part of the corpus, words and contexts of each expert. */
import { figuresOf } from "./balance-figures.ts";
import { heatMap } from "./charts/heat-map.ts";
import { trafficChart } from "./charts/traffic-chart.ts";
import type { ExpertContext, ExpertSummary, LayerSummary } from "./expert-usage.ts";
import { type Markup, markup } from "./markup.ts";
import { formatNumber, formatShare, formatWhole } from "./numbers.ts";
import { page } from "./page.ts";
import type { JsonValue } from "./run-log.ts";

export interface CorpusPart {
  /** Unlike any other part's. */
  name: string;
  lines: number;
  sourcePositions: number;
  targetPositions: number;
}

/** What the JSON file holds. */
export interface ExpertReport {
  /** Of this layout. */
  format: 1;
  /** Name of the model directory. */
  model: string;
  /** `given` translations, the model's own by `greedy` search, or the `text` of a language model. */
  targets: "given" | "greedy" | "text";
  parts: CorpusPart[];
  layers: (LayerSummary & { balance: { [figure: string]: JsonValue } })[];
}

const targetTexts: Record<ExpertReport["targets"], string> = {
  given: ", decoder positions of given translations",
  greedy: ", decoder positions of the model's own translations",
  text: "",
};

export function expertPage(report: ExpertReport): string {
  const { model, parts, layers } = report;
  const lines = parts.reduce((sum, part) => sum + part.lines, 0);
  const lead = markup`Which positions each mixture-of-experts layer sends to which expert: ${formatWhole(lines)} lines${parts.length > 1 && ` in ${parts.length} parts`}${targetTexts[report.targets]}.`;
  const body =
    layers.length === 0
      ? markup`<p>This model is dense: it has no mixture-of-experts layers, so there are no experts to show.</p>`
      : markup`<nav aria-label="Layers"><ul>${layers.map(({ layer }) => markup`<li><a href="#${layer}">${layer}</a></li>`)}</ul></nav>
<label class="find">Find a word <input type="search" autocomplete="off" aria-describedby="found"><span id="found" class="note" role="status"></span></label>
${layers.map((layer) => layerSection(layer, parts))}`;
  return page({ title: `Experts of ${model}`, lead, body, script: findScript });
}

function layerSection(layer: ExpertReport["layers"][number], parts: readonly CorpusPart[]): Markup {
  const { experts, positions, balance, expertsPerPosition } = layer;
  const tiles: [string, string, string][] = [
    ["Positions", formatWhole(positions), `${layer.side} side`],
    ["Experts", formatWhole(experts.length), `${formatNumber(expertsPerPosition)} a position`],
    ...figuresOf(balance).map(({ figure, value }): [string, string, string] => [
      figure.title,
      figure.isShare === true ? formatShare(value) : formatNumber(value),
      figure.meaning,
    ]),
  ];
  const most = Math.log2(Math.max(1, Math.min(parts.length, experts.length)));
  return markup`<section aria-labelledby="${layer.layer}">
<h2 id="${layer.layer}">${layer.layer}</h2>
<dl class="tiles">${tiles.map(([title, value, note]) => markup`<div title="${note}"><dt>${title}</dt><dd>${value}${(title === "Positions" || title === "Experts") && markup`<small>${note}</small>`}</dd></div>`)}</dl>
<h3>Traffic</h3>
${trafficChart(layer)}
${
  parts.length > 1 &&
  markup`<h3>By part of the corpus</h3>
<p class="note">Each part's share of positions that went to an expert, over an equal share: blue more, orange less. The part tells ${formatNumber(layer.partInformation)} of at most ${formatNumber(most)} bits about the expert.</p>
${heatMap(
  layer.layer,
  parts.map(({ name }) => name),
  experts.map((expert) => expert.parts.map(({ load }) => load)),
)}`
}
<div class="experts">${experts.map((expert) => expertCard(layer.layer, expert, parts))}</div>
</section>`;
}

function expertCard(layer: string, expert: ExpertSummary, parts: readonly CorpusPart[]): Markup {
  const { words, contexts, frequent, load, importance } = expert;
  return markup`<article class="expert" id="${layer}-${expert.expert}">
<header><h3>Expert ${expert.expert}</h3><span title="share of the positions, and of the gate weights">${formatShare(load)} load, ${formatShare(importance)} importance</span></header>
${contexts.length === 0 && markup`<p class="note">It took no position.</p>`}
${words.length > 0 && markup`<h4>Typical words, and the share of them that it takes</h4><ul class="words">${words.map(({ word, share, count }) => markup`<li title="taken ${formatWhole(count)} times">${word} <small>${formatShare(Number(share.toFixed(2)))}</small></li>`)}</ul>`}
${contexts.length > 0 && markup`<h4>Largest gate weights</h4><ul class="contexts">${contexts.map((context) => contextItem(context, context.gate.toFixed(2), parts))}</ul>`}
${frequent.length > 0 && markup`<h4>Most frequent contexts</h4><ul class="contexts">${frequent.map((context) => contextItem(context, `${formatWhole(context.count)}×`, parts))}</ul>`}
</article>`;
}

/** Words around the position's own one; where its piece is only a part of the word, the piece as well. */
function contextItem(context: ExpertContext, figure: string, parts: readonly CorpusPart[]): Markup {
  const { before, word, after, part } = context;
  const piece = context.piece.replace(/^▁/, "");
  return markup`<li${parts.length > 1 && markup` title="${parts[part]!.name}"`}><small>${figure}</small><span>${before.join(" ")} <b>${word}</b>${piece !== word && piece !== "" && markup` <small>(${piece})</small>`} ${after.join(" ")}</span></li>`;
}

/** Shows only the experts whose card has the text. */
const findScript = `
const field = document.querySelector(".find input");
const cards = [...document.querySelectorAll(".expert")];
field?.addEventListener("input", () => {
  const wanted = field.value.trim().toLowerCase();
  let shown = 0;
  for (const card of cards) {
    card.hidden = wanted !== "" && ![...card.querySelectorAll("li")].some((item) => item.textContent.toLowerCase().includes(wanted));
    if (!card.hidden) shown++;
  }
  document.getElementById("found").textContent = wanted === "" ? "" : shown + " of " + cards.length + " experts";
});
`;
