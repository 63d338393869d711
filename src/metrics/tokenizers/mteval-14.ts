/** `intl`: the international tokenizer of mteval-v14 (NIST 2013), which sets apart all of Unicode's punctuation and symbols. */
import { splitWords } from "../white-space.ts";
import type { Tokenizer } from "./tokenizer.ts";

const PUNCTUATION_AFTER_NON_NUMBER = /(\P{N})(\p{P})/gu;
const PUNCTUATION_BEFORE_NON_NUMBER = /(\p{P})(\P{N})/gu;
const SYMBOL = /\p{S}/gu;

/** Punctuation between two numbers stays, and so does a full stop after a number that ends the line. */
export const mteval14: Tokenizer = {
  signature: "intl",
  tokenize(line) {
    const separated = line
      .replace(PUNCTUATION_AFTER_NON_NUMBER, "$1 $2 ")
      .replace(PUNCTUATION_BEFORE_NON_NUMBER, " $1 $2")
      .replace(SYMBOL, " $& ");
    return splitWords(separated);
  },
};
