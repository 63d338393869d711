/** How a document is translated: in a thread that reads and writes it, its lines over the route of its languages, beside everybody's texts. */
import type { SourceLine } from "../../decoding/translation.ts";
import type { LineHypothesis, WantedLine } from "../../segments/translate-lines.ts";
import type { LanguageDetector } from "../languages/language-detector.ts";
import type { Catalog, Leg } from "../models/catalog.ts";
import type { ModelPool } from "../models/model-pool.ts";
import type { Admission } from "../queue/admission.ts";
import { RequestError } from "../request-error.ts";
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
  /** Hypotheses of each line, of which the first that keeps tags and placeholders is taken. */
  nBest: number;
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
    const task = { bytes, name, format, source, target, mostUnpacked: limits.bytes * UNPACKED };
    const written = await runDocument(task, {
      signal,
      begin: (facts) => {
        begun = beginJob(job, facts, parts);
        return begun.source;
      },
      translate: (lines) => {
        job.expect(lines.length);
        return translateInPortions({
          lines,
          mostCharacters,
          signal,
          onDone: (count) => job.progress(count),
          hold: (characters) => admission.hold(client, characters, signal),
          translate: (portion) => follow(parts, begun!.route, client, portion, signal),
        });
      },
    });
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
 * The hypotheses of each line. Documents of a client are a client of their own for the queue, so that its sentences don't wait for them. Words are
 * aligned where one model translates all the way.
 */
async function follow(
  { pool, nBest }: JobTranslatorParts,
  route: readonly Leg[],
  client: string,
  lines: readonly WantedLine[],
  signal: AbortSignal,
): Promise<LineHypothesis[][]> {
  let found: LineHypothesis[][] = lines.map(({ text }) => [{ text }]);
  for (const leg of route) {
    const isLast = leg === route.at(-1);
    const sources = found.map(
      ([best], i): SourceLine => (leg === route[0] ? sourceLine(lines[i]!) : { text: best!.text }),
    );
    // What is wanted of a line chooses its lane.
    const lanes = new Map<string, number[]>();
    lines.forEach(({ several = false, alignment = false }, i) => {
      const lane = JSON.stringify({
        nBest: isLast && several ? nBest : 1,
        withAlignment: alignment && route.length === 1,
      });
      lanes.set(lane, [...(lanes.get(lane) ?? []), i]);
    });
    const results = new Array<LineHypothesis[]>(lines.length);
    const translate = async (wanted: string, indices: readonly number[]) => {
      const { source, target } = leg;
      const options = { source, target, ...(JSON.parse(wanted) as { nBest: number; withAlignment: boolean }) };
      const translations = await pool.use(leg.model, (served) =>
        served.queue.translate({
          client: `documents of ${client}`,
          translator: served.translator(options),
          lines: indices.map((i) => sources[i]!),
          signal,
        }),
      );
      // A line of too many pieces stays as it is.
      translations.forEach(({ hypotheses }, at) => {
        const i = indices[at]!;
        results[i] = hypotheses.length > 0 ? hypotheses : [{ text: sources[i]!.text }];
      });
    };
    await Promise.all([...lanes].map(([wanted, indices]) => translate(wanted, indices)));
    found = results;
  }
  return found;
}

function sourceLine({ several, alignment, ...line }: WantedLine): SourceLine {
  return line;
}
