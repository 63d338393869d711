/**
 * What the server and its decoding process say to each other: plain JSON, a message each. A translation is of as many lines as a batch has,
 * so that messages are few.
 */
import type { PlainError } from "../../base/plain-error.ts";
import type { TranslateOptions } from "../../decoding/translate-options.ts";
import type { SourceLine } from "../../decoding/translation.ts";
import type { InferenceOptions } from "../../inference/open-model.ts";
import type { InspectAnswers, InspectRequest } from "../../inspection/inspector.ts";
import type { DirectoryLoad } from "./expert-loads.ts";

/** What is asked of the process, by kind, and what it answers. Models have the numbers that the server gave them. */
export interface Services {
  /** Opens a model. */
  load: { ask: { model: number; directory: string; engine: InferenceOptions }; answer: ModelFacts };
  /** Translates lines as one batch. */
  translate: {
    ask: { model: number; options: TranslateOptions; lines: readonly SourceLine[] };
    answer: { lines: TranslatedLine[]; counts: PieceCounts };
  };
  /** Explains translations, finds other words; `beamSize`: hypotheses kept for each sentence. */
  inspect: {
    ask: { model: number; beamSize: number; request: InspectRequest };
    answer: InspectAnswers[keyof InspectAnswers];
  };
  /** What experts have worked on since the process was started. */
  expertLoads: { ask: object; answer: DirectoryLoad[] };
}

/** One line's translations. */
export interface TranslatedLine {
  /** Alignments to four digits behind the point; `complete` where it is false. */
  hypotheses: { text: string; alignment?: number[][]; complete?: boolean }[];
  /** Whether it has more pieces than the model translates. */
  tooLong: boolean;
}

/** A question with its number; the answer has the same. */
export type Question = {
  [Kind in keyof Services]: { kind: Kind; id: number } & Services[Kind]["ask"];
}[keyof Services];

/** What is not answered: that nobody waits for an answer any more, that a model isn't needed any more. */
export type Notice = { kind: "cancel"; id: number } | { kind: "unload"; model: number };

/** `memory`: bytes that the process has in memory. */
export type Answer = { id: number; memory: number } & ({ value: unknown } | { error: PlainError });

/** What the server knows of an open model. */
export interface ModelFacts {
  /** Batches that it works on side by side. */
  parallelism: number;
  /** Codes of its languages, where its corpora name them. */
  languages: { sources: readonly string[]; targets: readonly string[] };
}

/** What was done for one batch. */
export interface PieceCounts {
  sourcePieces: number;
  targetPieces: number;
  /** Translations cut at their maximum length. */
  cut: number;
}
