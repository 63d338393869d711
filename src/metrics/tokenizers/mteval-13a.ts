/** `13a`: the tokenizer of mteval-v13a (NIST 2009), which WMT scores are computed with. */
import type { Tokenizer } from "./tokenizer.ts";
import { westernWords } from "./western.ts";

export const mteval13a: Tokenizer = {
  signature: "13a",
  tokenize(line) {
    let text = line;
    if (text.includes("<skipped>")) text = text.replaceAll("<skipped>", "");
    if (text.includes("\n")) text = text.replaceAll("-\n", "").replaceAll("\n", " ");
    if (text.includes("&")) text = decodeEntities(text);
    return westernWords(` ${text} `);
  },
};

/** The four entities of SGML test sets, one after the other: `&amp;lt;` ends as `<`. */
export function decodeEntities(text: string): string {
  return text.replaceAll("&quot;", '"').replaceAll("&amp;", "&").replaceAll("&lt;", "<").replaceAll("&gt;", ">");
}
