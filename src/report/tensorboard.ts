/** TensorBoard event files of a training run: one for each start of the run, each event on disk as soon as it is written. */
import { appendFileSync, mkdirSync, readdirSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { type EventMessage, encodeEvent, frameRecord, type Scalar } from "./event-message.ts";

export class EventFile {
  readonly path: string;

  /**
   * Begins a file in `directory` for a run that goes on after `step`; 0 for a new run. Files of earlier starts stay, and
   * readers forget their events after `step`, as TensorBoard does for any run that was restarted.
   */
  constructor(directory: string, step: number) {
    mkdirSync(directory, { recursive: true });
    this.path = freshPath(directory);
    // Append mode from the start: a reader that is watching sees whole events only.
    this.write({ step: 0, fileVersion: "brain.Event:2" });
    if (step > 0) this.write({ step: step + 1, sessionStart: true });
  }

  /**
   * Adds the values after `step`. Left out are those that no 32-bit float holds: beyond its range, infinite, or not a number. TensorBoard
   * would keep them, but as marks without a height, and `log.jsonl` and `nmt report` have no such values either.
   */
  scalars(step: number, values: readonly Scalar[]): void {
    const finite = values.filter(({ value }) => Number.isFinite(Math.fround(value)));
    if (finite.length > 0) this.write({ step, scalars: finite });
  }

  private write(event: Omit<EventMessage, "wallTime">): void {
    appendFileSync(this.path, frameRecord(encodeEvent({ wallTime: Date.now() / 1000, ...event })));
  }
}

/**
 * TensorBoard takes every file with "tfevents" in its name, in the order of the names, so a later start needs a name after all of
 * them, whatever the clock says and whichever program wrote them.
 */
function freshPath(directory: string): string {
  const events = readdirSync(directory).filter((name) => name.includes("tfevents"));
  const last = events.sort().at(-1) ?? "";
  const [, seconds, start] = /^events\.out\.tfevents\.(\d{1,15})\.(?:(\d{1,15})\.)?/.exec(last) ?? [];
  const candidates = [eventFileName(Math.floor(Date.now() / 1000), 0)];
  if (seconds !== undefined) {
    candidates.push(eventFileName(Number(seconds), Number(start ?? 0) + 1), eventFileName(Number(seconds) + 1, 0));
  }
  return join(directory, candidates.find((name) => name > last) ?? `${last}.${hostname()}`);
}

/** Seconds since 1970, and the number of the start among those of one second. */
function eventFileName(seconds: number, start: number): string {
  const [time, place] = [String(seconds).padStart(10, "0"), String(start).padStart(3, "0")];
  return `events.out.tfevents.${time}.${place}.${hostname()}`;
}
