/** The place where the page says what went wrong and what can be done. */
import { byId } from "../dom.ts";
import type { Advice } from "../server/failures.ts";

export class Notice {
  private readonly box = byId("notice");
  private readonly text = byId("notice-text");
  private readonly action = byId("notice-action");
  private timer: ReturnType<typeof setInterval> | undefined;
  private act: () => void = () => {};

  constructor() {
    this.action.addEventListener("click", () => this.act());
  }

  /** Shows advice; `askKey` opens the way to give a key, `retry` tries again at once. */
  show({ text, asksForKey, retryIn }: Advice, { askKey, retry }: { askKey: () => void; retry: () => void }): void {
    clearInterval(this.timer);
    this.text.textContent = text;
    this.act = asksForKey ? askKey : retry;
    this.action.textContent = asksForKey ? "Enter a key" : "Try again";
    this.action.hidden = false;
    this.box.hidden = false;
    if (retryIn !== undefined) this.countDown(retryIn);
  }

  /** Shows a text without anything to do. */
  tell(text: string): void {
    clearInterval(this.timer);
    this.text.textContent = text;
    this.action.hidden = true;
    this.box.hidden = false;
  }

  hide(): void {
    clearInterval(this.timer);
    this.box.hidden = true;
  }

  /** On the button, which no screen reader repeats by itself. */
  private countDown(seconds: number): void {
    let left = seconds;
    const show = () => {
      this.action.textContent = left > 0 ? `Try again (${left} s)` : "Try again";
    };
    show();
    this.timer = setInterval(() => {
      left--;
      show();
      if (left <= 0) clearInterval(this.timer);
    }, 1000);
  }
}
