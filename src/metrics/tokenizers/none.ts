/** `none`: text that is tokenized already; words are what stands between white space. */
import { splitWords } from "../white-space.ts";
import type { Tokenizer } from "./tokenizer.ts";

export const none: Tokenizer = { signature: "none", tokenize: splitWords };
