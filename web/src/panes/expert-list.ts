/** The experts of a sentence: the colour, share and words of each. */
import type { ExpertLayer, SegmentDetail } from "../../../src/server/interactive/answers.ts";
import { make } from "../dom.ts";
import { percent } from "../translation/confidence.ts";
import { expertShares, layerName } from "../translation/experts.ts";
import { wordsOf } from "../translation/passage.ts";
import type { SentenceTexts } from "./heat-map.ts";
import { paintExpert } from "./painted-words.ts";

/** Experts that are listed of a layer. */
const MOST = 12;

export function expertList(detail: SegmentDetail, layer: ExpertLayer, texts: SentenceTexts): HTMLElement {
  const isSource = layer.side === "source";
  const [text, language] = isSource ? [texts.text, texts.source] : [texts.translation, texts.target];
  const shares = expertShares(layer, text, wordsOf(detail, layer.side));
  const items = shares.slice(0, MOST).map(({ expert, share, words }) => {
    const chip = make("span", { class: "chip" }, `Expert ${expert}`);
    paintExpert(chip, expert);
    const first =
      words.length === 0
        ? make("span", { class: "count" }, "first choice of no word")
        : make("span", { lang: language }, words.join(", "));
    return make("li", {}, chip, make("span", { class: "expert-share" }, percent(share)), first);
  });
  if (shares.length > MOST) items.push(make("li", { class: "count" }, `and ${shares.length - MOST} more`));
  const title = `${isSource ? "Words of the text" : "Words of the translation"}, by ${layerName(layer)}, which has ${layer.experts} experts`;
  return make("section", { class: "experts" }, make("h3", {}, title), make("ol", {}, ...items));
}
