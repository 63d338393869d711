/**
 * Lines of all requests for one model, translated together. Clients get equal shares of the characters: start-time fair queueing (Goyal,
 * Vin and Cheng 1996). Of the lines whose turn is near, those most similar in length to the first are taken with it.
 */
import type { SourceLine } from "../../decoding/translation.ts";
import type { BatchTranslator, LineTranslation } from "./batch-translator.ts";

export interface LineQueueOptions {
  /** Batches that the model works on side by side. */
  slots: number;
  /** Lines of a batch, at most. */
  batchSize: number;
  /** A slot that is free takes what waits once no line has come for so many milliseconds, or once there are enough of them. */
  maxDelay: number;
  /** Told of each batch when it starts: its lines. */
  onBatch?: (lines: number) => void;
  /** Told of each batch when it has ended: UTF-16 units of its lines. */
  onDone?: (characters: number) => void;
}

/** Lines of one request. */
export interface LineRequest {
  /** Who asks; requests of one client share its turn. */
  client: string;
  translator: BatchTranslator;
  lines: readonly SourceLine[];
  /** Aborted when nobody wants the result any more. */
  signal: AbortSignal;
}

interface OpenRequest {
  results: LineTranslation[];
  missing: number;
  settled: boolean;
  /** Those under way with lines of it. */
  batches: Set<OpenBatch>;
  resolve(results: LineTranslation[]): void;
  reject(reason: unknown): void;
}

interface OpenBatch {
  requests: ReadonlySet<OpenRequest>;
  stop: AbortController;
}

interface WaitingLine {
  line: SourceLine;
  /** Virtual time of its turn. */
  turn: number;
  arrived: number;
  request: OpenRequest;
  index: number;
}

/** Lines that are translated alike, by turn. */
interface Lane {
  lines: WaitingLine[];
  /** Whether a batch of another lane has started since these wait: then they wait for no others. */
  passed: boolean;
}

/** Lines that a batch is chosen from, as a multiple of its size. */
const CHOICE = 4;
/** One line in so many is taken because its turn has come, the others for their length: so none waits for ever shorter ones. */
const BY_TURN = 2;
/** Batches are not made smaller than this so that every slot has one: the work of a line is that of a larger batch from so many on. */
const LEAST_SHARE = 4;
/** So many lines don't wait for others: a slot that waits costs more than a batch that could be larger. */
const ENOUGH = 8;
/** Finished turns of clients are forgotten when there are more than this. */
const MOST_CLIENTS = 1000;

export class LineQueue {
  private readonly options: LineQueueOptions;
  /** What waits for each translator; none is empty. */
  private readonly lanes = new Map<BatchTranslator, Lane>();
  /** Virtual time at which each client's last line ends. */
  private readonly ends = new Map<string, number>();
  private virtualTime = 0;
  private underWay = 0;
  /** When the last batch ended: those who have their answers now may ask again. */
  private lastEnd = Number.NEGATIVE_INFINITY;
  private maxDelay: number;
  private timer: NodeJS.Timeout | undefined;

  constructor(options: LineQueueOptions) {
    this.options = options;
    this.maxDelay = options.maxDelay;
  }

  /** Lines that wait for a batch. */
  get waiting(): number {
    return [...this.lanes.values()].reduce((sum, { lines }) => sum + lines.length, 0);
  }

  /** Batches that are being translated. */
  get openBatches(): number {
    return this.underWay;
  }

  /** The lines' translations in order. Rejects with the signal's reason, and with an error of the batch that a line was in. */
  translate({ client, translator, lines, signal }: LineRequest): Promise<LineTranslation[]> {
    if (signal.aborted) return Promise.reject(signal.reason);
    if (lines.length === 0) return Promise.resolve([]);
    return new Promise((resolve, reject) => {
      const request: OpenRequest = {
        results: new Array(lines.length),
        missing: lines.length,
        settled: false,
        batches: new Set(),
        resolve,
        reject,
      };
      const onAbort = () => this.fail(request, signal.reason);
      signal.addEventListener("abort", onAbort, { once: true });
      const settle =
        <T>(how: (value: T) => void) =>
        (value: T) => {
          request.settled = true;
          signal.removeEventListener("abort", onAbort);
          how(value);
        };
      request.resolve = settle(resolve);
      request.reject = settle(reject);
      this.add(client, translator, lines, request);
      this.startBatches();
    });
  }

  /** From now on no line waits for others. */
  hurry(): void {
    this.maxDelay = 0;
    this.startBatches();
  }

  private add(client: string, translator: BatchTranslator, lines: readonly SourceLine[], request: OpenRequest): void {
    const lane = this.lanes.get(translator) ?? { lines: [], passed: false };
    const arrived = performance.now();
    let turn = Math.max(this.virtualTime, this.ends.get(client) ?? 0);
    lines.forEach((line, index) => {
      lane.lines.push({ line, turn, arrived, request, index });
      turn += line.text.length + 1;
    });
    this.ends.set(client, turn);
    if (this.ends.size > MOST_CLIENTS) {
      for (const [name, end] of this.ends) if (end <= this.virtualTime) this.ends.delete(name);
    }
    lane.lines.sort((a, b) => a.turn - b.turn);
    this.lanes.set(translator, lane);
  }

  private startBatches(): void {
    clearTimeout(this.timer);
    const busy = this.underWay;
    while (this.underWay < this.options.slots) {
      const next = this.nextLane();
      if (next === undefined) return;
      void this.run(next, this.takeBatch(next, busy));
    }
  }

  /** The lane whose first line has the earliest turn among those that need not wait; sets the timer for the others. */
  private nextLane(): BatchTranslator | undefined {
    const { batchSize } = this.options;
    const now = performance.now();
    let best: BatchTranslator | undefined;
    let bestTurn = Number.POSITIVE_INFINITY;
    let soonest = Number.POSITIVE_INFINITY;
    for (const [translator, { lines, passed }] of this.lanes) {
      const ready = passed || lines.length >= Math.min(batchSize, ENOUGH) ? now : this.readyTime(lines);
      if (ready > now) soonest = Math.min(soonest, ready);
      else if (lines[0]!.turn < bestTurn) {
        best = translator;
        bestTurn = lines[0]!.turn;
      }
    }
    if (best === undefined && soonest < Number.POSITIVE_INFINITY) {
      this.timer = setTimeout(() => this.startBatches(), Math.ceil(soonest - now));
    }
    return best;
  }

  /** When the lines need not wait for others any more. */
  private readyTime(lines: readonly WaitingLine[]): number {
    return Math.max(this.lastEnd, ...lines.map(({ arrived }) => arrived)) + this.maxDelay;
  }

  /** What a free slot gets; the `busy` ones will be free soon, and are to find something too. */
  private takeBatch(translator: BatchTranslator, busy: number): WaitingLine[] {
    const { batchSize, slots } = this.options;
    const { lines } = this.lanes.get(translator)!;
    const waiting = Math.min(lines.length, CHOICE * batchSize);
    const share = Math.max(Math.ceil(waiting / (slots - this.underWay + busy)), LEAST_SHARE);
    const size = Math.min(batchSize, share);
    const batch = lines.slice(0, Math.ceil(size / BY_TURN));
    const others = lines.slice(batch.length, waiting);
    const [first] = batch as [WaitingLine];
    const distance = ({ line }: WaitingLine) => Math.abs(line.text.length - first.line.text.length);
    others.sort((a, b) => distance(a) - distance(b) || a.turn - b.turn);
    batch.push(...others.slice(0, size - batch.length));
    this.virtualTime = Math.max(this.virtualTime, first.turn);
    const taken = new Set(batch);
    this.keep(translator, (line) => !taken.has(line));
    for (const [each, lane] of this.lanes) lane.passed = each !== translator;
    return batch;
  }

  private async run(translator: BatchTranslator, lines: readonly WaitingLine[]): Promise<void> {
    this.underWay++;
    this.options.onBatch?.(lines.length);
    const batch = { requests: new Set(lines.map(({ request }) => request)), stop: new AbortController() };
    for (const { batches } of batch.requests) batches.add(batch);
    let results: LineTranslation[] = [];
    let failure: { error: unknown } | undefined;
    try {
      results = await translator.translate(
        lines.map(({ line }) => line),
        batch.stop.signal,
      );
    } catch (error) {
      failure = { error };
    }
    for (const { batches } of batch.requests) batches.delete(batch);
    this.underWay--;
    this.lastEnd = performance.now();
    this.startBatches();
    this.options.onDone?.(lines.reduce((sum, { line }) => sum + line.text.length, 0));
    if (failure === undefined) await this.settle(lines, results);
    else for (const request of batch.requests) this.fail(request, failure.error);
  }

  /** Each request goes on in a turn of the event loop of its own: together they would keep others, such as /health, waiting. */
  private async settle(lines: readonly WaitingLine[], results: readonly LineTranslation[]): Promise<void> {
    for (const [i, { request, index }] of lines.entries()) {
      if (request.settled) continue;
      request.results[index] = results[i]!;
      if (--request.missing > 0) continue;
      request.resolve(request.results);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /** Drops the request's waiting lines, and stops batches that no other request waits for. */
  private fail(request: OpenRequest, reason: unknown): void {
    if (request.settled) return;
    request.reject(reason);
    for (const translator of [...this.lanes.keys()]) this.keep(translator, (line) => line.request !== request);
    for (const { requests, stop } of request.batches) if ([...requests].every(({ settled }) => settled)) stop.abort();
  }

  private keep(translator: BatchTranslator, wanted: (line: WaitingLine) => boolean): void {
    const lane = this.lanes.get(translator)!;
    lane.lines = lane.lines.filter(wanted);
    if (lane.lines.length === 0) this.lanes.delete(translator);
  }
}
