/** Everything that a person at work on a translation asks of a model. Requests and answers are plain JSON, so the model may be in another process. */
import { PieceIndex } from "../decoding/processors/piece-index.ts";
import { Translator, type TranslatorParts } from "../decoding/translator.ts";
import { chooseTag } from "../text/languages.ts";
import { tagPiece, withMarkers } from "../text/source-pieces.ts";
import { type ExplainedPair, type Explanation, explainPairs } from "./explain-translation.ts";
import { type NextWord, nextWords } from "./next-words.ts";
import { namedLanguages, type PairLanguages } from "./pair-languages.ts";

/** A next word with the translation that follows from it. */
export interface OtherWord extends NextWord {
  translation: string;
}

/** Explain translations. */
export interface ExplainRequest {
  kind: "explain";
  pairs: readonly ExplainedPair[];
}

/** Find words that could stand after the beginning of a line's translation, whose last word is whole. */
export interface OtherWordsRequest {
  kind: "other-words";
  text: string;
  before: string;
  /** Words, at most. */
  count: number;
}

export type InspectRequest = { languages: PairLanguages } & (ExplainRequest | OtherWordsRequest);

/** What came of a request, by its kind. */
export interface InspectAnswers {
  /** [pairs] null for one that is blank or too long. */
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
    if (request.kind === "explain") return explainPairs(this.parts, request.pairs, request.languages, signal);
    return this.otherWords(request, request.languages, signal);
  }

  private async otherWords(
    { text, before, count }: OtherWordsRequest,
    languages: PairLanguages,
    signal?: AbortSignal,
  ): Promise<OtherWord[]> {
    const { model, wordpieces } = this.parts;
    const pieces = wordpieces.encode(text);
    if (pieces.length === 0 || pieces.length > MOST_PIECES) return [];
    const tag = chooseTag(this.parts.languages, namedLanguages(this.parts.languages, languages));
    const source = withMarkers(pieces, tagPiece(wordpieces, tag), wordpieces.eosId);
    this.pieceIndex ??= new PieceIndex(wordpieces, model.vocabularySize);
    const options = { count, language: languages.target, maxLength: MOST_PIECES, signal };
    const words = await nextWords({ model, wordpieces, index: this.pieceIndex }, source, before, options);
    const translations = this.translator(languages).translate(
      words.map(({ prefix }) => ({ text, targetPrefix: prefix, prefixIsWhole: true })),
      { ...(signal && { signal }), window: { lines: words.length, patience: Number.POSITIVE_INFINITY } },
    );
    const found: OtherWord[] = [];
    for await (const { hypotheses } of translations) {
      const word = words[found.length]!;
      found.push({ ...word, translation: hypotheses[0]?.text ?? word.prefix });
    }
    return found;
  }

  private translator(languages: PairLanguages): Translator {
    const name = JSON.stringify(languages);
    const options = { ...namedLanguages(this.parts.languages, languages), beamSize: this.beamSize };
    const known = this.translators.get(name) ?? new Translator(this.parts, options, () => {});
    this.translators.set(name, known);
    return known;
  }
}
