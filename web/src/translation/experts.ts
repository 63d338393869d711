/** Experts of a layer as the page shows them: a colour for each, and the words that each took. */
import type { ExpertLayer, Span, WordExpert } from "../../../src/server/interactive/answers.ts";

/** A turn of the colour circle by the golden angle: neighbours in number are far apart in colour. */
const GOLDEN_ANGLE = 137.508;

/** Tones of lightness: those whose hues are close, 5, 8 or 13 numbers apart, have different ones. */
const TONES = 3;

/** Hue in degrees, from 0 to 360, and a tone from 0 to 2. */
export function expertColour(expert: number): { hue: number; tone: number } {
  return { hue: Math.round((expert * GOLDEN_ANGLE + 200) % 360), tone: expert % TONES };
}

/** An expert and what it took of a sentence. */
export interface ExpertShare {
  expert: number;
  /** Of all weights of the sentence's words, from 0 to 1. */
  share: number;
  /** Words that it was the first choice of, as the text has them. */
  words: string[];
}

/** The expert with the largest weight for a word; undefined where none took it. */
export function firstExpert(layer: ExpertLayer, word: number): WordExpert | undefined {
  return layer.words[word]?.[0];
}

/** The experts of a sentence, the one with the largest share first. */
export function expertShares(layer: ExpertLayer, text: string, words: readonly Span[]): ExpertShare[] {
  const shares = new Map<number, ExpertShare>();
  let total = 0;
  layer.words.forEach((experts, word) => {
    experts.forEach(({ expert, gate }, rank) => {
      const own = shares.get(expert) ?? { expert, share: 0, words: [] };
      own.share += gate;
      total += gate;
      const span = words[word];
      if (rank === 0 && span !== undefined) own.words.push(text.slice(span.start, span.end));
      shares.set(expert, own);
    });
  });
  return [...shares.values()]
    .map((each) => ({ ...each, share: total === 0 ? 0 : each.share / total }))
    .sort((a, b) => b.share - a.share || a.expert - b.expert);
}

/** `encoder.moe2` as "layer 2 of the encoder". */
export function layerName({ layer }: Pick<ExpertLayer, "layer">): string {
  const [, part, number] = /^(\w+)\.moe(\d+)$/.exec(layer) ?? [];
  return part === undefined ? layer : `layer ${number} of the ${part}`;
}
