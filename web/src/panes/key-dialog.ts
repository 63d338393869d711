/** Asks for an API key, and remembers it for this visit or for good. */
import { byId } from "../dom.ts";
import { Stored } from "../stored.ts";

export class KeyDialog {
  private readonly dialog = byId("key-dialog", HTMLDialogElement);
  private readonly input = byId("key", HTMLInputElement);
  private readonly keep = byId("key-keep", HTMLInputElement);
  private readonly kept = new Stored("key");
  private readonly ofVisit = new Stored("key", "session");

  /** `onKey` gets a key that was entered; an empty one is none. */
  constructor(onKey: (key: string) => void) {
    byId("key-open").addEventListener("click", () => this.open());
    this.dialog.addEventListener("close", () => {
      if (this.dialog.returnValue !== "save") return;
      const key = this.input.value.trim();
      this.kept.value = this.keep.checked && key !== "" ? key : undefined;
      this.ofVisit.value = key === "" ? undefined : key;
      onKey(key);
    });
  }

  /** The key of this visit, or of an earlier one. */
  get key(): string {
    return this.ofVisit.value ?? this.kept.value ?? "";
  }

  open(): void {
    this.dialog.returnValue = "";
    this.input.value = this.key;
    this.keep.checked = this.kept.value !== undefined;
    this.dialog.showModal();
    this.input.select();
  }
}
