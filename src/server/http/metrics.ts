/** Figures in the text format of Prometheus (version 0.0.4). */

export type Labels = Readonly<Record<string, string | number>>;

interface Metric {
  /** Lines with the values. */
  lines(): string[];
}

/** Bounds of a histogram of seconds. */
const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
/** Bounds of a histogram of lines. */
const LINES = [1, 2, 4, 8, 16, 32, 64, 128, 256];

/** Counts events by labels. */
class Counter implements Metric {
  private readonly name: string;
  private readonly values = new Map<string, number>();

  constructor(name: string) {
    this.name = name;
  }

  add(labels: Labels = {}, amount = 1): void {
    const key = labelText(labels);
    this.values.set(key, (this.values.get(key) ?? 0) + amount);
  }

  lines(): string[] {
    return [...this.values].map(([labels, value]) => `${this.name}${labels} ${value}`);
  }
}

/** Counts values up to each bound, by labels. */
class Histogram implements Metric {
  private readonly name: string;
  private readonly bounds: readonly number[];
  private readonly series = new Map<string, { labels: Labels; counts: number[]; sum: number; count: number }>();

  constructor(name: string, bounds: readonly number[]) {
    this.name = name;
    this.bounds = bounds;
  }

  observe(value: number, labels: Labels = {}): void {
    const key = labelText(labels);
    const series = this.series.get(key) ?? { labels, counts: this.bounds.map(() => 0), sum: 0, count: 0 };
    this.series.set(key, series);
    this.bounds.forEach((bound, i) => {
      if (value <= bound) series.counts[i]!++;
    });
    series.sum += value;
    series.count++;
  }

  lines(): string[] {
    return [...this.series.values()].flatMap(({ labels, counts, sum, count }) => [
      ...this.bounds.map((bound, i) => `${this.name}_bucket${labelText({ ...labels, le: bound })} ${counts[i]}`),
      `${this.name}_bucket${labelText({ ...labels, le: "+Inf" })} ${count}`,
      `${this.name}_sum${labelText(labels)} ${sum}`,
      `${this.name}_count${labelText(labels)} ${count}`,
    ]);
  }
}

/** Values that are asked for when they are needed, by their labels. */
class Reading implements Metric {
  private readonly name: string;
  private readonly read: () => readonly (readonly [Labels, number])[];

  constructor(name: string, read: () => readonly (readonly [Labels, number])[]) {
    this.name = name;
    this.read = read;
  }

  lines(): string[] {
    return this.read().map(([labels, value]) => `${this.name}${labelText(labels)} ${value}`);
  }
}

/** All figures of a server. */
export class Metrics {
  private readonly metrics: { head: string; metric: Metric }[] = [];
  private readonly preparations: (() => Promise<void>)[] = [];
  readonly requests = this.register("requests_total", "counter", "Requests by path and status.", (n) => new Counter(n));
  readonly seconds = this.register(
    "request_seconds",
    "histogram",
    "Time from a request to the end of its answer.",
    (name) => new Histogram(name, SECONDS),
  );
  readonly characters = this.register(
    "characters_total",
    "counter",
    "UTF-16 units of text translated, by languages.",
    (name) => new Counter(name),
  );
  readonly documents = this.register(
    "documents_total",
    "counter",
    "Documents by format, and whether they were translated.",
    (name) => new Counter(name),
  );
  readonly batchLines = this.register(
    "batch_lines",
    "histogram",
    "Lines translated together.",
    (name) => new Histogram(name, LINES),
  );

  /** A figure that `read` tells. */
  reading(name: string, type: "counter" | "gauge", help: string, read: () => number): void {
    this.register(name, type, help, (full) => new Reading(full, () => [[{}, read()]]));
  }

  /** Figures with several labels each. */
  table(
    name: string,
    type: "counter" | "gauge",
    help: string,
    read: () => readonly (readonly [Labels, number])[],
  ): void {
    this.register(name, type, help, (full) => new Reading(full, read));
  }

  /** `prepare` has resolved before a page is written; it must not reject. */
  beforePage(prepare: () => Promise<void>): void {
    this.preparations.push(prepare);
  }

  /** Several of one name: `read` tells them by the value of `label`. */
  readings(
    name: string,
    type: "counter" | "gauge",
    help: string,
    label: string,
    read: () => Readonly<Record<string, number>>,
  ): void {
    const labelled = () => Object.entries(read()).map(([value, figure]) => [{ [label]: value }, figure] as const);
    this.register(name, type, help, (full) => new Reading(full, labelled));
  }

  /** The whole page. */
  async text(): Promise<string> {
    await Promise.all(this.preparations.map((prepare) => prepare()));
    return this.metrics.map(({ head, metric }) => `${[head, ...metric.lines()].join("\n")}\n`).join("");
  }

  private register<M extends Metric>(name: string, type: string, help: string, make: (name: string) => M): M {
    const full = `nmt_${name}`;
    const metric = make(full);
    this.metrics.push({ head: `# HELP ${full} ${help}\n# TYPE ${full} ${type}`, metric });
    return metric;
  }
}

function labelText(labels: Labels): string {
  const entries = Object.entries(labels);
  if (entries.length === 0) return "";
  const escaped = (value: string) => value.replace(/\\/g, "\\\\").replace(/"/g, '\\"').replace(/\n/g, "\\n");
  return `{${entries.map(([name, value]) => `${name}="${escaped(String(value))}"`).join(",")}}`;
}
