/** Texts → translations: source language, segments, route, queue of each model on it, texts again. Knows nothing of HTTP. */
import type { DetectedLanguage, LanguageDetector } from "./languages/language-detector.ts";
import type { Catalog, Leg } from "./models/catalog.ts";
import type { ModelPool } from "./models/model-pool.ts";
import { acceptedWork } from "./queue/accepted-work.ts";
import type { Admission } from "./queue/admission.ts";
import type { LineTranslation } from "./queue/batch-translator.ts";
import { RequestError } from "./request-error.ts";
import type { SegmentedText, TextFormat, TextSegmenter } from "./text/segmented-text.ts";

/** What a client asks for. Languages are codes of the catalog. */
export interface TextsRequest {
  client: string;
  texts: readonly string[];
  /** Undefined: detected for each text. */
  source: string | undefined;
  target: string;
  format: TextFormat;
  /** Further translations of each text. */
  alternatives: number;
  /** Aborted when the client has gone away. */
  signal: AbortSignal;
}

export interface TranslatedText {
  text: string;
  /** Best first; fewer where the model found fewer. */
  alternatives: string[];
  source: string;
  /** Where the source was to be detected. */
  detected?: DetectedLanguage;
  /** The language between, where there is no model of the pair. */
  pivot?: string;
}

export interface TranslationServiceParts {
  catalog: Catalog;
  pool: ModelPool;
  admission: Admission;
  detect: LanguageDetector;
  segment: TextSegmenter;
  /** Milliseconds that a request may take. */
  timeLimit: number;
}

interface PreparedText {
  source: string;
  detected: DetectedLanguage | undefined;
  segmented: SegmentedText;
  route: readonly Leg[];
}

export class TranslationService {
  private readonly parts: TranslationServiceParts;

  constructor(parts: TranslationServiceParts) {
    this.parts = parts;
  }

  /** The languages that a text may be in. Throws RequestError where the server cannot detect any. */
  detect(text: string): DetectedLanguage[] {
    return this.parts.detect(text);
  }

  /**
   * One translation for each text, in order. Throws RequestError: 400 for a pair without a way, 413 for text that is too long, 429 and
   * 503 where the server takes no more, 504 after the time limit; the signal's reason; errors of loading a model.
   */
  async translate(request: TextsRequest): Promise<TranslatedText[]> {
    const characters = request.texts.reduce((sum, { length }) => sum + length, 0);
    const { client, signal } = request;
    return acceptedWork(this.parts, { client, characters, signal }, (stop) => {
      const prepared = request.texts.map((text) => this.prepare(text, request));
      return this.translatePrepared(prepared, request, stop);
    });
  }

  private prepare(text: string, { source: given, target, format }: TextsRequest): PreparedText {
    const segmented = this.parts.segment(text, format);
    const detected = given === undefined ? this.detectSource(text, segmented, target) : undefined;
    const source = given ?? detected!.language;
    const route = this.parts.catalog.route(source, target);
    if (route === undefined) {
      const targets = this.parts.catalog.targetsOf(source).join(", ");
      throw new RequestError(400, `No model translates ${source} into ${target}.`, {
        nextStep: `Targets of ${source} are: ${targets}.`,
      });
    }
    return { source, detected, segmented, route };
  }

  /** A text with nothing to translate needs no language. */
  private detectSource(text: string, { segments }: SegmentedText, target: string): DetectedLanguage {
    return segments.length === 0 ? { language: target, confidence: 0 } : this.parts.detect(text)[0]!;
  }

  private async translatePrepared(
    prepared: readonly PreparedText[],
    request: TextsRequest,
    signal: AbortSignal,
  ): Promise<TranslatedText[]> {
    const results = new Array<TranslatedText>(prepared.length);
    const sources = new Set(prepared.map(({ source }) => source));
    const translateFrom = async (source: string) => {
      const indices = [...prepared.keys()].filter((i) => prepared[i]!.source === source);
      const lines = indices.flatMap((i) => prepared[i]!.segmented.segments);
      const { route } = prepared[indices[0]!]!;
      const found = await this.follow(route, lines, request, signal);
      let start = 0;
      for (const i of indices) {
        const count = prepared[i]!.segmented.segments.length;
        results[i] = joined(prepared[i]!, found.slice(start, start + count), request.alternatives);
        start += count;
      }
    };
    await Promise.all([...sources].map(translateFrom));
    return results;
  }

  /** The texts found for each line, best first, one at least. */
  private async follow(
    route: readonly Leg[],
    lines: readonly string[],
    { client, alternatives }: TextsRequest,
    signal: AbortSignal,
  ): Promise<string[][]> {
    let found = lines.map((line) => [line]);
    if (lines.length === 0) return found;
    for (const { model, source, target } of route) {
      const nBest = model === route.at(-1)!.model ? alternatives + 1 : 1;
      const best = found.map((texts) => texts[0]!);
      const translations = await this.parts.pool.use(model, (served) => {
        const translator = served.translator({ source, target, nBest, withAlignment: false });
        return served.queue.translate({ client, translator, lines: best.map((text) => ({ text })), signal });
      });
      found = translations.map((translation, i) => textsOf(translation, best[i]!));
    }
    return found;
  }
}

function textsOf({ hypotheses, tooLong }: LineTranslation, line: string): string[] {
  if (tooLong) {
    throw new RequestError(413, `A line of ${line.length} characters is longer than the model translates.`, {
      nextStep: "Break it into sentences.",
    });
  }
  return hypotheses.length > 0 ? hypotheses.map(({ text }) => text) : [line];
}

function joined(
  { source, detected, segmented, route }: PreparedText,
  found: readonly (readonly string[])[],
  alternatives: number,
): TranslatedText {
  const best = segmented.join(found.map((texts) => texts[0]!));
  const ranks = Math.max(0, ...found.map(({ length }) => length));
  const others = Array.from({ length: Math.min(ranks - 1, alternatives) }, (_, i) =>
    segmented.join(found.map((texts) => texts[i + 1] ?? texts[0]!)),
  );
  return {
    text: best,
    alternatives: ranks === 0 ? [] : others,
    source,
    ...(detected && { detected }),
    ...(route.length > 1 && { pivot: route[0]!.target }),
  };
}
