/** Expert × part of the corpus as tables of coloured cells: experts across, in bands that fit a page, parts down. */
import { type Markup, markup } from "../markup.ts";
import { formatNumber, formatShare } from "../numbers.ts";

/** Experts of a band, with a figure in each cell and without. */
const BAND = { figures: 16, plain: 64 };
/** Doublings at which a colour is full. */
const FULL = 2;

/** shares[expert][part]: of the part's traffic, the share that went to the expert. */
export function heatMap(layer: string, parts: readonly string[], shares: readonly (readonly number[])[]): Markup {
  const withFigures = shares.length <= BAND.figures;
  const width = withFigures ? BAND.figures : BAND.plain;
  const bands = Array.from({ length: Math.ceil(shares.length / width) }, (_, band) => band * width);
  return markup`<div class="scroll">${bands.map((first) => {
    const columns = shares.slice(first, first + width);
    const last = first + columns.length - 1;
    return markup`<table class="${withFigures ? "heat figures" : "heat"}" aria-label="Traffic of experts ${first} to ${last} by part">
<thead><tr><td></td>${columns.map((_, i) => {
      const isNamed = withFigures || (first + i) % 8 === 0;
      return markup`<th scope="col">${isNamed && markup`<a href="#${layer}-${first + i}" aria-label="expert ${first + i}">${first + i}</a>`}</th>`;
    })}</tr></thead>
<tbody>${parts.map((part, p) => markup`<tr><th scope="row">${part}</th>${columns.map((column, i) => cell(`expert ${first + i}, ${part}`, column[p]!, shares.length, withFigures))}</tr>`)}</tbody>
</table>`;
  })}</div>`;
}

/** The figure is the share over an equal one; colours go by its doublings. */
function cell(name: string, share: number, experts: number, withFigure: boolean): Markup {
  const ratio = share * experts;
  const doublings = ratio === 0 ? -FULL : Math.max(-FULL, Math.min(FULL, Math.log2(ratio)));
  const strength = Math.round((Math.abs(doublings) / FULL) * 80);
  const title = `${name}: ${formatShare(share)}`;
  return markup`<td class="${doublings >= 0 ? "more" : "less"}" style="--v:${strength}" title="${title}">${withFigure && formatNumber(Number(ratio.toPrecision(2)))}</td>`;
}
