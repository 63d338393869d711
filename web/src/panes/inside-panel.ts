/** What the model saw in a sentence: links between words, the experts that took them, how sure it is of each. Which of these also paints the panes. */
import type { DetailedTranslation, ExpertLayer, SegmentDetail } from "../../../src/server/interactive/answers.ts";
import { byId, fillSelect } from "../dom.ts";
import { Stored } from "../stored.ts";
import { confidenceStep } from "../translation/confidence.ts";
import { firstExpert, layerName } from "../translation/experts.ts";
import { type Side, segmentTranslation, type WordPlace } from "../translation/passage.ts";
import { confidenceList } from "./confidence-list.ts";
import { expertList } from "./expert-list.ts";
import { heatMap, type OnCell, type SentenceTexts } from "./heat-map.ts";
import type { Paint } from "./painted-words.ts";

const views = ["links", "experts", "confidence"] as const;
type View = (typeof views)[number];

export interface InsidePanelEvents {
  /** How the panes are to be painted has changed. */
  onPaint(): void;
  /** A cell of the table is pointed at. */
  onCell(segment: number, words: Parameters<OnCell>[0]): void;
}

/** Pixels of a window from which the panel is open until somebody closes it. */
const WIDE = 832;

/** Letters of a sentence in the choice of sentences. */
const SENTENCE_LENGTH = 40;

export class InsidePanel {
  private readonly events: InsidePanelEvents;
  private readonly panel = byId("inside", HTMLDetailsElement);
  private readonly body = byId("inside-body");
  private readonly sentence = byId("sentence", HTMLSelectElement);
  private readonly layerSelects = {
    source: byId("source-layer", HTMLSelectElement),
    target: byId("target-layer", HTMLSelectElement),
  };
  private readonly radios = [...document.querySelectorAll<HTMLInputElement>('input[name="view"]')];
  private readonly storedView = new Stored("view");
  private readonly storedOpen = new Stored("inside");
  private view: View;
  private answer: DetailedTranslation | undefined;
  private texts: SentenceTexts = { text: "", translation: "", source: "", target: "" };
  private segment = 0;

  constructor(events: InsidePanelEvents) {
    this.events = events;
    this.view = views.find((each) => each === this.storedView.value) ?? "links";
    this.panel.open = this.storedOpen.value === undefined ? innerWidth >= WIDE : this.storedOpen.value === "open";
    for (const radio of this.radios) {
      radio.checked = radio.value === this.view;
      radio.addEventListener("change", () => {
        this.view = radio.value as View;
        this.storedView.value = this.view;
        this.refresh();
        events.onPaint();
      });
    }
    this.panel.addEventListener("toggle", () => {
      this.storedOpen.value = this.panel.open ? "open" : "closed";
      this.refresh();
      events.onPaint();
    });
    this.sentence.addEventListener("change", () => this.look(Number(this.sentence.value)));
    for (const select of Object.values(this.layerSelects)) {
      select.addEventListener("change", () => {
        this.refresh();
        events.onPaint();
      });
    }
  }

  /** Shows a translation of `text`; undefined: none. */
  show(answer: DetailedTranslation | undefined, text: string): void {
    this.answer = answer;
    const explained = answer?.segments.flatMap(({ detail }, i) => (detail === null ? [] : [i])) ?? [];
    this.panel.hidden = explained.length === 0;
    if (answer === undefined || explained.length === 0) return;
    const { translation, source, target } = answer;
    this.texts = { text, translation, source, target };
    if (!explained.includes(this.segment)) this.segment = explained[0]!;
    fillSelect(
      this.sentence,
      explained.map((segment) => [String(segment), shortened(segmentTranslation(answer, segment))] as const),
      String(this.segment),
    );
    byId("sentence-label").hidden = explained.length === 1;
    this.fillLayers("source");
    this.fillLayers("target");
    this.refresh();
  }

  /** Goes to a sentence, where it can be explained. */
  look(segment: number): void {
    if (segment === this.segment || this.detailOf(segment) === null) return;
    this.segment = segment;
    this.sentence.value = String(segment);
    this.refresh();
  }

  /** How a word is painted. */
  paintOf(side: Side, { segment, word }: WordPlace): Paint {
    const detail = this.detailOf(segment);
    if (detail === null || !this.panel.open) return {};
    if (this.view === "experts") {
      const layer = this.layerOf(detail, side);
      return { expert: layer && firstExpert(layer, word)?.expert };
    }
    const own = side === "target" && this.view === "confidence" ? detail.targetWords[word] : undefined;
    return { confidence: own && confidenceStep(own.logProbability) };
  }

  private detailOf(segment: number): SegmentDetail | null {
    return this.answer?.segments[segment]?.detail ?? null;
  }

  private layersOf(detail: SegmentDetail | null, side: Side): readonly ExpertLayer[] {
    return detail?.layers.filter((layer) => layer.side === side) ?? [];
  }

  private layerOf(detail: SegmentDetail, side: Side): ExpertLayer | undefined {
    const layers = this.layersOf(detail, side);
    return layers.find(({ layer }) => layer === this.layerSelects[side].value) ?? layers[0];
  }

  private fillLayers(side: Side): void {
    const layers = this.layersOf(this.detailOf(this.segment), side);
    const select = this.layerSelects[side];
    fillSelect(
      select,
      layers.map((layer) => [layer.layer, layerName(layer)] as const),
      select.value,
    );
  }

  private refresh(): void {
    const detail = this.detailOf(this.segment);
    for (const side of ["source", "target"] as const) {
      const isChoice = this.view === "experts" && this.layersOf(detail, side).length > 1;
      byId(`${side}-layer-label`).hidden = !isChoice;
    }
    if (detail === null || !this.panel.open) {
      this.body.replaceChildren();
      return;
    }
    this.body.replaceChildren(...this.content(detail));
  }

  private content(detail: SegmentDetail): (Node | string)[] {
    const { texts, segment } = this;
    if (this.view === "links") return [heatMap(detail, texts, (words) => this.events.onCell(segment, words))];
    if (this.view === "confidence") return [confidenceList(detail, texts)];
    const layers = (["source", "target"] as const).flatMap((side) => this.layerOf(detail, side) ?? []);
    if (layers.length === 0) return ["This model is not a mixture of experts: all of it works on every word."];
    return layers.map((layer) => expertList(detail, layer, texts));
  }
}

function shortened(text: string): string {
  return text.length <= SENTENCE_LENGTH ? text : `${text.slice(0, SENTENCE_LENGTH)} …`;
}
