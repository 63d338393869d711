/** The text to translate. Its words are painted on a sheet under the field, which has the same letters in the same places. */
import { byId } from "../dom.ts";
import type { Run, WordPlace } from "../translation/passage.ts";
import { PaintedWords } from "./painted-words.ts";

export interface SourcePaneEvents {
  /** The text has changed; `atOnce`: it is not being typed. */
  onText(text: string, atOnce: boolean): void;
  /** A word is pointed at, or has the caret; undefined: none. */
  onWord(place: WordPlace | undefined): void;
}

export class SourcePane {
  readonly words: PaintedWords;
  private readonly field = byId("text", HTMLTextAreaElement);
  private readonly sheet = byId("source-words");
  private readonly count = byId("text-count");
  private readonly clear = byId("clear");
  private limit = -1;

  constructor({ onText, onWord }: SourcePaneEvents) {
    this.words = new PaintedWords(this.sheet);
    const changed = (atOnce: boolean) => {
      this.update();
      onText(this.text, atOnce);
    };
    this.field.addEventListener("input", (event) => {
      changed((event as InputEvent).inputType === "insertFromPaste");
    });
    this.field.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
        event.preventDefault();
        changed(true);
      }
    });
    this.clear.addEventListener("click", () => {
      this.text = "";
      changed(true);
      this.field.focus();
    });
    this.field.addEventListener("pointermove", ({ clientX, clientY }) => onWord(this.wordAt(clientX, clientY)));
    this.field.addEventListener("pointerleave", () => onWord(this.wordAtCaret()));
    this.field.addEventListener("focus", () => onWord(this.wordAtCaret()));
    this.field.addEventListener("blur", () => onWord(undefined));
    document.addEventListener("selectionchange", () => {
      if (document.activeElement === this.field) onWord(this.wordAtCaret());
    });
    this.update();
  }

  get text(): string {
    return this.field.value;
  }

  set text(text: string) {
    this.field.value = text;
    this.update();
  }

  /** Code of the text's language; undefined where it is not known. */
  set language(code: string | undefined) {
    if (code === undefined) this.field.removeAttribute("lang");
    else this.field.lang = code;
  }

  /** Characters that the server takes; -1 for no bound. */
  set mostCharacters(limit: number) {
    this.limit = limit;
    this.update();
  }

  /** Whether the server will not take the text. */
  get isTooLong(): boolean {
    return this.limit > 0 && this.text.length > this.limit;
  }

  focus(): void {
    this.field.focus();
  }

  /** Shows the text in words; runs must be those of the text as it is. */
  show(runs: readonly Run[]): void {
    this.words.show(runs);
    // A line break at the end has a line behind it in a field, none on a sheet.
    this.sheet.append("\u200b");
  }

  private update(): void {
    const { text, limit } = this;
    this.show([{ text }]);
    const number = (value: number) => value.toLocaleString();
    this.count.textContent = `${number(text.length)}${limit > 0 ? ` of ${number(limit)}` : ""} characters`;
    this.count.classList.toggle("over", this.isTooLong);
    this.clear.hidden = text === "";
  }

  private wordAt(x: number, y: number): WordPlace | undefined {
    const [word] = document.elementsFromPoint(x, y).filter((each) => this.sheet.contains(each) && each !== this.sheet);
    return this.words.placeOf(word ?? null);
  }

  private wordAtCaret(): WordPlace | undefined {
    if (document.activeElement !== this.field) return undefined;
    const caret = this.field.selectionStart;
    let at = 0;
    for (const node of this.sheet.childNodes) {
      const end = at + (node.textContent?.length ?? 0);
      if (node instanceof HTMLElement && caret >= at && caret <= end) return this.words.placeOf(node);
      at = end;
    }
    return undefined;
  }
}
