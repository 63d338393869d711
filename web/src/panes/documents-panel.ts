/** Documents: chosen or dropped, sent with their progress, saved when they come back. */
import { byId, make } from "../dom.ts";
import type { Settings } from "../server/api.ts";
import { adviceOn } from "../server/failures.ts";
import type { LanguageChoice } from "../server/language-names.ts";
import { translateFile } from "../server/upload.ts";

export interface DocumentsPanelParts {
  languages(): LanguageChoice;
  key(): string;
  askKey(): void;
}

export class DocumentsPanel {
  private readonly parts: DocumentsPanelParts;
  private readonly file = byId("file", HTMLInputElement);
  private readonly drop = byId("drop");
  private readonly name = byId("file-name");
  private readonly start = byId("upload-start", HTMLButtonElement);
  private readonly cancel = byId("upload-cancel");
  private readonly progress = byId("upload-progress");
  private readonly bar = byId("upload-bar", HTMLProgressElement);
  private readonly status = byId("upload-status");
  private readonly done = byId("upload-done");
  private running: AbortController | undefined;

  constructor(parts: DocumentsPanelParts) {
    this.parts = parts;
    this.file.addEventListener("change", () => this.chosen());
    byId("upload").addEventListener("submit", (event) => {
      event.preventDefault();
      void this.send();
    });
    this.cancel.addEventListener("click", () => this.running?.abort());
    const over = (isOver: boolean) => (event: DragEvent) => {
      event.preventDefault();
      this.drop.classList.toggle("dragged", isOver);
    };
    this.drop.addEventListener("dragover", over(true));
    this.drop.addEventListener("dragleave", over(false));
    this.drop.addEventListener("drop", (event) => {
      over(false)(event);
      const files = event.dataTransfer?.files;
      if (files === undefined || files.length === 0 || this.file.disabled) return;
      this.file.files = files;
      this.chosen();
    });
  }

  /** What the server takes. */
  show({ filesTranslation, supportedFilesFormat }: Settings): void {
    this.file.disabled = !filesTranslation;
    this.drop.classList.toggle("off", !filesTranslation);
    if (!filesTranslation) {
      this.name.textContent = "This server does not translate documents";
      byId("formats").textContent = "Copy their text and paste it instead.";
      return;
    }
    this.file.accept = supportedFilesFormat.join(",");
    byId("formats").textContent = supportedFilesFormat.join(" ");
  }

  private chosen(): void {
    const file = this.file.files?.[0];
    this.start.disabled = file === undefined;
    this.done.replaceChildren();
    this.status.textContent = "";
    this.name.textContent = file?.name ?? "Choose a document, or drop it here";
  }

  private async send(): Promise<void> {
    const file = this.file.files?.[0];
    if (file === undefined || this.running !== undefined) return;
    const running = new AbortController();
    this.running = running;
    this.showRunning(true);
    try {
      const { source, target } = this.parts.languages();
      const address = await translateFile({
        file,
        source,
        target,
        key: this.parts.key(),
        onProgress: (sent) => this.showProgress(sent),
        signal: running.signal,
      });
      this.status.textContent = `${file.name} is translated.`;
      const download = translatedName(file.name, target);
      const link = make("a", { class: "primary", href: address, download }, "Save the translated document");
      this.done.replaceChildren(link);
      link.focus();
    } catch (error) {
      if (running.signal.aborted) this.status.textContent = "Cancelled.";
      else {
        const { text, asksForKey } = adviceOn(error);
        this.status.textContent = text;
        if (asksForKey) this.parts.askKey();
      }
    } finally {
      this.running = undefined;
      this.showRunning(false);
    }
  }

  private showRunning(isRunning: boolean): void {
    this.start.disabled = isRunning;
    this.cancel.hidden = !isRunning;
    this.progress.hidden = !isRunning;
    if (!isRunning) return;
    this.done.replaceChildren();
    this.showProgress(0);
  }

  private showProgress(sent: number): void {
    if (sent < 1) {
      this.bar.value = sent * 100;
      this.status.textContent = "Sending the document …";
    } else {
      // How far the server has come it does not tell.
      this.bar.removeAttribute("value");
      this.status.textContent = "The server is translating …";
    }
  }
}

/** `report.docx` → `report.de.docx`. */
function translatedName(name: string, target: string): string {
  const dot = name.lastIndexOf(".");
  return dot <= 0 ? `${name}.${target}` : `${name.slice(0, dot)}.${target}${name.slice(dot)}`;
}
