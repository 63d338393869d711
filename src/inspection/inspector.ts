/** Everything that a person at work on a translation asks of a model. Requests and answers are plain JSON, so the model may be in another process. */
import { PieceIndex } from "../decoding/processors/piece-index.ts";
import { Translator, type TranslatorParts } from "../decoding/translator.ts";
import { chooseTag } from "../text/languages.ts";
import { tagPiece, withMarkers } from "../text/source-pieces.ts";
import { type ExplainedPair, type Explanation, explainPairs } from "./explain-translation.ts";
import { type NextWord, nextWords } from "./next-words.ts";
import { namedLanguages, type PairLanguages } from "./pair-languages.ts";

/** A sentence whose translation is begun. */
export interface BegunLine {
  text: string;
  /** Its last word may go on unless white space follows or `isWhole` is set. */
  prefix: string;
  isWhole: boolean;
}

/** A next word with the translation that follows from it. */
export interface OtherWord extends NextWord {
  translation: string;
}

/** Finish translations: `nBest` of each line. */
export interface FinishRequest {
  kind: "finish";
  lines: readonly BegunLine[];
  nBest: number;
}

/** Explain translations. */
export interface ExplainRequest {
  kind: "explain";
  pairs: readonly ExplainedPair[];
}

/** Find words that could stand after the beginning of a line's translation. */
export interface OtherWordsRequest {
  kind: "other-words";
  line: BegunLine;
  count: number;
}

export type InspectRequest = { languages: PairLanguages } & (FinishRequest | ExplainRequest | OtherWordsRequest);

/** What came of a request, by its kind. */
export interface InspectAnswers {
  /** [lines] texts, best first; none of a line without a wordpiece, or with too many. */
  finish: string[][];
  /** [pairs] */
  explain: (Explanation | null)[];
  /** Most probable first. */
  "other-words": OtherWord[];
}

/** Pieces of a translation that words are looked for after, at most. */
const MOST_PIECES = 1000;

/** Answers requests with one model. */
export class Inspector {
  private readonly parts: TranslatorParts;
  private readonly beamSize: number;
  private readonly translators = new Map<string, Translator>();
  private pieceIndex: PieceIndex | undefined;

  /** `beamSize`: hypotheses kept for each sentence. */
  constructor(parts: TranslatorParts, beamSize: number) {
    this.parts = parts;
    this.beamSize = beamSize;
  }

  /** Throws TranslationError for languages that the model has not seen; rejects with the reason of an aborted signal, after the step under way. */
  async run<Request extends InspectRequest>(
    request: Request,
    signal?: AbortSignal,
  ): Promise<InspectAnswers[Request["kind"]]> {
    return (await this.answer(request, signal)) as InspectAnswers[Request["kind"]];
  }

  private answer(request: InspectRequest, signal?: AbortSignal): Promise<InspectAnswers[keyof InspectAnswers]> {
    const { languages } = request;
    switch (request.kind) {
      case "finish":
        return this.finish(request.lines, request.nBest, languages, signal);
      case "explain":
        return explainPairs(this.parts, request.pairs, languages, signal);
      case "other-words":
        return this.otherWords(request, languages, signal);
    }
  }

  private async finish(
    lines: readonly BegunLine[],
    nBest: number,
    languages: PairLanguages,
    signal?: AbortSignal,
  ): Promise<string[][]> {
    const asked = lines.map(({ text, prefix, isWhole }) => ({ text, targetPrefix: prefix, prefixIsWhole: isWhole }));
    const found: string[][] = [];
    const translations = this.translator(languages, nBest).translate(asked, {
      ...(signal && { signal }),
      window: { lines: asked.length, patience: Number.POSITIVE_INFINITY },
    });
    for await (const { hypotheses } of translations) found.push(hypotheses.map(({ text }) => text));
    return found;
  }

  private async otherWords(
    { line, count }: OtherWordsRequest,
    languages: PairLanguages,
    signal?: AbortSignal,
  ): Promise<OtherWord[]> {
    const { model, wordpieces } = this.parts;
    const pieces = wordpieces.encode(line.text);
    if (pieces.length === 0 || pieces.length > MOST_PIECES) return [];
    const tag = chooseTag(this.parts.languages, namedLanguages(this.parts.languages, languages));
    const source = withMarkers(pieces, tagPiece(wordpieces, tag), wordpieces.eosId);
    this.pieceIndex ??= new PieceIndex(wordpieces, model.vocabularySize);
    const options = { count, language: languages.target, maxLength: MOST_PIECES, signal };
    const words = await nextWords({ model, wordpieces, index: this.pieceIndex }, source, line.prefix, options);
    const begun = words.map(({ prefix }) => ({ text: line.text, prefix, isWhole: true }));
    const finished = await this.finish(begun, 1, languages, signal);
    return words.map((word, i) => ({ ...word, translation: finished[i]?.[0] ?? word.prefix }));
  }

  private translator(languages: PairLanguages, nBest: number): Translator {
    const name = JSON.stringify([languages.source, languages.target, nBest]);
    const known =
      this.translators.get(name) ??
      new Translator(
        this.parts,
        { ...namedLanguages(this.parts.languages, languages), beamSize: Math.max(this.beamSize, nBest), nBest },
        () => {},
      );
    this.translators.set(name, known);
    return known;
  }
}
