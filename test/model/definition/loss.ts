/** Losses of a batch by definition: cross-entropy with label smoothing (Szegedy et al. 2016, §7), and what its layers add for balance. */
import { decode } from "./decoder.ts";
import { encode } from "./encoder.ts";
import { readTexts } from "./language-model.ts";
import { type DefinedParameters, type Matrix, timesTransposed } from "./parameters.ts";
import type { Pass, Rows } from "./pass.ts";
import type { LanguageModelSettings, TranslationSettings } from "./settings.ts";
import { add, concat, logSumExp, pick, scale, subtract, sum, type Vector } from "./vector.ts";

export const BOS = 2;
export const EOS = 3;

/** Piece ids; the source ends with `</s>`, the target has no markers. */
export interface Pair {
  source: ArrayLike<number>;
  target: ArrayLike<number>;
}

export interface DefinedLoss {
  /** Σ over target positions of the cross-entropy with the smoothed target → [1] */
  smoothed: Vector;
  /** Σ of −log P(piece) → [1] */
  negativeLogLikelihood: Vector;
  /** One for each mixture-of-experts layer → [1] each */
  balance: Vector[];
}

export function translationLoss(
  parameters: DefinedParameters,
  pairs: readonly Pair[],
  settings: TranslationSettings,
  pass: Pass,
): DefinedLoss {
  const sources = pairs.map(({ source }) => source);
  const encoded = encode(parameters, sources, settings, pass);
  const hidden = decode(parameters, pairs.map(inputOf), encoded, settings, pass);
  const table = settings.share_embeddings ? "embedding" : "decoder.embedding";
  const weights = parameters.matrix(settings.tie_softmax ? table : "decoder.output.weights");
  const bias = parameters.vector("decoder.output.bias");
  return { ...crossEntropy(hidden, pairs, { weights, bias }, settings.label_smoothing), balance: pass.balance };
}

export function languageModelLoss(
  parameters: DefinedParameters,
  pairs: readonly Pair[],
  settings: LanguageModelSettings,
  pass: Pass,
): DefinedLoss {
  const hidden = readTexts(parameters, pairs.map(inputOf), settings, pass);
  const weights = parameters.matrix(settings.tie_softmax ? "embedding" : "output.weights");
  const bias = parameters.vector("output.bias");
  return { ...crossEntropy(hidden, pairs, { weights, bias }, settings.label_smoothing), balance: pass.balance };
}

const inputOf = ({ target }: Pair): number[] => [BOS, ...Array.from(target)];

/** The smoothed target of a position is 1 − ε on its piece, and ε spread evenly over the vocabulary. */
function crossEntropy(
  hidden: readonly Rows[],
  pairs: readonly Pair[],
  softmax: { weights: Matrix; bias: Vector },
  smoothing: number,
): Pick<DefinedLoss, "smoothed" | "negativeLogLikelihood"> {
  const [smoothed, plain]: [Vector[], Vector[]] = [[], []];
  hidden.forEach((positions, sentence) => {
    const pieces = [...Array.from(pairs[sentence]!.target), EOS];
    positions.forEach((position, t) => {
      const logits = add(timesTransposed(position, softmax.weights), softmax.bias);
      const logProbabilities = subtract(logits, logSumExp(logits));
      const ofPiece = scale(pick(logProbabilities, [pieces[t]!]), -1);
      const ofAll = scale(sum(logProbabilities), -1 / logits.size);
      plain.push(ofPiece);
      smoothed.push(add(scale(ofPiece, 1 - smoothing), scale(ofAll, smoothing)));
    });
  });
  return { smoothed: sum(concat(smoothed)), negativeLogLikelihood: sum(concat(plain)) };
}
