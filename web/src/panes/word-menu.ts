/** Other words for a place of the translation: those of the model, or one of a person's own. */
import type { OtherWord } from "../../../src/server/interactive/answers.ts";
import { byId, make } from "../dom.ts";
import { adviceOn } from "../server/failures.ts";
import { percent } from "../translation/confidence.ts";

/** What is asked for a place, and what becomes of a choice. */
export interface WordMenuRequest {
  /** The word that stands there. */
  word: string;
  /** Code of its language. */
  language: string;
  /** Its element, beside which the menu opens and which gets the focus back. */
  anchor: HTMLElement;
  find(signal: AbortSignal): Promise<readonly OtherWord[]>;
  /** A word of the model was chosen. */
  onChoose(word: OtherWord): void;
  /** A word of a person's own was. */
  onOwn(word: string): void;
}

/** Pixels between the word and the menu. */
const GAP = 6;

export class WordMenu {
  private readonly menu = byId("menu");
  private readonly title = byId("menu-title");
  private readonly status = byId("menu-status");
  private readonly list = byId("menu-words");
  private readonly own = byId("menu-text", HTMLInputElement);
  private request: WordMenuRequest | undefined;
  private search: AbortController | undefined;

  constructor() {
    byId("menu-close").addEventListener("click", () => this.close(true));
    byId("menu-own").addEventListener("submit", (event) => {
      event.preventDefault();
      const word = this.own.value.trim();
      const { request } = this;
      if (word === "" || request === undefined) return;
      this.close(true);
      request.onOwn(word);
    });
    this.menu.addEventListener("keydown", (event) => this.onKey(event));
    document.addEventListener("pointerdown", ({ target }) => {
      if (!this.menu.hidden && !this.menu.contains(target as Node)) this.close(false);
    });
    this.menu.addEventListener("focusout", ({ relatedTarget }) => {
      if (relatedTarget !== null && !this.menu.contains(relatedTarget as Node)) this.close(false);
    });
    addEventListener("resize", () => this.place());
  }

  open(request: WordMenuRequest): void {
    this.close(false);
    this.request = request;
    request.anchor.setAttribute("aria-expanded", "true");
    this.title.replaceChildren("Instead of ", make("q", { lang: request.language }, request.word));
    this.list.replaceChildren();
    this.own.value = "";
    this.own.lang = request.language;
    this.status.textContent = "Looking for other words …";
    this.menu.hidden = false;
    document.body.classList.add("menu-open");
    this.place();
    this.menu.focus({ preventScroll: true });
    this.uncover(request.anchor);
    void this.fill(request);
  }

  close(toAnchor: boolean): void {
    this.search?.abort();
    const { request } = this;
    this.request = undefined;
    if (request === undefined) return;
    this.menu.hidden = true;
    document.body.classList.remove("menu-open");
    request.anchor.removeAttribute("aria-expanded");
    if (toAnchor) request.anchor.focus();
  }

  private async fill(request: WordMenuRequest): Promise<void> {
    const search = new AbortController();
    this.search = search;
    try {
      const found = await request.find(search.signal);
      if (search.signal.aborted) return;
      const others = found.filter(({ word }) => word !== request.word);
      this.status.textContent = others.length === 0 ? "The model knows no other word for this place." : "";
      this.list.replaceChildren(...others.map((word) => make("li", {}, this.option(word, request))));
      this.place();
      this.uncover(request.anchor);
      if (document.activeElement === this.menu) this.options[0]?.focus({ preventScroll: true });
    } catch (error) {
      if (search.signal.aborted) return;
      this.status.textContent = adviceOn(error).text;
    }
  }

  private option(word: OtherWord, request: WordMenuRequest): HTMLButtonElement {
    const { language } = request;
    const button = make(
      "button",
      { type: "button", class: "option" },
      make("span", { class: "option-word", lang: language }, word.word),
      make("span", { class: "option-share" }, percent(word.probability)),
      make("span", { class: "option-text", lang: language }, word.translation),
    );
    button.addEventListener("click", () => {
      this.close(true);
      request.onChoose(word);
    });
    return button;
  }

  private get options(): HTMLButtonElement[] {
    return [...this.list.querySelectorAll("button")];
  }

  private onKey(event: KeyboardEvent): void {
    if (event.key === "Escape") {
      event.preventDefault();
      this.close(true);
      return;
    }
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    const stops: HTMLElement[] = [...this.options, this.own];
    const at = stops.indexOf(document.activeElement as HTMLElement);
    const step = event.key === "ArrowDown" ? 1 : -1;
    const next = at < 0 ? 0 : Math.min(Math.max(at + step, 0), stops.length - 1);
    stops[next]!.focus();
    event.preventDefault();
  }

  /** The word stays in sight: a menu at the foot of a narrow window would hide it. */
  private uncover(anchor: HTMLElement): void {
    const word = anchor.getBoundingClientRect();
    const menu = this.menu.getBoundingClientRect();
    const hidden = word.bottom + GAP - menu.top;
    if (getComputedStyle(this.menu).position === "fixed" && hidden > 0) scrollBy(0, hidden);
  }

  /** Under the word, or above it where there is more room. A narrow window shows it at its foot. */
  private place(): void {
    const { menu, request } = this;
    if (request === undefined || !request.anchor.isConnected) return;
    const word = request.anchor.getBoundingClientRect();
    const { offsetWidth: width, offsetHeight: height } = menu;
    const left = Math.max(8, Math.min(word.left, innerWidth - width - 8));
    const isBelow = word.bottom + GAP + height <= innerHeight || word.top < innerHeight - word.bottom;
    const top = isBelow ? word.bottom + GAP : word.top - GAP - height;
    menu.style.setProperty("--left", `${Math.round(left + scrollX)}px`);
    menu.style.setProperty("--top", `${Math.round(Math.max(8, top + scrollY))}px`);
  }
}
