/** Each expert's share of load and importance as bars, with the line of an equal share; a bar leads to the expert's card. */

import type { LayerSummary } from "../expert-usage.ts";
import { type Markup, markup } from "../markup.ts";
import { formatShare } from "../numbers.ts";
import { linearAxis } from "./axis.ts";

const WIDTH = 1100;
const HEIGHT = 180;
const MARGIN = { left: 52, right: 4, top: 8, bottom: 22 };

export function trafficChart({ layer, experts }: Pick<LayerSummary, "layer" | "experts">): Markup {
  const plot = { width: WIDTH - MARGIN.left - MARGIN.right, height: HEIGHT - MARGIN.top - MARGIN.bottom };
  const highest = experts.reduce((most, { load, importance }) => Math.max(most, load, importance), 0);
  const axis = linearAxis(0, highest === 0 ? 1 : highest, 3);
  const slot = plot.width / experts.length;
  const width = Math.min(18, slot * 0.38);
  const y = (share: number) => MARGIN.top + plot.height * (1 - axis.position(share));
  const bar = (style: string, x: number, share: number) =>
    markup`<rect class="${style}" x="${x.toFixed(1)}" y="${y(share).toFixed(1)}" width="${width.toFixed(2)}" height="${(plot.height * axis.position(share)).toFixed(1)}" rx="${Math.min(2, width / 4).toFixed(1)}"/>`;
  const every = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512].find((count) => experts.length / count <= 32) ?? 512;
  const equal = 1 / experts.length;
  return markup`<figure><figcaption><span class="note">share of each expert; the dashed line is an equal share, ${formatShare(equal)}</span></figcaption>
<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="group" aria-label="Share of load and importance of each expert of ${layer}">
${axis.ticks.map((tick) => markup`<line class="grid" x1="${MARGIN.left}" x2="${WIDTH - MARGIN.right}" y1="${y(tick).toFixed(1)}" y2="${y(tick).toFixed(1)}"/><text class="tick" text-anchor="end" x="${MARGIN.left - 7}" y="${(y(tick) + 4).toFixed(1)}">${formatShare(tick)}</text>`)}
${experts.map(({ expert, load, importance }, i) => {
  const middle = MARGIN.left + slot * (i + 0.5);
  const title = `Expert ${expert}: ${formatShare(load)} of load, ${formatShare(importance)} of importance`;
  const label = markup`<text class="tick" text-anchor="middle" x="${middle.toFixed(1)}" y="${HEIGHT - 6}">${expert}</text>`;
  return markup`<a href="#${layer}-${expert}" aria-label="${title}"><title>${title}</title>${bar("bar", middle - width - slot * 0.01, load)}${bar("bar weight", middle + slot * 0.01, importance)}</a>${i % every === 0 && label}`;
})}
<line class="mean" x1="${MARGIN.left}" x2="${WIDTH - MARGIN.right}" y1="${y(equal).toFixed(1)}" y2="${y(equal).toFixed(1)}"/>
</svg>
<ul class="legend"><li><i class="c1"></i>load: positions</li><li><i class="c2"></i>importance: gate weights</li></ul></figure>`;
}
