/** A text as it is compared with held-out text: what looks or reads the same to a model is the same. */

const WHITE_SPACE = /\s+/gu;
/** Lower case, one space between words, ASCII alone: already as it should be. */
const PLAIN = /^[!-@[-~]+(?: [!-@[-~]+)*$/;

/**
 * Unicode's NFKC, as wordpieces read text; lower case, since a translation that was learnt in other letters is learnt all the same; white space as one
 * space, and none at the ends.
 *
 * @example comparable("  Ｔhe\u00a0 dog ") // "the dog"
 */
export function comparable(text: string): string {
  if (PLAIN.test(text)) return text;
  return text.normalize("NFKC").toLowerCase().replace(WHITE_SPACE, " ").trim();
}
