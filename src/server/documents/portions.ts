/** Lines of a document, handed to the queue in portions, so that it never has more than a part of a long one. */
import { setTimeout as pause } from "node:timers/promises";
import { Turns } from "../../base/threads/turns.ts";
import type { LineHypothesis, WantedLine } from "../../segments/translate-lines.ts";
import { RequestError } from "../request-error.ts";

export interface PortionedLines {
  lines: readonly WantedLine[];
  /** Hypotheses of each line, best first. */
  translate(lines: readonly WantedLine[]): Promise<LineHypothesis[][]>;
  /** Waits until there is room for so many UTF-16 units; the function that it gives makes it free again. */
  hold(characters: number): Promise<() => void>;
  /** UTF-16 units that a portion may have, unless it is one line. */
  mostCharacters: number;
  /** Told of each portion when it is done: its lines. */
  onDone?: (lines: number) => void;
  signal: AbortSignal;
}

/** Lines of a portion, at most: a few batches. */
const LINES = 256;
/** Portions of a document that are in the queue, so that it doesn't run dry between two. */
const AT_ONCE = 2;
/** Times that a portion is tried again where the server can't translate now. */
const RETRIES = 5;

/** The translations of all lines. Rejects with what `translate` rejects with, and with the signal's reason. */
export async function translateInPortions({
  lines,
  translate,
  hold,
  mostCharacters,
  onDone,
  signal,
}: PortionedLines): Promise<LineHypothesis[][]> {
  const run = async (portion: readonly WantedLine[]) => {
    signal.throwIfAborted();
    const release = await hold(portion.reduce((sum, { text }) => sum + text.length, 0));
    try {
      const translations = await withRetries(() => translate(portion), signal);
      onDone?.(portion.length);
      return translations;
    } finally {
      release();
    }
  };
  const turns = new Turns(AT_ONCE);
  return (await turns.takeAll(portionsOf(lines, mostCharacters).map((portion) => () => run(portion)))).flat();
}

function portionsOf(lines: readonly WantedLine[], mostCharacters: number): WantedLine[][] {
  const portions: WantedLine[][] = [];
  let characters = Number.POSITIVE_INFINITY;
  for (const line of lines) {
    if (characters + line.text.length > mostCharacters || portions.at(-1)!.length === LINES) {
      portions.push([]);
      characters = 0;
    }
    portions.at(-1)!.push(line);
    characters += line.text.length;
  }
  return portions;
}

/** Again after a while where a model can't be used now: its process is being started again, say. */
async function withRetries<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
  for (let tried = 0; ; tried++) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof RequestError) || error.status !== 503 || tried === RETRIES) throw error;
      await pause((error.retryAfter ?? 1) * 1000, undefined, { signal });
    }
  }
}
