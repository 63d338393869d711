/** The option `--placeables` of `nmt translate`, and what does not go with it. */
import type { Options } from "yargs";
import { UsageError } from "../../../base/errors.ts";
import type { TranslateOptions } from "../../../decoding/translate-options.ts";
import { translateDefaults } from "../../../decoding/translate-options.ts";
import { type MaskName, maskNames } from "../../../segments/masks.ts";

export interface PlaceableArguments {
  placeables: MaskName | undefined;
}

export const placeableOptions = {
  placeables: {
    type: "string",
    choices: maskNames,
    describe:
      "Tags, placeholders, addresses, numbers with units and emoji come out once each, as they are; what the model sees of them",
    defaultDescription: "what the model makes of them",
  },
} satisfies Record<string, Options>;

/** Options that ask for more than one text a line, or that choose it in another way. */
const APART = [
  "with_score",
  "with_alignment",
  "with_word_scores",
  "with_pieces",
  "with_attention",
  "tgt_prefix",
  "constraints",
  "return_alternatives",
  "mbr",
  "rerank_model",
  "rerank_lm",
] as const;

/** The options with hypotheses to choose from. Throws UsageError beside options that `--placeables` has no place for. */
export function withHypotheses(
  options: TranslateOptions,
  args: PlaceableArguments & { n_best: number } & { [name in (typeof APART)[number]]: unknown },
): TranslateOptions {
  if (args.placeables === undefined) return options;
  const other = args.n_best > 1 ? "n_best" : APART.find((name) => args[name] !== undefined && args[name] !== false);
  if (other !== undefined) {
    throw new UsageError(`--placeables and --${other} do not go together`, {
      where: "--placeables",
      nextStep: "Leave out one of them: with --placeables each line has one translation, put together from its parts.",
    });
  }
  return { ...options, nBest: options.sampling === undefined ? (options.beamSize ?? translateDefaults.beamSize) : 1 };
}
