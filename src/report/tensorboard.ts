/** TensorBoard event files of a training run: one for each start of the run, each event on disk as soon as it is written. */
import { appendFileSync, existsSync, mkdirSync } from "node:fs";
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

  /** Adds the values after `step`. Those that are not finite are left out, for a curve has no place for them. */
  scalars(step: number, values: readonly Scalar[]): void {
    const finite = values.filter(({ value }) => Number.isFinite(value));
    if (finite.length > 0) this.write({ step, scalars: finite });
  }

  private write(event: Omit<EventMessage, "wallTime">): void {
    appendFileSync(this.path, frameRecord(encodeEvent({ wallTime: Date.now() / 1000, ...event })));
  }
}

/** TensorBoard reads the files of a directory in the order of their names, so a later start needs a later name. */
function freshPath(directory: string): string {
  const seconds = String(Math.floor(Date.now() / 1000)).padStart(10, "0");
  for (let start = 0; ; start++) {
    const path = join(directory, `events.out.tfevents.${seconds}.${String(start).padStart(3, "0")}.${hostname()}`);
    if (!existsSync(path)) return path;
  }
}
