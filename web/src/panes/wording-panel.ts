/** How words are to be translated: a glossary and an adapter of the server, terms of one's own, terms that stay as they are. Kept in the browser. */
import type { PairOffer } from "../../../src/server/interactive/answers.ts";
import type { Announcer } from "../announcer.ts";
import { byId, fillSelect, make } from "../dom.ts";
import type { Api, WordingFields } from "../server/api.ts";
import { Stored } from "../stored.ts";
import { MOST_TERMS, NO_WORDING, type PairWording, type Term, Wording, withTerm } from "../translation/wording.ts";
import type { LanguageBar } from "./language-bar.ts";

export interface WordingPanelParts {
  api: Api;
  languages: LanguageBar;
  announcer: Announcer;
  /** Texts are to be translated anew, soon or at once. */
  onChange(atOnce: boolean): void;
}

const NO_OFFER: PairOffer = { adapters: [], glossaries: [] };

export class WordingPanel {
  private readonly parts: WordingPanelParts;
  private readonly stored = new Stored("wording");
  private readonly wording = new Wording(this.stored.value);
  private readonly summary = byId("wording-summary");
  private readonly note = byId("wording-note");
  private readonly ofPair = byId("wording-pair");
  private readonly selects = {
    glossary: byId("glossary", HTMLSelectElement),
    adapter: byId("adapter", HTMLSelectElement),
  };
  private readonly source = byId("term-source", HTMLInputElement);
  private readonly target = byId("term-target", HTMLInputElement);
  private readonly list = byId("terms");
  private readonly keep = byId("keep", HTMLTextAreaElement);
  /** What the server offers for the pair. */
  private offer = NO_OFFER;
  private asking: AbortController | undefined;

  constructor(parts: WordingPanelParts) {
    this.parts = parts;
    this.keep.value = this.wording.keep;
    this.keep.addEventListener("input", () => {
      this.wording.keep = this.keep.value;
      this.changed(false);
    });
    for (const name of ["glossary", "adapter"] as const) {
      const select = this.selects[name];
      select.addEventListener("change", () => {
        this.set({ [name]: select.value });
        this.changed(true);
      });
    }
    // There may be new ones.
    byId("wording").addEventListener("toggle", () => void this.look());
    byId("term-form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.add({ source: this.source.value, target: this.target.value });
    });
  }

  /** What a request for a translation has of it. */
  get fields(): WordingFields {
    const { kept } = this.wording;
    const { terms, glossary, adapter } = this.isPair ? this.wording.of(this.pair) : NO_WORDING;
    return {
      ...(terms.length > 0 && { terms: [...terms] }),
      ...(this.offer.glossaries.some(({ id }) => id === glossary) && { glossaries: [glossary] }),
      ...(this.offer.adapters.includes(adapter) && { adapter }),
      ...(kept.length > 0 && { keep: kept }),
    };
  }

  /** Asks what the server has for the languages that are chosen now. Resolves once `fields` are those of the pair. */
  async look(): Promise<void> {
    const { source, target } = this.parts.languages.chosen;
    this.asking?.abort();
    const asking = new AbortController();
    this.asking = asking;
    const isKnown = source !== "auto" && source !== target && target !== "";
    // What is wrong with the server, the translation's own request tells.
    const offer = isKnown
      ? await this.parts.api.pair({ source, target }, asking.signal).catch(() => NO_OFFER)
      : NO_OFFER;
    if (this.asking !== asking) return;
    this.offer = offer;
    this.show();
  }

  private get pair(): string {
    const { source, target } = this.parts.languages.chosen;
    return `${source}-${target}`;
  }

  /** Whether terms with translations can be asked for. */
  private get isPair(): boolean {
    const { source, target } = this.parts.languages.chosen;
    return source !== "auto" && source !== target && this.offer.pivotLanguage === undefined;
  }

  private set(change: Partial<PairWording>): void {
    this.wording.set(this.pair, { ...this.wording.of(this.pair), ...change });
  }

  private changed(atOnce: boolean): void {
    this.stored.value = this.wording.toString();
    this.show();
    this.parts.onChange(atOnce);
  }

  private add(term: Term): void {
    const { terms } = this.wording.of(this.pair);
    const more = withTerm(terms, term);
    if (more === undefined) {
      const isFull = terms.length >= MOST_TERMS;
      this.parts.announcer.now(isFull ? `There are ${MOST_TERMS} terms already.` : "A term needs a translation.");
      (this.source.value.trim() === "" ? this.source : this.target).focus();
      return;
    }
    this.set({ terms: more });
    this.source.value = "";
    this.target.value = "";
    this.source.focus();
    this.changed(true);
    this.parts.announcer.now(`${term.source}: ${term.target}. Added.`);
  }

  private remove(index: number): void {
    const { terms } = this.wording.of(this.pair);
    this.set({ terms: terms.toSpliced(index, 1) });
    this.changed(true);
    this.parts.announcer.now(`${terms[index]!.source}: removed.`);
    const buttons = this.list.querySelectorAll("button");
    (buttons[Math.min(index, buttons.length - 1)] ?? this.source).focus();
  }

  private show(): void {
    const { languages } = this.parts;
    const { source, target } = languages.chosen;
    const { pivotLanguage, glossaries, adapters } = this.offer;
    const { terms, glossary, adapter } = this.wording.of(this.pair);
    this.ofPair.hidden = !this.isPair;
    this.note.hidden = this.isPair;
    this.note.textContent =
      pivotLanguage === undefined
        ? "Choose the language of the text to say how words are translated."
        : `${languages.nameOf(source)} is translated over ${languages.nameOf(pivotLanguage)}, so there are no terms with translations.`;
    fillSelect(
      this.selects.glossary,
      [["", "None"], ...glossaries.map(({ id, name, terms }) => [id, `${name} (${termCount(terms)})`] as const)],
      glossary,
    );
    fillSelect(this.selects.adapter, [["", "None"], ...adapters.map((name) => [name, name] as const)], adapter);
    byId("glossary-label").hidden = glossaries.length === 0;
    byId("adapter-label").hidden = adapters.length === 0;
    byId("term-source-name").textContent = this.isPair ? languages.nameOf(source) : "";
    byId("term-target-name").textContent = this.isPair ? languages.nameOf(target) : "";
    this.list.replaceChildren(...terms.map((term, i) => this.item(term, i)));
    this.summary.textContent = this.summaryOf();
  }

  private item({ source, target }: Term, index: number): HTMLLIElement {
    const codes = this.parts.languages.chosen;
    const button = make("button", { type: "button", class: "quiet", "aria-label": `Remove ${source}` }, "Remove");
    button.addEventListener("click", () => this.remove(index));
    const words = [make("span", { lang: codes.source }, source), " → ", make("span", { lang: codes.target }, target)];
    return make("li", {}, make("span", { class: "term" }, ...words), button);
  }

  /** What is in use, for when the panel is closed. */
  private summaryOf(): string {
    const { terms = [], glossaries = [], adapter, keep = [] } = this.fields;
    const glossary = this.offer.glossaries.find(({ id }) => id === glossaries[0]);
    const used = [
      ...(adapter === undefined ? [] : [adapter]),
      ...(glossary === undefined ? [] : [glossary.name]),
      ...(terms.length === 0 ? [] : [termCount(terms.length)]),
      ...(keep.length === 0 ? [] : [`${keep.length} as ${keep.length === 1 ? "it is" : "they are"}`]),
    ];
    return used.join(", ");
  }
}

function termCount(count: number): string {
  return count === 1 ? "1 term" : `${count} terms`;
}
