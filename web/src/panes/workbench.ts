/** Text and translation at work: what is typed is asked for, what comes back is shown, and what is chosen is gone on from. */
import type { DetailedTranslation } from "../../../src/server/interactive/answers.ts";
import type { Announcer } from "../announcer.ts";
import { byId, make } from "../dom.ts";
import type { Api, Settings, TranslationRequest, WordingFields } from "../server/api.ts";
import { Choices } from "../translation/choices.ts";
import { linksOf } from "../translation/links.ts";
import { Live, type LiveState } from "../translation/live.ts";
import {
  commonStart,
  runsOf,
  type Side,
  segmentText,
  segmentTranslation,
  textBefore,
  type WordPlace,
  withWord,
  wordsOf,
} from "../translation/passage.ts";
import { InsidePanel } from "./inside-panel.ts";
import type { LanguageBar } from "./language-bar.ts";
import type { Notice } from "./notice.ts";
import { SourcePane } from "./source-pane.ts";
import { TargetPane } from "./target-pane.ts";
import { WordMenu } from "./word-menu.ts";

export interface WorkbenchParts {
  api: Api;
  languages: LanguageBar;
  notice: Notice;
  announcer: Announcer;
  /** How words are to be translated. */
  wording(): WordingFields;
  askKey(): void;
}

/** Further translations of each sentence, and words of a place. */
const ALTERNATIVES = 3;
const OTHER_WORDS = 8;

export class Workbench {
  private readonly parts: WorkbenchParts;
  private readonly source: SourcePane;
  private readonly target: TargetPane;
  private readonly inside: InsidePanel;
  private readonly menu = new WordMenu();
  private readonly choices = new Choices();
  private readonly live: Live<TranslationRequest, DetailedTranslation>;
  private readonly status = byId("status");
  private readonly copyButton = byId("copy");
  private readonly undoButton = byId("undo");
  private readonly alternatives = byId("alternatives");
  private isReady = false;
  private answer: DetailedTranslation | undefined;
  /** The text that the answer is of. */
  private answered = "";
  /** The sentence that was looked at last. */
  private segment = 0;
  /** Where the focus goes once the next answer is there. */
  private focusNext: { segment: number; start: number } | undefined;

  constructor(parts: WorkbenchParts) {
    this.parts = parts;
    this.source = new SourcePane({
      onText: (_, atOnce) => this.translate(atOnce),
      onWord: (place) => this.pointAt("source", place),
    });
    this.target = new TargetPane({
      onWord: (place) => this.pointAt("target", place),
      onOpen: (place, element) => this.openMenu(place, element),
    });
    this.inside = new InsidePanel({
      onPaint: () => this.paint(),
      onCell: (segment, words) => {
        this.source.words.link(segment, words && marked(words.source));
        this.target.words.link(segment, words && marked(words.target));
      },
    });
    this.live = new Live({
      ask: (request, signal) => parts.api.translate(request, signal),
      onState: (state, request) => this.onState(state, request),
    });
    this.copyButton.addEventListener("click", () => void this.copy());
    this.undoButton.addEventListener("click", () => {
      this.choices.clear();
      parts.announcer.now("Your choices are undone.");
      this.translate(true);
    });
  }

  /** The server is there; `text`: what to begin with. */
  start({ charLimit }: Settings, text: string): void {
    this.isReady = true;
    this.source.mostCharacters = charLimit;
    if (text !== "" && this.source.text === "") this.source.text = text;
    this.translate(true);
    this.source.focus();
  }

  /** Translates the text as it is, soon or at once. */
  translate(atOnce: boolean): void {
    const { text } = this.source;
    const { source, target } = this.parts.languages.chosen;
    this.showSource();
    if (!this.isReady || target === "") return;
    if (text.trim() === "" || this.source.isTooLong) {
      this.live.stop();
      if (text.trim() === "") this.showNothing();
      else
        this.parts.notice.tell("This text is longer than the server takes. Shorten it, or translate it as a document.");
      return;
    }
    const chosen = this.choices.in(text);
    this.live.want({ text, source, target, alternatives: ALTERNATIVES, chosen, ...this.parts.wording() }, atOnce);
  }

  /** What was chosen was for other languages; where they are turned round, the translation is the text to be translated next. */
  changeLanguages(isSwap: boolean): void {
    this.choices.clear();
    if (isSwap && this.answer !== undefined) this.source.text = this.answer.translation;
  }

  private onState(state: LiveState<DetailedTranslation>, request: TranslationRequest | undefined): void {
    this.target.isBusy = state.kind === "working";
    if (state.kind === "done") this.show(state.answer, request!.text, state.milliseconds);
    if (state.kind === "failed") {
      this.status.textContent = "";
      this.parts.notice.show(state.advice, { askKey: this.parts.askKey, retry: () => this.live.retry() });
    }
  }

  private show(answer: DetailedTranslation, text: string, milliseconds: number): void {
    const { languages, notice, announcer } = this.parts;
    this.menu.close(false);
    this.answer = answer;
    this.answered = text;
    this.segment = Math.min(this.segment, Math.max(0, answer.segments.length - 1));
    notice.hide();
    languages.showDetected(answer.detectedLanguage);
    this.source.language = answer.source;
    this.showSource();
    this.target.show(runsOf(answer.translation, answer.segments, "target"), answer.target);
    this.inside.show(answer, text);
    this.paint();
    this.showAlternatives();
    this.copyButton.hidden = answer.translation === "";
    this.undoButton.hidden = this.choices.in(text).length === 0;
    this.status.textContent = this.statusOf(answer, milliseconds);
    this.giveFocus(answer);
    announcer.soon(`Translation: ${answer.translation}`);
  }

  private statusOf({ source, target, pivotLanguage }: DetailedTranslation, milliseconds: number): string {
    const { languages } = this.parts;
    if (source === target) return `The text is in ${languages.nameOf(target)} already.`;
    const over = pivotLanguage === undefined ? "" : `over ${languages.nameOf(pivotLanguage)}, `;
    return `${over}${(milliseconds / 1000).toFixed(2)} s`;
  }

  private showNothing(): void {
    this.answer = undefined;
    this.answered = "";
    this.target.show([], "");
    this.inside.show(undefined, "");
    this.alternatives.hidden = true;
    this.copyButton.hidden = true;
    this.undoButton.hidden = true;
    this.status.textContent = "";
    this.parts.languages.showDetected(undefined);
    if (this.parts.api.key !== "" || this.isReady) this.parts.notice.hide();
  }

  /** Words of the text are told apart as far as it is what was answered. */
  private showSource(): void {
    const { text } = this.source;
    const same = commonStart(text, this.answered);
    const until = same === this.answered.length && same === text.length ? Number.POSITIVE_INFINITY : same - 1;
    this.source.show(runsOf(text, this.answer?.segments ?? [], "source", until));
    this.source.words.paint((place) => this.inside.paintOf("source", place));
  }

  private paint(): void {
    this.source.words.paint((place) => this.inside.paintOf("source", place));
    this.target.words.paint((place) => this.inside.paintOf("target", place));
  }

  private pointAt(side: Side, place: WordPlace | undefined): void {
    const detail = place && this.answer?.segments[place.segment]?.detail;
    if (place === undefined || !detail) {
      this.source.words.link();
      this.target.words.link();
      return;
    }
    const links = linksOf(detail, side, place.word);
    const [own, other] = side === "source" ? [this.source, this.target] : [this.target, this.source];
    own.words.link(place.segment, marked(place.word));
    other.words.link(place.segment, links);
    this.lookAt(place.segment);
  }

  private lookAt(segment: number): void {
    if (segment === this.segment) return;
    this.segment = segment;
    this.inside.look(segment);
    this.showAlternatives();
  }

  private showAlternatives(): void {
    const { answer, segment } = this;
    const others = answer?.segments[segment]?.alternatives ?? [];
    this.alternatives.hidden = others.length === 0;
    if (answer === undefined) return;
    const own = segmentText(answer, this.answered, segment);
    const items = others.map((text) => {
      const button = make("button", { type: "button", class: "alternative", lang: answer.target }, text);
      button.addEventListener("click", () => this.choose({ segment: own, prefix: text, complete: true }, segment, 0));
      return make("li", {}, button);
    });
    byId("alternatives-list").replaceChildren(...items);
  }

  private openMenu(place: WordPlace, anchor: HTMLElement): void {
    const { answer } = this;
    if (answer === undefined) return;
    const { segment } = place;
    const text = segmentText(answer, this.answered, segment);
    const before = textBefore(answer, place);
    const { source, target } = answer;
    const { adapter } = this.parts.wording();
    this.menu.open({
      word: anchor.textContent ?? "",
      language: target,
      anchor,
      find: async (signal) =>
        (await this.parts.api.words({ text, source, target, before, count: OTHER_WORDS, adapter }, signal)).words,
      onChoose: ({ prefix }) => this.choose({ segment: text, prefix }, segment, before.length),
      onOwn: (word) => this.choose({ segment: text, prefix: withWord(before, word) }, segment, before.length),
    });
  }

  /** Goes on from a choice; then the word at `start` of the segment's translation has the focus. */
  private choose(
    choice: { segment: string; prefix: string; complete?: boolean },
    segment: number,
    start: number,
  ): void {
    this.choices.choose(choice);
    this.focusNext = { segment, start };
    this.translate(true);
  }

  private giveFocus(answer: DetailedTranslation): void {
    const { focusNext } = this;
    this.focusNext = undefined;
    const own = focusNext && answer.segments[focusNext.segment];
    if (focusNext === undefined || own === undefined) return;
    const words = wordsOf(own.detail, "target");
    const word = words.findIndex(({ end }) => end > own.target.start + focusNext.start);
    this.target.focus({ segment: focusNext.segment, word: Math.max(0, word) });
    this.parts.announcer.now(`Now: ${segmentTranslation(answer, focusNext.segment)}`);
  }

  private async copy(): Promise<void> {
    const text = this.answer?.translation ?? "";
    let isCopied = true;
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      isCopied = copyBySelection(text);
    }
    this.copyButton.textContent = isCopied ? "Copied" : "Not copied";
    this.parts.announcer.now(isCopied ? "The translation is copied." : "The browser did not let this page copy.");
    setTimeout(() => {
      this.copyButton.textContent = "Copy";
    }, 2000);
  }
}

/** [words] one word alone. */
function marked(word: number): number[] {
  return Array.from({ length: word + 1 }, (_, i) => (i === word ? 1 : 0));
}

/** Where the page is served without TLS, browsers have no other way. */
function copyBySelection(text: string): boolean {
  const focused = document.activeElement as HTMLElement | null;
  const field = make("textarea", { class: "unseen", "aria-hidden": true });
  field.value = text;
  document.body.append(field);
  field.select();
  const isCopied = document.execCommand("copy");
  field.remove();
  focused?.focus();
  return isCopied;
}
