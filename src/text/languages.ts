/** Which languages a model translates between, and the `<2xx>` piece that asks for one (Johnson et al. 2017). */
import { TranslationError } from "../base/errors.ts";

/** The languages a model was trained on. */
export interface ModelLanguages {
  /** Source languages of the training corpora; empty where they were not named. */
  sources: readonly string[];
  /** Target languages of the training corpora; empty where they were not named. */
  targets: readonly string[];
  /** Whether every source starts with the tag of its target language. */
  targetTags: boolean;
}

/** The piece that asks for a target language. */
export function targetTag(language: string): string {
  return `<2${language}>`;
}

/** Whether a piece is one that `targetTag` gives. */
export function isTargetTag(piece: string): boolean {
  return /^<2[A-Za-z][\w-]*>$/.test(piece);
}

/**
 * The target language's tag, or undefined for a model without tags. Throws TranslationError, listing the model's languages,
 * for a language it has not seen or a choice that is needed and missing.
 */
export function chooseTag(
  { sources, targets, targetTags }: ModelLanguages,
  asked: { sourceLanguage?: string; targetLanguage?: string },
): string | undefined {
  requireKnown("source", asked.sourceLanguage, sources);
  requireKnown("target", asked.targetLanguage, targets);
  if (!targetTags) return undefined;
  const language = asked.targetLanguage ?? (targets.length === 1 ? targets[0] : undefined);
  if (language === undefined) {
    throw new TranslationError("this model translates into several languages and none was chosen", {
      where: "target language",
      nextStep: `Choose one with --tgt_lang: ${targets.join(", ")}.`,
    });
  }
  return targetTag(language);
}

function requireKnown(side: "source" | "target", language: string | undefined, known: readonly string[]): void {
  if (language === undefined || known.includes(language)) return;
  const option = side === "source" ? "--src_lang" : "--tgt_lang";
  throw new TranslationError(`the model has not seen the ${side} language "${language}"`, {
    where: `${side} language`,
    nextStep:
      known.length === 0
        ? `It was trained without language names: leave out ${option}.`
        : `Its ${side} languages are: ${known.join(", ")}.`,
  });
}
