/** `nmt translate --tm`: translations that are taken from translation memories instead of the model. */
import type { Options } from "yargs";
import { UsageError } from "../../../base/errors.ts";
import { log } from "../../../base/logger.ts";
import type { Segment } from "../../../documents/segments/document.ts";
import type { MemoryHit } from "../../../memory/translation-memory.ts";
import { LINE_OPTIONS, type LineArguments } from "./document-options.ts";
import type { Direction } from "./reranking.ts";

export interface MemoryArguments {
  tm: string[] | undefined;
  tm_threshold: number;
}

export const memoryOptions = {
  tm: {
    type: "string",
    array: true,
    describe: "Translation memories, TMX or other files that nmt data import reads: what they have is taken from them",
  },
  tm_threshold: {
    type: "number",
    default: 100,
    describe: "Least similarity of a text in them, in per cent of its letters; 100: the same text",
  },
} satisfies Record<string, Options>;

/** A memory as one translation asks it. */
export interface OpenMemory {
  recall(segment: Segment): MemoryHit | undefined;
  /** Says how much came from it; `texts` were asked for. */
  report(): void;
}

/** Undefined where no memory is named. Throws UsageError for a wrong threshold and beside options that it has no place for, DataError for its files. */
export async function openMemory(
  args: MemoryArguments & LineArguments,
  direction: Direction,
): Promise<OpenMemory | undefined> {
  const { tm, tm_threshold: threshold } = args;
  if (tm === undefined || tm.length === 0) return undefined;
  if (!(threshold >= 50 && threshold <= 100)) {
    throw new UsageError(`--tm_threshold is ${threshold}`, {
      where: "--tm_threshold",
      nextStep: "Give per cent from 50 to 100; 75 is usual for similar texts.",
    });
  }
  const other =
    args.n_best > 1 ? "n_best" : LINE_OPTIONS.find((name) => args[name] !== undefined && args[name] !== false);
  if (other !== undefined) {
    throw new UsageError(`--tm and --${other} do not go together`, {
      where: "--tm",
      nextStep: "Leave out one of them: a memory has one translation of a text, without scores.",
    });
  }
  const { loadMemory } = await import("../../../memory/load-memory.ts");
  const { recallSegment } = await import("../../../memory/recall-segment.ts");
  const memory = await loadMemory(tm, { sourceLanguage: direction.source, targetLanguage: direction.target });
  log.info(`translation memory: ${memory.size} texts`);
  const counts = { texts: 0, exact: 0, similar: 0 };
  return {
    recall: (segment) => {
      counts.texts++;
      const hit = recallSegment(memory, segment, threshold / 100);
      if (hit !== undefined) counts[hit.similarity === 1 ? "exact" : "similar"]++;
      return hit;
    },
    report: () => {
      const similar = threshold < 100 ? `, ${counts.similar} similar by ${threshold} % or more` : "";
      log.info(`translation memory: ${counts.exact} of ${counts.texts} texts are there${similar}`);
    },
  };
}

/** Lines whose translations are in the memory don't go to `translate`; the others' come between them in their order. */
export async function* withMemory(
  lines: AsyncIterable<string>,
  memory: OpenMemory | undefined,
  translate: (lines: AsyncIterable<string>) => AsyncIterable<string>,
): AsyncGenerator<string> {
  if (memory === undefined) {
    yield* translate(lines);
    return;
  }
  /** Of lines that were read and not written: a translation, or none yet. */
  const waiting: (string | undefined)[] = [];
  async function* unknown(): AsyncGenerator<string> {
    for await (const line of lines) {
      const hit = line.trim() === "" ? undefined : memory!.recall(asSegment(line));
      waiting.push(hit?.target.replace(/\s*\n\s*/g, " "));
      if (hit === undefined) yield line;
    }
  }
  for await (const translation of translate(unknown())) {
    yield* known(waiting);
    waiting.shift();
    yield translation;
  }
  yield* known(waiting);
}

function* known(waiting: (string | undefined)[]): Generator<string> {
  while (waiting.length > 0 && waiting[0] !== undefined) yield waiting.shift()!;
}

function asSegment(text: string): Segment {
  return { text, current: text, state: "new", line: 1, tags: [] };
}
