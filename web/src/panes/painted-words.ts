/** Words on either side of the page, and how they are painted: linked, by expert, by confidence. */
import { make } from "../dom.ts";
import { expertColour } from "../translation/experts.ts";
import type { Run, WordPlace } from "../translation/passage.ts";

/** How a word is painted beside its links. */
export interface Paint {
  /** Number of an expert. */
  expert?: number | undefined;
  /** Place in the steps of confidence. */
  confidence?: number | undefined;
}

/** Attributes of words' elements, by kind of pane. */
type WordAttributes = Readonly<Record<string, string | number | boolean>>;

export class PaintedWords {
  private readonly container: HTMLElement;
  private readonly attributes: WordAttributes;
  private words: { place: WordPlace; element: HTMLElement }[] = [];

  /** `attributes` are those of each word. */
  constructor(container: HTMLElement, attributes: WordAttributes = {}) {
    this.container = container;
    this.attributes = attributes;
  }

  show(runs: readonly Run[]): void {
    this.words = [];
    const nodes = runs.map(({ text, place }) => {
      if (place === undefined) return document.createTextNode(text);
      const element = make("span", { ...this.attributes, class: "word" }, text);
      this.words.push({ place, element });
      return element;
    });
    this.container.replaceChildren(...nodes);
  }

  get elements(): readonly HTMLElement[] {
    return this.words.map(({ element }) => element);
  }

  /** The word that an element is, or is in. */
  placeOf(element: Element | null): WordPlace | undefined {
    const word = element?.closest(".word");
    return this.words.find((each) => each.element === word)?.place;
  }

  elementOf({ segment, word }: WordPlace): HTMLElement | undefined {
    return this.words.find(({ place }) => place.segment === segment && place.word === word)?.element;
  }

  /** Links words of one segment, [words] from 0 to 1; without a segment none. */
  link(segment?: number, strengths: readonly number[] = []): void {
    for (const { place, element } of this.words) {
      const strength = place.segment === segment ? (strengths[place.word] ?? 0) : 0;
      element.classList.toggle("linked", strength > 0);
      if (strength > 0) element.style.setProperty("--link", strength.toFixed(2));
      else element.style.removeProperty("--link");
    }
  }

  /** Paints each word as `paintOf` says. */
  paint(paintOf: (place: WordPlace) => Paint): void {
    for (const { place, element } of this.words) {
      const { expert, confidence } = paintOf(place);
      paintExpert(element, expert);
      if (expert === undefined) delete element.dataset["expert"];
      else element.dataset["expert"] = String(expert);
      if (confidence === undefined) delete element.dataset["confidence"];
      else element.dataset["confidence"] = String(confidence);
    }
  }
}

/** Gives an element the colour of an expert, or takes it away. */
export function paintExpert(element: HTMLElement, expert: number | undefined): void {
  element.classList.toggle("by-expert", expert !== undefined);
  for (const part of ["hue", "tone"] as const) {
    if (expert === undefined) element.style.removeProperty(`--${part}`);
    else element.style.setProperty(`--${part}`, String(expertColour(expert)[part]));
  }
}
