/** The tokenizers that need nothing but this code, by the names sacreBLEU gives them. */
import { UsageError } from "../../base/errors.ts";
import { mteval13a } from "./mteval-13a.ts";
import { none } from "./none.ts";
import type { Tokenizer } from "./tokenizer.ts";

const TOKENIZERS = { none, "13a": mteval13a } satisfies Record<string, Tokenizer>;

export type TokenizerName = keyof typeof TOKENIZERS;

export const TOKENIZER_NAMES = Object.keys(TOKENIZERS) as TokenizerName[];

/** Throws UsageError for a name that is not one of TOKENIZER_NAMES. */
export function tokenizerNamed(name: string): Tokenizer {
  if (Object.hasOwn(TOKENIZERS, name)) return TOKENIZERS[name as TokenizerName];
  throw new UsageError(`unknown tokenizer '${name}'`, { nextStep: `Use one of ${TOKENIZER_NAMES.join(", ")}.` });
}
