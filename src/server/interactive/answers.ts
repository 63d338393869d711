/** What the routes for people at work on a translation answer, as the page reads it. Places are in UTF-16 units; an end is not part of what it ends. */

export interface Span {
  start: number;
  end: number;
}

/** A word of a translation. */
export interface TranslatedWord extends Span {
  /** Natural logarithm of its probability given the source and what stands before it. */
  logProbability: number;
}

/** An expert that took a word, with its weight: the mean over the word's pieces. */
export interface WordExpert {
  expert: number;
  gate: number;
}

export interface ExpertLayer {
  /** Such as `encoder.moe2`. */
  layer: string;
  /** Whose words it sees. */
  side: "source" | "target";
  /** How many experts it has. */
  experts: number;
  /** [words of its side] largest weight first. */
  words: WordExpert[][];
}

/** What the model saw in a sentence. Words have places in the whole text or the whole translation. */
export interface SegmentDetail {
  sourceWords: Span[];
  targetWords: TranslatedWord[];
  /** [target words][source words] */
  attention: number[][];
  layers: ExpertLayer[];
}

export interface TranslatedSegment {
  source: Span;
  target: Span;
  /** Further translations, best first. */
  alternatives: string[];
  /** Null where it was not asked for, over a third language, and for what the model is not shown. */
  detail: SegmentDetail | null;
}

export interface DetailedTranslation {
  translation: string;
  source: string;
  target: string;
  /** Where the source was to be detected; confidence from 0 to 100. */
  detectedLanguage?: { language: string; confidence: number } | undefined;
  /** The language between, where no model translates the pair itself. */
  pivotLanguage?: string | undefined;
  segments: TranslatedSegment[];
}

export interface OtherWord {
  /** The word, with signs that stand beside it. */
  word: string;
  /** What stands before and the word: to go on from. */
  prefix: string;
  probability: number;
  /** The whole sentence with it. */
  translation: string;
}

export interface OtherWords {
  words: OtherWord[];
}

/** How the translation of a sentence begins, or all of it. */
export interface ChosenTranslation {
  /** The sentence, as a segment of the text. */
  segment: string;
  prefix: string;
  /** Whether nothing is to follow. */
  complete?: boolean | undefined;
}

/** What a text of a pair of languages may be translated with. */
export interface PairOffer {
  /** The language between, where no model translates the pair itself. */
  pivotLanguage?: string | undefined;
  /** Names of the model's adapters. */
  adapters: string[];
  glossaries: OfferedGlossary[];
}

export interface OfferedGlossary {
  id: string;
  name: string;
  /** How many it has of the pair. */
  terms: number;
}
