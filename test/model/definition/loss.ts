/** Losses of a batch by definition: cross-entropy with label smoothing (Szegedy et al. 2016, §7), and what its layers add for balance. */
import { decode } from "./decoder.ts";
import { encode } from "./encoder.ts";
import { readTexts } from "./language-model.ts";
import { type DefinedParameters, type Matrix, timesTransposed } from "./parameters.ts";
import type { Pass, Rows } from "./pass.ts";
import type { LanguageModelSettings, TranslationSettings } from "./settings.ts";
import {
  add,
  concat,
  constant,
  logSumExp,
  multiply,
  pick,
  scale,
  softmax as softmaxOf,
  square,
  subtract,
  sum,
  type Vector,
} from "./vector.ts";

export const BOS = 2;
export const EOS = 3;

/** Piece ids; the source ends with `</s>`, the target has no markers. */
export interface Pair {
  source: ArrayLike<number>;
  target: ArrayLike<number>;
  /** Source positions and target pieces that are aligned. */
  links?: { sources: ArrayLike<number>; targets: ArrayLike<number> };
}

export interface DefinedLoss {
  /** Σ over target positions of the cross-entropy with the smoothed target → [1] */
  smoothed: Vector;
  /** Σ of −log P(piece) → [1] */
  negativeLogLikelihood: Vector;
  /** One for each mixture-of-experts layer → [1] each */
  balance: Vector[];
  /** What attention costs where it differs from the links, weighted → [1]; nothing where it is not guided */
  alignment: Vector[];
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
  const alignment =
    settings.guided_alignment === "none" || !pass.training ? [] : [alignmentCost(pairs, settings, pass)];
  const { balance } = pass;
  return { ...crossEntropy(hidden, pairs, { weights, bias }, settings.label_smoothing), balance, alignment };
}

/**
 * Chen et al. 2016, section 3: a target piece's links have equal shares; the cost is −Σ share · log weight, or ½ Σ (weight − share)² over all source
 * positions, summed over target pieces that have links.
 */
function alignmentCost(pairs: readonly Pair[], settings: TranslationSettings, pass: Pass): Vector {
  const costs: Vector[] = [];
  pairs.forEach(({ target, links = { sources: [], targets: [] } }, sentence) => {
    for (let t = 0; t < target.length; t++) {
      const linked = Array.from(links.sources).filter((_, link) => links.targets[link] === t);
      if (linked.length === 0) continue;
      const scores = pass.attentionScores[sentence]![t]!;
      const logWeights = subtract(scores, logSumExp(scores));
      const shares = constant(scores.value.map((_, s) => (linked.includes(s) ? 1 / linked.length : 0)));
      const isCrossEntropy = settings.guided_alignment_cost === "ce";
      const squares = square(subtract(softmaxOf(scores), shares));
      costs.push(isCrossEntropy ? scale(sum(multiply(shares, logWeights)), -1) : scale(sum(squares), 0.5));
    }
  });
  return scale(sum(concat(costs)), settings.guided_alignment_weight);
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
  const { balance } = pass;
  return { ...crossEntropy(hidden, pairs, { weights, bias }, settings.label_smoothing), balance, alignment: [] };
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
