/** Tokenizers by the names sacreBLEU gives them. */
import { UsageError } from "../../base/errors.ts";
import { characters } from "./characters.ts";
import { chinese } from "./chinese.ts";
import { loadJapaneseTokenizer, loadKoreanTokenizer } from "./mecab.ts";
import { mteval13a } from "./mteval-13a.ts";
import { mteval14 } from "./mteval-14.ts";
import { none } from "./none.ts";
import type { Tokenizer } from "./tokenizer.ts";

const BUILT_IN = { none, zh: chinese, "13a": mteval13a, intl: mteval14, char: characters } satisfies Record<
  string,
  Tokenizer
>;
const LOADED = { "ja-mecab": loadJapaneseTokenizer, "ko-mecab": loadKoreanTokenizer };

/** Tokenizers that need nothing but this code. */
export type TokenizerName = keyof typeof BUILT_IN;

/** Names of built-in tokenizers. */
export const TOKENIZER_NAMES = Object.keys(BUILT_IN) as TokenizerName[];

/** Tokenizers that need an optional library: `loadTokenizer` loads them. */
export const LOADED_TOKENIZER_NAMES = Object.keys(LOADED) as (keyof typeof LOADED)[];

/**
 * A built-in tokenizer by sacreBLEU's name: `none`, `zh`, `13a`, `intl` or `char`. Throws UsageError for any other name.
 *
 * @example
 * import { tokenizerNamed } from "gnmt-moe/metrics";
 *
 * tokenizerNamed("13a").tokenize("It works, really."); // ["It", "works", ",", "really", "."]
 */
export function tokenizerNamed(name: string): Tokenizer {
  if (Object.hasOwn(BUILT_IN, name)) return BUILT_IN[name as TokenizerName];
  const known = TOKENIZER_NAMES.join(", ");
  const loaded = Object.hasOwn(LOADED, name) ? `Load it first, with loadTokenizer, or use` : "Use";
  throw new UsageError(`unknown tokenizer '${name}'`, { nextStep: `${loaded} one of ${known}.` });
}

/**
 * Any tokenizer by name; those of LOADED_TOKENIZER_NAMES throw UsageError when their library is not installed.
 *
 * @example
 * import { BLEU, defaultTokenizerFor, loadTokenizer } from "gnmt-moe/metrics";
 *
 * const bleu = new BLEU({ tokenize: await loadTokenizer(defaultTokenizerFor("ja")) });
 */
export async function loadTokenizer(name: string): Promise<Tokenizer> {
  return Object.hasOwn(LOADED, name) ? LOADED[name as keyof typeof LOADED]() : tokenizerNamed(name);
}

/**
 * The tokenizer sacreBLEU chooses for a target language when none is named. A script or region (`zh-hans`, `ja_JP`) does not
 * change it, nor does a code of three letters (ISO 639-3).
 *
 * @example
 * import { defaultTokenizerFor } from "gnmt-moe/metrics";
 *
 * defaultTokenizerFor("zh-hans"); // zh
 * defaultTokenizerFor("de"); // 13a
 */
export function defaultTokenizerFor(language: string): string {
  switch (language.toLowerCase().split(/[-_]/)[0]) {
    case "zh":
    case "zho":
    case "cmn":
      return "zh";
    case "ja":
    case "jpn":
      return "ja-mecab";
    case "ko":
    case "kor":
      return "ko-mecab";
    default:
      return "13a";
  }
}
