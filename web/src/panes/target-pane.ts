/** The translation: words that arrow keys go between, and that other words can be chosen for. One of them at a time can be reached by Tab. */
import { byId } from "../dom.ts";
import type { Run, WordPlace } from "../translation/passage.ts";
import { PaintedWords } from "./painted-words.ts";

export interface TargetPaneEvents {
  /** A word is pointed at or focused; undefined: none. */
  onWord(place: WordPlace | undefined): void;
  /** Other words are asked for. */
  onOpen(place: WordPlace, element: HTMLElement): void;
}

const forward = ["ArrowRight", "ArrowDown"];
const backward = ["ArrowLeft", "ArrowUp"];

export class TargetPane {
  readonly words: PaintedWords;
  private readonly events: TargetPaneEvents;
  private readonly paper = byId("translation");
  private readonly pane = this.paper.closest(".pane")!;
  private readonly empty = byId("empty");

  constructor(events: TargetPaneEvents) {
    this.events = events;
    this.words = new PaintedWords(this.paper, { role: "button", tabindex: -1, "aria-haspopup": "dialog" });
    const placeOf = ({ target }: Event) => this.words.placeOf(target as Element);
    this.paper.addEventListener("pointerover", (event) => events.onWord(placeOf(event)));
    this.paper.addEventListener("pointerleave", () => events.onWord(this.words.placeOf(document.activeElement)));
    this.paper.addEventListener("focusin", (event) => {
      this.makeReachable(event.target as HTMLElement);
      events.onWord(placeOf(event));
    });
    this.paper.addEventListener("focusout", () => events.onWord(undefined));
    this.paper.addEventListener("click", (event) => {
      // Somebody who selects text wants no menu.
      if (getSelection()?.isCollapsed === false) return;
      this.open(event.target as HTMLElement);
    });
    this.paper.addEventListener("keydown", (event) => this.onKey(event));
  }

  /** Shows a translation; `language` is its code. */
  show(runs: readonly Run[], language: string): void {
    const focused = this.words.elements.indexOf(document.activeElement as HTMLElement);
    this.paper.lang = language;
    this.words.show(runs);
    const { elements } = this.words;
    this.empty.hidden = runs.length > 0;
    const [first] = elements;
    if (first !== undefined) first.tabIndex = 0;
    if (focused >= 0) elements[Math.min(focused, elements.length - 1)]?.focus();
  }

  /** Whether a newer translation is on its way. */
  set isBusy(busy: boolean) {
    this.pane.setAttribute("aria-busy", String(busy));
  }

  focus(place: WordPlace): void {
    this.words.elementOf(place)?.focus();
  }

  private open(target: HTMLElement): void {
    const element = target.closest<HTMLElement>(".word");
    const place = this.words.placeOf(element);
    if (element !== null && place !== undefined) this.events.onOpen(place, element);
  }

  private onKey(event: KeyboardEvent): void {
    const { key } = event;
    const { elements } = this.words;
    const at = elements.indexOf(document.activeElement as HTMLElement);
    if (at < 0 || event.ctrlKey || event.metaKey || event.altKey) return;
    const step = forward.includes(key) ? 1 : backward.includes(key) ? -1 : 0;
    const next = key === "Home" ? 0 : key === "End" ? elements.length - 1 : at + step;
    if (key === "Enter" || key === " ") this.open(elements[at]!);
    else if (next !== at) elements[next]?.focus();
    else if (step === 0) return;
    event.preventDefault();
  }

  private makeReachable(element: HTMLElement): void {
    for (const each of this.words.elements) each.tabIndex = each === element ? 0 : -1;
  }
}
