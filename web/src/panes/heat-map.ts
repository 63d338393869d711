/** Attention of a sentence as a table: a row for each word of the translation, a column for each of the text. */
import type { SegmentDetail } from "../../../src/server/interactive/answers.ts";
import { make } from "../dom.ts";

/** What is shown of a sentence. */
export interface SentenceTexts {
  /** The whole text and the whole translation, which words have places in. */
  text: string;
  translation: string;
  /** Codes of their languages. */
  source: string;
  target: string;
}

/** Weights of less are left out: they would be noise. */
const LEAST = 0.005;

/** Told of a cell that is pointed at: a word of each side; undefined: none. */
export type OnCell = (words: { source: number; target: number } | undefined) => void;

export function heatMap(detail: SegmentDetail, texts: SentenceTexts, onCell: OnCell): HTMLElement {
  const { attention, sourceWords, targetWords } = detail;
  const head = make("tr", {}, make("td"));
  for (const { start, end } of sourceWords) {
    head.append(
      make(
        "th",
        { scope: "col", lang: texts.source },
        make("span", { class: "heat-column" }, texts.text.slice(start, end)),
      ),
    );
  }
  const body = make("tbody");
  targetWords.forEach(({ start, end }, target) => {
    const row = make("tr", {}, make("th", { scope: "row", lang: texts.target }, texts.translation.slice(start, end)));
    sourceWords.forEach((_, source) => {
      const weight = attention[target]?.[source] ?? 0;
      const cell = make("td", { class: "cell" }, weight < LEAST ? "" : weight.toFixed(2));
      cell.style.setProperty("--weight", weight.toFixed(3));
      cell.addEventListener("pointerenter", () => onCell({ source, target }));
      row.append(cell);
    });
    body.append(row);
  });
  const table = make("table", { class: "heat", "aria-labelledby": "heat-title" }, make("thead", {}, head), body);
  table.addEventListener("pointerleave", () => onCell(undefined));
  return make(
    "div",
    {},
    make(
      "p",
      { id: "heat-title", class: "explanation" },
      "How much each word of the translation looked at each word of the text, from 0 to 1",
    ),
    make("div", { class: "scroll", role: "region", "aria-labelledby": "heat-title", tabindex: 0 }, table),
  );
}
