/** Translations for people at work on them: with places, details, and beginnings that they have chosen; other words at a place. */
import type { SourceLine } from "../../decoding/translation.ts";
import type { Glossary } from "../../glossary/glossary.ts";
import type { ExplainedPair, Explanation } from "../../inspection/explain-translation.ts";
import type { TranslateLines } from "../../segments/translate-lines.ts";
import {
  type ChosenTranslation as Chosen,
  type PassageSegment,
  translatePassage,
} from "../../segments/translate-passage.ts";
import type { PairGlossaries } from "../glossaries/pair-glossaries.ts";
import type { DetectedLanguage, LanguageDetector } from "../languages/language-detector.ts";
import type { Catalog, Leg } from "../models/catalog.ts";
import type { ModelPool } from "../models/model-pool.ts";
import type { ServedAdapters } from "../models/served-adapters.ts";
import type { LineOptions, ServedModel } from "../models/served-model.ts";
import { acceptedWork, type WorkBounds } from "../queue/accepted-work.ts";
import type { LineHypothesis, LineTranslation } from "../queue/batch-translator.ts";
import { RequestError } from "../request-error.ts";
import type { ChosenTranslation, DetailedTranslation, OtherWord, SegmentDetail, Span } from "./answers.ts";
import { Memo } from "./memo.ts";

/** Who asks. */
export interface Asking {
  client: string;
  /** Aborted when the client has gone away. */
  signal: AbortSignal;
}

/** Languages are codes of the catalog. */
export interface PassageRequest extends Asking {
  text: string;
  /** Undefined: detected. */
  source: string | undefined;
  target: string;
  /** Name of an adapter of the pair's model; undefined = the model as it is. */
  adapter?: string | undefined;
  /** Further translations of each segment. */
  alternatives: number;
  detail: boolean;
  chosen: readonly ChosenTranslation[];
  terms: RequestTerms;
}

/** Terms that a request has, what counts most first. */
export interface RequestTerms {
  /** With translations, of a pair that a model translates. */
  ofPair: readonly Glossary[];
  /** Such as stay as they are, over a third language too. */
  kept: readonly Glossary[];
}

export interface WordsRequest extends Asking {
  /** A segment of a text. */
  text: string;
  source: string;
  target: string;
  /** As of PassageRequest. */
  adapter?: string | undefined;
  /** What stands before, with a whole word at its end. */
  before: string;
  /** Words, at most. */
  count: number;
}

export interface InteractiveServiceParts extends WorkBounds {
  catalog: Catalog;
  adapters: ServedAdapters;
  pool: ModelPool;
  detect: LanguageDetector;
  /** Those of the server. */
  glossaries: PairGlossaries;
}

/** Translations of a line whose best one is likely not to be taken. */
const SEVERAL = 5;
/** Lines and explanations of a model that are remembered. */
const MOST_REMEMBERED = 2000;

/** What was lately computed with a model, which goes with it. */
interface Remembered {
  lines: Memo<LineTranslation>;
  explanations: Memo<Explanation | null>;
}

export class InteractiveService {
  private readonly parts: InteractiveServiceParts;
  private readonly remembered = new WeakMap<ServedModel, Remembered>();

  constructor(parts: InteractiveServiceParts) {
    this.parts = parts;
  }

  /**
   * The translation of a text. Throws RequestError: 400 for a pair without a way or without the adapter, 413 for a line that is too long, and as `acceptedWork` does; errors of
   * loading a model.
   */
  translate(request: PassageRequest): Promise<DetailedTranslation> {
    const { text, target, alternatives, detail } = request;
    return acceptedWork(this.parts, { ...request, characters: text.length }, async (signal) => {
      const detected = request.source === undefined ? this.detect(text, target) : undefined;
      const source = request.source ?? detected!.language;
      const route = this.route(source, target, request.adapter);
      const chosen = new Map(request.chosen.map((each) => [each.segment, chosenOf(each)]));
      const translate = this.translator(route, alternatives, { ...request, signal });
      const [leg, ...further] = route;
      const { terms } = request;
      // Over a third language terms of the text would be asked of the last leg, which has other words.
      const isDirect = leg !== undefined && further.length === 0;
      const served = isDirect ? this.parts.glossaries.of(leg) : this.parts.glossaries.kept;
      const glossaries = [...(isDirect ? terms.ofPair : []), ...terms.kept, ...served];
      const passage = await translatePassage(translate, text, { language: source, chosen, glossaries });
      const details = detail && isDirect ? await this.explain(leg, text, passage.text, passage.segments, signal) : [];
      return {
        translation: passage.text,
        source,
        target,
        ...(detected && { detectedLanguage: detected }),
        ...(further.length > 0 && { pivotLanguage: leg!.target }),
        segments: passage.segments.map(({ source, target, others }, i) => ({
          source,
          target,
          alternatives: others.slice(0, alternatives),
          detail: details[i] ?? null,
        })),
      };
    });
  }

  /** Words that could stand at a place of a segment's translation. Throws as `translate` does. */
  otherWords(request: WordsRequest): Promise<OtherWord[]> {
    const { text, source, target, before, count } = request;
    return acceptedWork(this.parts, { ...request, characters: text.length + before.length }, async (signal) => {
      const route = this.route(source, target, request.adapter);
      const leg = route.at(-1);
      if (leg === undefined) return [];
      const asked = { ...request, signal };
      const [read] = await this.follow(route.slice(0, -1), [{ text }], { nBest: 1, withAlignment: false }, asked);
      return this.parts.pool.use(leg.model, async (served) => {
        const languages = { source: leg.source, target: leg.target };
        const words = await served.inspect(
          { kind: "other-words", languages, text: read![0]!.text, before, count },
          signal,
        );
        return words.map(({ probability, ...word }) => ({ ...word, probability: Math.round(probability * 1e4) / 1e4 }));
      });
    });
  }

  private route(source: string, target: string, adapter: string | undefined): readonly Leg[] {
    const { catalog, adapters } = this.parts;
    const route = catalog.route(source, target);
    if (route !== undefined) return adapters.along(route, adapter);
    throw new RequestError(400, `No model translates ${source} into ${target}.`, {
      nextStep: `Targets of ${source} are: ${catalog.targetsOf(source).join(", ")}.`,
    });
  }

  /** A text without a letter needs no language. */
  private detect(text: string, target: string): DetectedLanguage {
    return /\p{L}/u.test(text) ? this.parts.detect(text)[0]! : { language: target, confidence: 0 };
  }

  /** Lines through the route, those alike together: with as many translations as alternatives are asked for, or more where some may not be taken. */
  private translator(route: readonly Leg[], alternatives: number, asking: Asking): TranslateLines {
    const follow = this.follow.bind(this);
    return async function* (lines) {
      const results = new Array<readonly LineHypothesis[]>(lines.length);
      const lanes = new Map<string, number[]>();
      lines.forEach(({ several = false, alignment = false }, i) => {
        const lane = `${several} ${alignment}`;
        lanes.set(lane, [...(lanes.get(lane) ?? []), i]);
      });
      await Promise.all(
        [...lanes.values()].map(async (indices) => {
          const { several, alignment } = lines[indices[0]!]!;
          const nBest = Math.max(alternatives + 1, several === true ? SEVERAL : 1);
          const asked = indices.map((i): SourceLine => {
            const { several, alignment, ...line } = lines[i]!;
            return line;
          });
          const found = await follow(route, asked, { nBest, withAlignment: alignment === true }, asking);
          indices.forEach((i, at) => {
            results[i] = found[at]!;
          });
        }),
      );
      for (const hypotheses of results) yield { hypotheses };
    };
  }

  /** What was found for each line, best first, one at least. Beginnings and alignments are of the last leg's translations. */
  private async follow(
    route: readonly Leg[],
    lines: readonly SourceLine[],
    { nBest, withAlignment }: Pick<LineOptions, "nBest" | "withAlignment">,
    { client, signal }: Asking,
  ): Promise<(readonly LineHypothesis[])[]> {
    let found: (readonly LineHypothesis[])[] = lines.map(({ text }) => [{ text }]);
    for (const [i, { model, source, target }] of route.entries()) {
      const isLast = i === route.length - 1;
      const count = isLast ? nBest : 1;
      const asked = found.map(([best], at): SourceLine => {
        return { ...(isLast && lines[at]!), text: best!.text, nBest: count };
      });
      const translations = await this.parts.pool.use(model, (served) => {
        const options = { source, target, nBest: count, withAlignment: withAlignment && isLast && i === 0 };
        const keys = asked.map((line) => JSON.stringify([options, line]));
        return this.of(served).lines.get(keys, (unknown) => {
          const wanted = unknown.map((key) => (JSON.parse(key) as [unknown, SourceLine])[1]);
          const translator = served.translator(options);
          return served.queue.translate({ client, translator, lines: wanted, signal });
        });
      });
      found = translations.map((translation, at) => hypothesesIn(translation, asked[at]!.text));
    }
    return found;
  }

  /** What the model saw in each segment. */
  private async explain(
    leg: Leg,
    text: string,
    translation: string,
    segments: readonly PassageSegment[],
    signal: AbortSignal,
  ): Promise<(SegmentDetail | null)[]> {
    const languages = { source: leg.source, target: leg.target };
    const keys = segments.map(({ source, target }) => {
      const pair = { source: cut(text, source), target: cut(translation, target) };
      return JSON.stringify([languages, pair]);
    });
    const explanations = await this.parts.pool.use(leg.model, (served) =>
      this.of(served).explanations.get(keys, (unknown) => {
        const pairs = unknown.map((key) => (JSON.parse(key) as [unknown, ExplainedPair])[1]);
        return served.inspect({ kind: "explain", languages, pairs }, signal);
      }),
    );
    return explanations.map((explanation, i) => placed(explanation, segments[i]!));
  }

  private of(served: ServedModel): Remembered {
    const remembered = this.remembered.get(served) ?? {
      lines: new Memo(MOST_REMEMBERED),
      explanations: new Memo(MOST_REMEMBERED),
    };
    this.remembered.set(served, remembered);
    return remembered;
  }
}

function chosenOf({ prefix, complete }: ChosenTranslation): Chosen {
  return { text: prefix, isWhole: true, isComplete: complete === true };
}

function hypothesesIn({ hypotheses, tooLong }: LineTranslation, line: string): readonly LineHypothesis[] {
  if (tooLong) {
    throw new RequestError(413, `A line of ${line.length} characters is longer than the model translates.`, {
      nextStep: "Break it into sentences.",
    });
  }
  return hypotheses.length > 0 ? hypotheses : [{ text: line }];
}

function cut(text: string, { start, end }: Span): string {
  return text.slice(start, end);
}

/** Words' places in the whole text instead of their segment. */
function placed(explanation: Explanation | null, { source, target }: PassageSegment): SegmentDetail | null {
  if (explanation === null) return null;
  const moved = <Word extends Span>(words: readonly Word[], by: number) =>
    words.map((word) => ({ ...word, start: word.start + by, end: word.end + by }));
  return {
    ...explanation,
    sourceWords: moved(explanation.sourceWords, source.start),
    targetWords: moved(explanation.targetWords, target.start),
  };
}
