/** How a document is translated: in a thread that reads and writes it, its lines over the route of its languages, beside everybody's texts. */
import type { MaskName } from "../../segments/masks.ts";
import type { TextCounts } from "../../segments/text-counts.ts";
import type { LineHypothesis, WantedLine } from "../../segments/translate-lines.ts";
import type { PairGlossaries } from "../glossaries/pair-glossaries.ts";
import type { LanguageDetector } from "../languages/language-detector.ts";
import type { Catalog, Leg } from "../models/catalog.ts";
import type { ModelPool } from "../models/model-pool.ts";
import type { Admission } from "../queue/admission.ts";
import { RequestError } from "../request-error.ts";
import { queuedLines } from "../texts/queued-lines.ts";
import type { DocumentJob } from "./document-job.ts";
import type { DocumentLimits, TranslateJob } from "./document-store.ts";
import type { DocumentFacts } from "./messages.ts";
import { translateInPortions } from "./portions.ts";
import { runDocument } from "./run-document.ts";

export interface JobTranslatorParts {
  catalog: Catalog;
  pool: ModelPool;
  admission: Admission;
  detect: LanguageDetector;
  limits: DocumentLimits;
  /** How models are shown placeables. */
  masks: MaskName;
  /** Those of the server. */
  glossaries: PairGlossaries;
  /** What became of the segments of all documents and texts. */
  counts: TextCounts;
  /** UTF-16 units that the server accepts at once. */
  waiting: number;
  /** Told of each document that was translated. */
  onDone?: (job: DocumentJob, source: string) => void;
}

/** Texts may have so many times the bytes that a document may have, since a Word document is packed. */
const UNPACKED = 8;
/** UTF-16 units of a portion, and their share of what the server accepts at once. */
const PORTION = 16_000;
const SHARE = 1 / 4;

export function jobTranslator(parts: JobTranslatorParts): TranslateJob {
  const { admission, limits } = parts;
  const mostCharacters = Math.min(PORTION, Math.ceil(parts.waiting * SHARE));
  return async (job) => {
    const { signal, upload } = job;
    const { client, bytes, name, format, source, target } = upload;
    let begun: { source: string; route: readonly Leg[] } | undefined;
    const task = { bytes, name, format, source, target, masks: parts.masks, mostUnpacked: limits.bytes * UNPACKED };
    const { bytes: written, counts } = await runDocument(task, {
      signal,
      begin: (facts) => {
        begun = beginJob(job, facts, parts);
        const { route } = begun;
        const own = route.length === 1 ? (upload.glossaries ?? []) : [];
        return route.map((leg) => ({
          source: leg.source,
          glossaries: [...own, ...parts.glossaries.of(leg)].map(({ entries }) => entries),
        }));
      },
      translate: (lines, leg) => {
        job.expect(lines.length);
        return translateInPortions({
          lines,
          mostCharacters,
          signal,
          onDone: (count) => job.progress(count),
          hold: (characters) => admission.hold(client, characters, signal),
          translate: (portion) => translateLines(parts, begun!.route[leg]!, client, portion, signal),
        });
      },
    });
    for (const name of Object.keys(counts) as (keyof TextCounts)[]) parts.counts[name] += counts[name];
    parts.onDone?.(job, begun!.source);
    return written;
  };
}

/** Throws RequestError: 413 for more text than is allowed, 400 for a pair without a way, what detecting the language throws. */
function beginJob(job: DocumentJob, { texts, characters, sample }: DocumentFacts, parts: JobTranslatorParts) {
  const { upload } = job;
  const { limits, catalog, detect } = parts;
  if (limits.characters > 0 && characters > limits.characters) {
    throw new RequestError(413, `The document has ${characters} characters; this server takes ${limits.characters}.`, {
      nextStep: "Split it.",
    });
  }
  const source = upload.source ?? (texts === 0 ? upload.target : detect(sample)[0]!.language);
  const route = catalog.route(source, upload.target);
  if (route === undefined) throw noRoute(catalog, source, upload.target);
  job.characters = characters;
  upload.onRead?.(texts);
  return { source, route };
}

/** A pair that no models translate. */
export function noRoute(catalog: Catalog, source: string, target: string): RequestError {
  return new RequestError(400, `No model translates ${source} into ${target}.`, {
    nextStep: `Targets of ${source} are: ${catalog.targetsOf(source).join(", ")}.`,
  });
}

/**
 * The hypotheses of each line. Documents of a client are a client of their own for the queue, so that its sentences don't wait for them. A line of too
 * many pieces has none, and stays as it is.
 */
async function translateLines(
  { pool }: JobTranslatorParts,
  leg: Leg,
  client: string,
  lines: readonly WantedLine[],
  signal: AbortSignal,
): Promise<LineHypothesis[][]> {
  return pool.use(leg.model, async (served) => {
    const translate = queuedLines(served, {
      leg,
      variants: 1,
      client: `documents of ${client}`,
      signal,
      leavesTooLong: true,
    });
    const found: LineHypothesis[][] = [];
    for await (const { hypotheses } of translate([...lines])) found.push([...hypotheses]);
    return found;
  });
}
