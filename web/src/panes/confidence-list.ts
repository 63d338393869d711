/** How sure the model is of each word of a sentence: what the underlines mean, and the numbers. */
import type { SegmentDetail } from "../../../src/server/interactive/answers.ts";
import { make } from "../dom.ts";
import { confidenceStep, confidenceSteps, percent } from "../translation/confidence.ts";
import type { SentenceTexts } from "./heat-map.ts";

export function confidenceList({ targetWords }: SegmentDetail, { translation, target }: SentenceTexts): HTMLElement {
  const key = confidenceSteps.map(({ name, least }, step) => {
    const range = step === 0 ? `${percent(least)} and more` : `less than ${percent(confidenceSteps[step - 1]!.least)}`;
    return make("li", {}, make("span", { class: "word", "data-confidence": step }, name), ` ${range}`);
  });
  const words = targetWords.map(({ start, end, logProbability }) =>
    make(
      "li",
      {},
      make(
        "span",
        { class: "word", lang: target, "data-confidence": confidenceStep(logProbability) },
        translation.slice(start, end),
      ),
      make("span", { class: "count" }, percent(Math.exp(logProbability))),
    ),
  );
  return make(
    "div",
    { class: "confidence" },
    make("ul", { class: "key" }, ...key),
    make("h3", {}, "Given the text and what stands before, the model gives each word this probability"),
    make("ol", { class: "word-list" }, ...words),
  );
}
