/** Texts → translations: source language, parts to be translated, route, texts again. Knows nothing of HTTP. */
import { pauses } from "../base/threads/pauses.ts";
import type { Glossary } from "../glossary/glossary.ts";
import type { MaskName } from "../segments/masks.ts";
import type { TaggedText } from "../segments/segment-text.ts";
import type { TextCounts } from "../segments/text-counts.ts";
import { translateVariants } from "../segments/translate-text.ts";
import type { PairGlossaries } from "./glossaries/pair-glossaries.ts";
import type { DetectedLanguage, LanguageDetector } from "./languages/language-detector.ts";
import type { Catalog, Leg } from "./models/catalog.ts";
import type { ModelPool } from "./models/model-pool.ts";
import type { ServedAdapters } from "./models/served-adapters.ts";
import { acceptedWork } from "./queue/accepted-work.ts";
import type { Admission } from "./queue/admission.ts";
import { RequestError } from "./request-error.ts";
import { queuedLines } from "./texts/queued-lines.ts";
import { type ReadText, readText, type TextFormat } from "./texts/read-text.ts";

/** What a client asks for. Languages are codes of the catalog. */
export interface TextsRequest {
  client: string;
  texts: readonly string[];
  /** Undefined: detected for each text. */
  source: string | undefined;
  target: string;
  format: TextFormat;
  /** Name of an adapter of the pair's model; undefined = the model as it is. */
  adapter?: string | undefined;
  /** Terms and their translations, of a pair that a model translates. */
  glossaries?: readonly Glossary[];
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
  adapters: ServedAdapters;
  pool: ModelPool;
  admission: Admission;
  detect: LanguageDetector;
  /** Milliseconds that a request may take. */
  timeLimit: number;
  /** How models are shown placeables. */
  masks: MaskName;
  /** Those of the server. */
  glossaries: PairGlossaries;
  /** What became of the segments of all texts. */
  counts: TextCounts;
}

interface PreparedText {
  read: ReadText;
  source: string;
  detected: DetectedLanguage | undefined;
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
   * One translation for each text, in order. Throws RequestError: 400 for a pair without a way or without the adapter and for XML that is not well-formed, 413 for
   * text that is too long, 429 and 503 where the server takes no more, 504 after the time limit; the signal's reason; errors of loading a model.
   */
  async translate(request: TextsRequest): Promise<TranslatedText[]> {
    const characters = request.texts.reduce((sum, { length }) => sum + length, 0);
    const { client, signal } = request;
    return acceptedWork(this.parts, { client, characters, signal }, async (stop) => {
      const pause = pauses();
      const prepared: PreparedText[] = [];
      for (const text of request.texts) {
        prepared.push(this.prepare(text, request));
        await pause();
      }
      return this.translatePrepared(prepared, { ...request, signal: stop });
    });
  }

  private prepare(text: string, { source: given, target, format, adapter }: TextsRequest): PreparedText {
    const read = readText(text, format);
    const detected = given === undefined ? this.detectSource(read, target) : undefined;
    const source = given ?? detected!.language;
    const route = this.parts.catalog.route(source, target);
    if (route === undefined) {
      const targets = this.parts.catalog.targetsOf(source).join(", ");
      throw new RequestError(400, `No model translates ${source} into ${target}.`, {
        nextStep: `Targets of ${source} are: ${targets}.`,
      });
    }
    return { read, source, detected, route: this.parts.adapters.along(route, adapter) };
  }

  /** A text without a letter needs no language. */
  private detectSource({ texts }: ReadText, target: string): DetectedLanguage {
    const plain = texts.map(({ text, tags }) => tags.reduce((rest, tag) => rest.replace(tag, ""), text)).join("\n");
    return /\p{L}/u.test(plain) ? this.parts.detect(plain)[0]! : { language: target, confidence: 0 };
  }

  /** The texts of one source language together. */
  private async translatePrepared(prepared: readonly PreparedText[], request: TextsRequest): Promise<TranslatedText[]> {
    const results = new Array<TranslatedText>(prepared.length);
    const sources = new Set(prepared.map(({ source }) => source));
    const translateFrom = async (source: string) => {
      const indices = [...prepared.keys()].filter((i) => prepared[i]!.source === source);
      const texts = indices.flatMap((i) => prepared[i]!.read.texts);
      const { route } = prepared[indices[0]!]!;
      const found = await this.follow(route, texts, request);
      let start = 0;
      for (const i of indices) {
        const { length } = prepared[i]!.read.texts;
        results[i] = written(prepared[i]!, found.slice(start, start + length));
        start += length;
      }
    };
    await Promise.all([...sources].map(translateFrom));
    return results;
  }

  /** The translations of each text, the best first, one at least. */
  private async follow(
    route: readonly Leg[],
    texts: readonly TaggedText[],
    { client, format, alternatives, glossaries = [], signal }: TextsRequest,
  ): Promise<string[][]> {
    let found = texts.map(({ text }) => [text]);
    if (texts.length === 0) return found;
    for (const leg of route) {
      const variants = leg === route.at(-1) ? alternatives + 1 : 1;
      const own = route.length === 1 ? glossaries : [];
      const best = texts.map((text, i) => ({ ...text, text: found[i]![0]! }));
      found = await this.parts.pool.use(leg.model, (served) =>
        translateVariants(queuedLines(served, { leg, variants, client, signal }), best, {
          variants,
          language: leg.source,
          masks: this.parts.masks,
          glossaries: [...own, ...this.parts.glossaries.of(leg)],
          counts: this.parts.counts,
          ...(format.sentences !== undefined && { sentences: format.sentences }),
          ...(format.whiteSpace !== undefined && { whiteSpace: format.whiteSpace }),
        }),
      );
    }
    return found;
  }
}

/** The k-th best translation of a text has the k-th best of each of its parts, or the best where there are fewer. */
function written({ read, source, detected, route }: PreparedText, found: readonly (readonly string[])[]) {
  const ranks = Math.max(1, ...found.map(({ length }) => length));
  const texts = Array.from({ length: ranks }, (_, rank) => read.write(found.map((all) => all[rank] ?? all[0]!)));
  const [text, ...alternatives] = new Set(texts);
  return {
    text: text!,
    alternatives,
    source,
    ...(detected && { detected }),
    ...(route.length > 1 && { pivot: route[0]!.target }),
  };
}
