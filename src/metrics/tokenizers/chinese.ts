/** `zh`: Chinese characters one by one, the rest as Western text (after Huang's tokenizer for the WMT17 Chinese tasks). */
import { stripEnd, stripStart } from "../white-space.ts";
import type { Tokenizer } from "./tokenizer.ts";
import { westernWords } from "./western.ts";

/**
 * Ideographs, kana phonetics, CJK punctuation and full-width forms. U+2001–U+2A6D (general punctuation, arrows,
 * mathematics, dingbats) is here because published scores were computed with it; ideographs beyond U+FFFF are not,
 * for the same reason.
 */
const CHINESE =
  /[\u2001-\u2a6d\u2e80-\u2fdf\u2ff0-\u303f\u3100-\u312f\u31a0-\u31bf\u31c0-\u31ef\u3200-\u4db5\u4e00-\u9fbb\uf900-\ufa2d\ufa30-\ufa6a\ufa70-\ufad9\ufe10-\ufe1f\ufe30-\ufe4f\uff00-\uffef]/g;

export const chinese: Tokenizer = {
  signature: "zh",
  tokenize: (line) => westernWords(stripStart(stripEnd(line)).replace(CHINESE, " $& ")),
};
