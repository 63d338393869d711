/** The choice of two languages: from the server's pairs, remembered, turned round by one button. */
import { byId, fillSelect } from "../dom.ts";
import type { Language } from "../server/api.ts";
import { type LanguageChoice, languageNames, possibleChoice, swapped, targetsOf } from "../server/language-names.ts";
import { Stored } from "../stored.ts";

export class LanguageBar {
  private readonly source = byId("source-language", HTMLSelectElement);
  private readonly target = byId("target-language", HTMLSelectElement);
  private readonly swap = byId("swap", HTMLButtonElement);
  private readonly detected = byId("detected");
  private readonly stored = new Stored("languages");
  private readonly name = languageNames(navigator.languages);
  private languages: readonly Language[] = [];
  private choice: LanguageChoice = { source: "", target: "" };
  private detectedCode: string | undefined;
  private readonly onChange: (choice: LanguageChoice, isSwap: boolean) => void;

  /** `onChange` is told of each choice of a person. */
  constructor(onChange: (choice: LanguageChoice, isSwap: boolean) => void) {
    this.onChange = onChange;
    this.source.addEventListener("change", () => this.choose({ ...this.choice, source: this.source.value }));
    this.target.addEventListener("change", () => this.choose({ ...this.choice, target: this.target.value }));
    this.swap.addEventListener("click", () => {
      const turned = this.turned();
      if (turned !== undefined) this.choose(turned, true);
    });
  }

  get chosen(): LanguageChoice {
    return this.choice;
  }

  /** Shows the server's languages; `wanted` comes before what was chosen last time. */
  show(languages: readonly Language[], wanted: Partial<LanguageChoice>): void {
    this.languages = languages;
    const [source, target] = (this.stored.value ?? "").split(" ");
    this.set(possibleChoice(languages, { source: wanted.source ?? source!, target: wanted.target ?? target! }));
  }

  /** Shows which language a text is in; undefined where that is not asked for. */
  showDetected(found: { language: string; confidence: number } | undefined): void {
    this.detectedCode = found?.language;
    this.detected.textContent =
      found === undefined || found.confidence === 0
        ? ""
        : `${this.name(found.language)}, ${Math.round(found.confidence)} % sure`;
    this.swap.disabled = this.turned() === undefined;
  }

  /** A language as people call it. */
  nameOf(code: string): string {
    return this.name(code);
  }

  /** The code of the text's language, where it is chosen or was detected. */
  get sourceCode(): string | undefined {
    return this.choice.source === "auto" ? this.detectedCode : this.choice.source;
  }

  private choose(choice: LanguageChoice, isSwap = false): void {
    this.set(possibleChoice(this.languages, choice));
    this.stored.value = `${this.choice.source} ${this.choice.target}`;
    this.onChange(this.choice, isSwap);
  }

  private set(choice: LanguageChoice): void {
    const { languages, name } = this;
    this.choice = choice;
    const sources = languages.filter(({ targets }) => targets.length > 0).map(({ code }) => code);
    sources.sort((a, b) => name(a).localeCompare(name(b)));
    fillSelect(
      this.source,
      [["auto", "Detect language"], ...sources.map((code) => [code, name(code)] as const)],
      choice.source,
    );
    fillSelect(
      this.target,
      targetsOf(languages, choice.source, name).map((code) => [code, name(code)] as const),
      choice.target,
    );
    if (choice.source !== "auto") this.showDetected(undefined);
    this.swap.disabled = this.turned() === undefined;
  }

  private turned(): LanguageChoice | undefined {
    return swapped(this.languages, this.choice, this.detectedCode);
  }
}
