/** The normalization of Tercom (Snover et al. 2006), TER's original scorer. By default it only lowers case. */
import { splitWords } from "../white-space.ts";
import { decodeEntities } from "./mteval-13a.ts";
import { separateMarks, separateSymbols } from "./western.ts";

/** What is done to a line before edits are counted. */
export interface TercomOptions {
  /** Decodes entities and sets punctuation apart; with `asianSupport` also each ideograph. Default false. */
  normalized?: boolean;
  /** Removes punctuation; with `asianSupport` also that of East Asian scripts. Default false. */
  noPunctuation?: boolean;
  /** Extends `normalized` and `noPunctuation` to East Asian scripts. Default false. */
  asianSupport?: boolean;
  /** Default false: case is ignored. */
  caseSensitive?: boolean;
}

const ASIAN_PUNCTUATION = /[\u3001\u3002\u3008-\u3011\u3014-\u301f\uff61-\uff65\u30fb]/g;
const FULL_WIDTH_PUNCTUATION = /[\uff0e\uff0c\uff1f\uff1a\uff1b\uff01\uff02\uff08\uff09]/g;
/**
 * Radicals, strokes, ideographs and compatibility forms. Kana stay together: the rules Tercom has for them only match
 * a line that begins with kana, and normalized lines begin with a space.
 */
const IDEOGRAPH = /[\u2e80-\u2eff\u31c0-\u31ef\u3200-\u4dbf\u4e00-\u9fff\uf900-\ufaff\ufe30-\ufe4f]/g;
const PUNCTUATION = /[.,?:;!"()]/g;

/** The words of a line. */
export function tercomWords(line: string, options: TercomOptions): string[] {
  let text = options.caseSensitive ? line : line.toLowerCase();
  if (options.normalized && text !== "") {
    text = normalize(text);
    if (options.asianSupport) text = separateAsian(text);
  }
  if (options.noPunctuation) {
    text = text.replace(PUNCTUATION, "");
    if (options.asianSupport) text = text.replace(ASIAN_PUNCTUATION, "").replace(FULL_WIDTH_PUNCTUATION, "");
  }
  return splitWords(text);
}

function normalize(text: string): string {
  const decoded = decodeEntities(text.replaceAll("\n-", "").replaceAll("\n", " "));
  const possessivesApart = separateSymbols(` ${decoded} `).replaceAll("'s ", " 's ");
  return separateMarks(possessivesApart);
}

function separateAsian(text: string): string {
  return text.replace(IDEOGRAPH, " $& ").replace(ASIAN_PUNCTUATION, " $& ").replace(FULL_WIDTH_PUNCTUATION, " $& ");
}
