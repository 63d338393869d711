/** Progress for people: one line that is redrawn on a terminal, plain lines now and then elsewhere. */
import { log, setLogSink } from "./logger.ts";

/** The part of a stream that progress needs; standard error by default. */
export interface ProgressStream {
  isTTY?: boolean;
  columns?: number;
  write(text: string): unknown;
}

export interface ProgressOptions {
  /** What is being done, such as `translate`. */
  label: string;
  /** What is counted, such as `sentences`. */
  unit: string;
  /** How many there are, when that is known. */
  total?: number;
  stream?: ProgressStream;
  /** Milliseconds between redraws on a terminal (default 100) or between lines elsewhere (default 10,000). */
  interval?: number;
  /** Milliseconds, for tests. */
  clock?: () => number;
}

const CLEAR_LINE = "\r\u001b[2K";

/** Messages logged while a progress line is shown appear above it. Call `end` to leave the last state behind. */
export class Progress {
  private readonly options: ProgressOptions;
  private readonly stream: ProgressStream;
  private readonly clock: () => number;
  private readonly interval: number;
  private readonly started: number;
  private drawn: number;
  private count = 0;
  private note = "";
  private restoreSink: (() => void) | undefined;

  constructor(options: ProgressOptions) {
    this.options = options;
    this.stream = options.stream ?? process.stderr;
    this.clock = options.clock ?? Date.now;
    this.interval = options.interval ?? (this.stream.isTTY === true ? 100 : 10_000);
    this.started = this.clock();
    this.drawn = this.started;
    if (this.stream.isTTY !== true) return;
    const previous = setLogSink((line) => {
      this.stream.write(`${CLEAR_LINE}${line}\n`);
      this.draw();
    });
    this.restoreSink = () => setLogSink(previous);
  }

  /** Sets how many are done; `note` is shown at the end of the line. */
  update(count: number, note = this.note): void {
    this.count = count;
    this.note = note;
    if (this.clock() - this.drawn >= this.interval) this.draw();
  }

  /** Shows the final state as a line that stays. May be called twice. */
  end(note = this.note): void {
    if (this.drawn === Number.POSITIVE_INFINITY) return;
    this.note = note;
    this.draw();
    if (this.stream.isTTY === true) this.stream.write("\n");
    this.restoreSink?.();
    this.drawn = Number.POSITIVE_INFINITY;
  }

  private draw(): void {
    this.drawn = this.clock();
    if (this.stream.isTTY !== true) {
      if (this.options.stream === undefined) log.info(this.line());
      else this.stream.write(`${this.line()}\n`);
      return;
    }
    this.stream.write(CLEAR_LINE + this.line().slice(0, (this.stream.columns ?? 80) - 1));
  }

  private line(): string {
    const { label, unit, total } = this.options;
    const seconds = (this.clock() - this.started) / 1000;
    const rate = seconds > 0 ? this.count / seconds : 0;
    const parts = [`${label}: ${formatCount(this.count)}`];
    if (total !== undefined) parts[0] += `/${formatCount(total)}`;
    parts[0] += ` ${unit}`;
    if (rate > 0) parts.push(`${formatCount(rate)}/s`);
    if (rate > 0 && total !== undefined && total > this.count) {
      parts.push(`${formatDuration((total - this.count) / rate)} left`);
    } else parts.push(formatDuration(seconds));
    if (this.note !== "") parts.push(this.note);
    return parts.join(", ");
  }
}

/** 950, 12.3k, 4.56M: three significant digits from a thousand on. */
export function formatCount(value: number): string {
  for (const [size, suffix] of [
    [1e9, "G"],
    [1e6, "M"],
    [1e3, "k"],
  ] as const) {
    if (value >= size * 0.9995) return `${Number((value / size).toPrecision(3))}${suffix}`;
  }
  return String(Number(value.toPrecision(3)));
}

/** 42s, 3m05s, 2h07m */
export function formatDuration(seconds: number): string {
  const whole = Math.round(seconds);
  const pad = (value: number) => String(value).padStart(2, "0");
  if (whole < 60) return `${whole}s`;
  if (whole < 3600) return `${Math.floor(whole / 60)}m${pad(whole % 60)}s`;
  return `${Math.floor(whole / 3600)}h${pad(Math.floor((whole % 3600) / 60))}m`;
}
