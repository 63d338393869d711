/** Segments cut at their placeables, which keep their order: each piece of text is translated as a segment, without what stands at its edges. */
import { accepts } from "./accept.ts";
import { countTerms, maskedAttempt, tryAll } from "./attempts.ts";
import { termsIn } from "./glossary-terms.ts";
import type { LineStyle } from "./masks.ts";
import type { Segment, Token } from "./segment-text.ts";
import type { TextCounts } from "./text-counts.ts";
import type { TranslateLines } from "./translate-lines.ts";
import { asLine } from "./white-space.ts";

/** What a line without placeables is masked with. */
const unmasked = { masks: [], runs: [], pattern: undefined, keptTerms: [] };

/** The translation of each segment. Pieces and loops are counted, not the segments. */
export async function translatePieces(
  translate: TranslateLines,
  segments: readonly Segment[],
  { glossaries }: LineStyle,
  counts: TextCounts,
): Promise<ReadonlyMap<Segment, readonly Token[]>> {
  const pieces = segments.flatMap((segment) =>
    segment.tokens.flatMap((token, place) => (typeof token === "string" ? [pieceOf(token, segment, place)] : [])),
  );
  const asked = pieces.filter(({ core }) => /\p{L}{2}|[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}]/u.test(core));
  const attempts = asked.map(({ core, segment: { isIcu } }) => {
    const line = asLine(core);
    const terms = termsIn(line, "", glossaries);
    return maskedAttempt({ tokens: [core], isIcu }, { ...unmasked, line, terms });
  });
  const pieceOfAttempt = new Map(attempts.map((attempt, i) => [attempt, asked[i]!]));
  const translated = new Map(segments.map((segment) => [segment, [...segment.tokens]]));
  await tryAll(translate, attempts, (attempt, choice) => {
    const { segment, place, before, core, after } = pieceOfAttempt.get(attempt)!;
    const tokens = translated.get(segment)!;
    countTerms(counts, attempt, choice);
    if (choice.looped) counts.loops++;
    const [best] = choice.accepted;
    const text = best === undefined ? core : withoutFullStop(best.join(""), core);
    // Only the neighbours can make a placeable of a piece, or be made another by it.
    const around = segment.tokens.slice(Math.max(0, place - 1), place + 2);
    const joined = around.with(place === 0 ? 0 : 1, before + text + after);
    if (best !== undefined && accepts(joined, around, segment.isIcu)) tokens[place] = before + text + after;
    else counts.untranslated++;
  });
  return translated;
}

/** A piece of text between placeables: what is translated of it, and the signs and white space at its edges. */
function pieceOf(text: string, segment: Segment, place: number) {
  const before = /^[^\p{L}\p{N}]*/u.exec(text)![0];
  const after = /[^\p{L}\p{M}\p{N}]*$/u.exec(text.slice(before.length))![0];
  return { segment, place, before, core: text.slice(before.length, text.length - after.length), after };
}

/** A full stop that the piece did not have, since its sentence goes on. */
function withoutFullStop(translation: string, core: string): string {
  return /[.。!?！？]$/u.test(core) ? translation : translation.replace(/[.。!?！？…]+$/u, "");
}
