/** What the server and a document's thread say to each other. */
import type { PlainError } from "../../base/plain-error.ts";
import type { DocumentFormat } from "../../documents/document-formats.ts";
import type { GlossaryEntry } from "../../glossary/glossary-entry.ts";
import type { MaskName } from "../../segments/masks.ts";
import type { TextCounts } from "../../segments/text-counts.ts";
import type { LineHypothesis, WantedLine } from "../../segments/translate-lines.ts";

/** What a thread is started with. */
export interface DocumentTask {
  bytes: Uint8Array;
  /** The file's name, for messages of errors. */
  name: string;
  format: DocumentFormat;
  /** Undefined where it is to be detected. */
  source: string | undefined;
  target: string;
  /** How models are shown placeables. */
  masks: MaskName;
  /** Bytes that it may have unpacked. */
  mostUnpacked: number;
}

/** What a document has to translate. */
export interface DocumentFacts {
  texts: number;
  /** UTF-16 units of them, tags left out. */
  characters: number;
  /** The beginning of them, which their language is detected from. */
  sample: string;
}

/** How a leg of the route reads texts. */
export interface LegTexts {
  /** The language that it translates from. */
  source: string;
  /** Entries of each of its glossaries. */
  glossaries: readonly (readonly GlossaryEntry[])[];
}

export type ThreadMessage =
  | { kind: "read"; facts: DocumentFacts }
  /** Lines to translate, by the model of a leg of the route. */
  | { kind: "ask"; leg: number; lines: WantedLine[] }
  | { kind: "done"; bytes: Uint8Array; counts: TextCounts }
  | { kind: "failed"; error: PlainError };

export type ServerMessage =
  /** After `read`: the legs of the route. */
  | { kind: "start"; legs: LegTexts[] }
  /** The hypotheses of each line, best first. */
  | { kind: "answer"; translations: LineHypothesis[][] };
