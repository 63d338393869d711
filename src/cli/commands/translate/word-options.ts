/** Options of `nmt translate` that print more of a translation than its text: alignments, scores of words, pieces. */
import type { Options } from "yargs";
import { UsageError } from "../../../base/errors.ts";
import type { TranslateOptions } from "../../../decoding/translate-options.ts";
import type { AlignmentForm, TranslationFormat } from "./translation-format.ts";

export interface WordArguments {
  n_best: number;
  with_score: boolean;
  with_alignment: string | undefined;
  with_word_scores: boolean;
  with_pieces: boolean;
  with_attention: boolean;
}

export const wordOptions = {
  with_score: { type: "boolean", default: false, describe: "Append ||| and the score" },
  with_alignment: {
    type: "string",
    describe:
      "Append ||| and the word alignment by attention, 0-0 1-2 …, source-target: each target word's best source word, or those of a weight above a number; soft: all weights",
  },
  with_word_scores: {
    type: "boolean",
    default: false,
    describe: "Append ||| WordScores= and the natural log-probability of each word, and of the end",
  },
  with_pieces: {
    type: "boolean",
    default: false,
    describe: "Append ||| and the source's pieces, ||| and the translation's",
  },
  with_attention: {
    type: "boolean",
    default: false,
    describe: "Append ||| and the attention as JSON: source, target, attention [target][source]",
  },
} satisfies Record<string, Options>;

/** What the translator must find for them. */
export function wordsOf(args: WordArguments): TranslateOptions {
  return {
    withAttention: args.with_attention,
    withAlignment: args.with_alignment !== undefined,
    withWordScores: args.with_word_scores,
  };
}

/** How translations are printed. Throws UsageError for an alignment of another form. */
export function formatOf(args: WordArguments): TranslationFormat {
  return {
    nBest: args.n_best,
    withScore: args.with_score,
    withAlignment: alignmentForm(args.with_alignment),
    withWordScores: args.with_word_scores,
    withPieces: args.with_pieces,
    withAttention: args.with_attention,
  };
}

/** As in Marian, 1 is `hard`. Throws UsageError for an alignment of another form. */
export function alignmentForm(given: string | undefined): AlignmentForm | undefined {
  if (given === undefined) return undefined;
  if (given === "" || given === "hard") return "hard";
  if (given === "soft") return "soft";
  const threshold = Number(given);
  if (threshold === 1) return "hard";
  if (threshold >= 0 && threshold < 1) return threshold;
  throw new UsageError(`--with_alignment is ${given}`, {
    nextStep: "Give nothing or hard, soft, or a weight from 0 to 1 that links must exceed.",
  });
}
