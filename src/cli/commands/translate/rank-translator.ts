/** Translates lines on all ranks of a job: rank 0 reads, hands out and writes, as one process does alone. */
import { lineWindows } from "../../../decoding/lines/line-windows.ts";
import type { SourceLine, Translation, TranslationCounts, TranslationWarning } from "../../../decoding/translation.ts";
import type { TranslateRun } from "../../../decoding/translator.ts";
import type { Communicator } from "../../../parallel/communicator.ts";
import { followWork, LedWork, ledInOrder } from "../../../parallel/led-work.ts";
import { partsByWeight } from "../../../parallel/parts.ts";
import type { WantedLine } from "../../../segments/translate-lines.ts";

/** What one process translates with: a stream of lines, or some of them that all are wanted alike. */
interface LineTranslator<Line extends string | SourceLine> {
  readonly counts: TranslationCounts;
  translate(lines: AsyncIterable<Line> | Line[], run?: Pick<TranslateRun, "firstLine">): AsyncIterable<Translation>;
  reportLongLine(line: number): void;
}

/** What a command translates with, on however many ranks. */
export interface OpenTranslator<Line extends string | SourceLine> {
  translate(lines: AsyncIterable<Line> | Line[]): AsyncIterable<Translation>;
  /** Counts and tells of a line that was too long to be read. */
  reportLongLine(line: number): void;
  /** What has been translated, once nothing more will be. */
  ended(): Promise<TranslationCounts>;
}

/**
 * Does `work` with a translator as `make` makes them, in a job with those of all ranks: rank 0 does it, and the others translate what it gives them. `warn`
 * hears, on rank 0, of what all have warned of.
 */
export async function withTranslator<Line extends string | SourceLine>(
  ranks: Communicator,
  warn: (warning: TranslationWarning) => void,
  make: (warn: (warning: TranslationWarning) => void) => LineTranslator<Line>,
  work: (translator: OpenTranslator<Line>) => Promise<void>,
): Promise<void> {
  if (ranks.rank === 0) {
    const own = make(warn);
    const alone = {
      translate: (lines: AsyncIterable<Line> | Line[]) => own.translate(lines),
      reportLongLine: (line: number) => own.reportLongLine(line),
      ended: async () => own.counts,
    };
    return work(ranks.size === 1 ? alone : new RankTranslator(ranks, own, warn));
  }
  const warnings: TranslationWarning[] = [];
  const own = make((warning) => warnings.push(warning));
  await followWork(ranks, partTranslation(own, warnings));
  await sumCounts(ranks, own.counts);
}

/** A line and its number. */
type Numbered<Line> = [number: number, line: Line];

interface TranslatedPart {
  translations: Translation[];
  warnings: TranslationWarning[];
}

/** Lines of a window for each rank, and the milliseconds to wait for another. */
const WINDOW = { lines: 2000, patience: 20 };

/** What a line costs besides its characters, in characters. */
const LINE_COST = 20;

/** The same translations as without ranks: a line's depend on that line and its number alone. */
class RankTranslator<Line extends string | SourceLine> implements OpenTranslator<Line> {
  private readonly ranks: Communicator;
  private readonly own: LineTranslator<Line>;
  private readonly led: LedWork<Numbered<Line>, TranslatedPart>;
  private readonly warn: (warning: TranslationWarning) => void;
  private readonly numbered = { plain: 0, aligned: 0 };

  constructor(ranks: Communicator, own: LineTranslator<Line>, warn: (warning: TranslationWarning) => void) {
    this.ranks = ranks;
    this.own = own;
    this.warn = warn;
    this.led = new LedWork(ranks, partTranslation(own, []));
  }

  async *translate(lines: AsyncIterable<Line> | Line[]): AsyncGenerator<Translation, void, undefined> {
    const { size } = this.ranks;
    const windows = lineWindows<Line>(lines, { ...WINDOW, lines: size * WINDOW.lines });
    const cut = (window: Line[]) => partsByWeight(this.number(window), size, ([, line]) => LINE_COST + lengthOf(line));
    for await (const parts of ledInOrder(this.led, windows, cut)) {
      for (const { translations, warnings } of parts) {
        for (const warning of warnings) this.warn(warning);
        yield* translations;
      }
    }
  }

  reportLongLine(line: number): void {
    this.own.reportLongLine(line);
  }

  async ended(): Promise<TranslationCounts> {
    await this.led.end();
    return sumCounts(this.ranks, this.own.counts);
  }

  /** Lines whose alignments are wanted are another translator's, which numbers them by itself. */
  private number(lines: readonly Line[]): Numbered<Line>[] {
    const kind = lines.some(wantsAlignment) ? "aligned" : "plain";
    return lines.map((line) => [++this.numbered[kind], line]);
  }
}

function partTranslation<Line extends string | SourceLine>(own: LineTranslator<Line>, warnings: TranslationWarning[]) {
  return async (items: Numbered<Line>[]): Promise<TranslatedPart> => {
    const translations: Translation[] = [];
    if (items.length > 0) {
      const lines = items.map(([, line]) => line);
      for await (const translation of own.translate(lines, { firstLine: items[0]![0] })) translations.push(translation);
    }
    return { translations, warnings: warnings.splice(0) };
  };
}

function wantsAlignment(line: string | WantedLine): boolean {
  return typeof line !== "string" && line.alignment === true;
}

function lengthOf(line: string | SourceLine): number {
  return (typeof line === "string" ? line : line.text).length;
}

async function sumCounts(ranks: Communicator, own: TranslationCounts): Promise<TranslationCounts> {
  const all = await ranks.gatherValues(own).ended();
  const sums = { ...own };
  for (const name of Object.keys(own) as (keyof TranslationCounts)[]) {
    sums[name] = all.reduce((sum, each) => sum + each[name], 0);
  }
  return sums;
}
