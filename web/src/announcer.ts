/** Tells people who hear the page what has changed, once it has settled. */
import { byId } from "./dom.ts";

/** Milliseconds without a further change after which it is told. */
const SETTLED = 1000;

export class Announcer {
  private readonly element = byId("announcer");
  private timer: ReturnType<typeof setTimeout> | undefined;

  /** Tells this soon, unless something else comes first. */
  soon(text: string): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.now(text), SETTLED);
  }

  /** Tells this now. */
  now(text: string): void {
    clearTimeout(this.timer);
    this.element.textContent = text;
  }
}
