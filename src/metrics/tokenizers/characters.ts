/** `char`: every character a word. */
import { removeWhiteSpace } from "../white-space.ts";
import type { Tokenizer } from "./tokenizer.ts";

export const characters: Tokenizer = { signature: "char", tokenize: (line) => [...removeWhiteSpace(line)] };
