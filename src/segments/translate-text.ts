/** Texts of any shape → their translations: segments are translated, everything between them and every placeable comes out as it was. */
import type { TranslatedHypothesis } from "../decoding/translation.ts";
import { accepts } from "./accept.ts";
import { loops } from "./loops.ts";
import { type MaskedSegment, type MaskName, type MaskStyle, maskSegment, maskStyle, unmask } from "./masks.ts";
import { joinParts, type Segment, type SegmentOptions, segmentsOf, segmentText, type Token } from "./segment-text.ts";

/** Translates lines, one translation each in order: the hypotheses of a line, best first, are tried one after the other. */
export type TranslateLines = (
  lines: string[],
) => AsyncIterable<{ hypotheses: readonly Pick<TranslatedHypothesis, "text">[] }>;

/** How a text is translated. */
export interface TextOptions extends SegmentOptions {
  /** How the model is shown placeables. Default "braces". */
  masks?: MaskName | MaskStyle;
  /** Counts are added to these. Default: none are kept. */
  counts?: TextCounts;
}

/** What became of the segments of texts. */
export interface TextCounts {
  /** Segments that were translated. */
  segments: number;
  /** Of these, segments with placeables: the sum of the three that follow. */
  withPlaceables: number;
  /** The best hypothesis has all placeables, once each. */
  kept: number;
  /** A later hypothesis has; the better ones had lost some, or looped. */
  nextHypothesis: number;
  /** None has: what is between the placeables was translated piece by piece. */
  split: number;
  /** Segments whose best hypothesis looped and gave way to another. */
  loops: number;
  /** Segments and pieces left in the source's language: every hypothesis invented a placeable, or there was none. */
  untranslated: number;
}

/**
 * Counts at zero, for `TextOptions.counts`.
 *
 * @example
 * import { loadTranslationModel, textCounts, translateText, Translator } from "gnmt-moe";
 *
 * const translator = new Translator(await loadTranslationModel("models/my"), { nBest: 5 });
 * const counts = textCounts();
 * await translateText((lines) => translator.translate(lines), "Open {0}.", { counts });
 * console.log(counts.kept, counts.nextHypothesis, counts.split);
 */
export function textCounts(): TextCounts {
  return { segments: 0, withPlaceables: 0, kept: 0, nextHypothesis: 0, split: 0, loops: 0, untranslated: 0 };
}

/**
 * Translates a text. Line breaks, white space at the edges of lines and sentences and what has no letter come out byte for byte; each placeable comes
 * out exactly once. Throws UsageError for masks that there are not, and what `translate` throws.
 *
 * @example
 * import { loadTranslationModel, translateText, Translator } from "gnmt-moe";
 *
 * const translator = new Translator(await loadTranslationModel("models/my"), { nBest: 5 });
 * await translateText((lines) => translator.translate(lines), "Open {0}.\n\n* Close <b>all</b> files", { language: "en" });
 */
export async function translateText(
  translate: TranslateLines,
  text: string,
  options: TextOptions = {},
): Promise<string> {
  return (await translateTexts(translate, [text], options))[0]!;
}

/**
 * Translates texts as `translateText` does one, all their segments together. Throws as it does.
 *
 * @example
 * import { loadTranslationModel, translateTexts, Translator } from "gnmt-moe";
 *
 * const translator = new Translator(await loadTranslationModel("models/my"), { nBest: 5 });
 * await translateTexts((lines) => translator.translate(lines), ["Open {0}.", "Close it."], { masks: "verbatim" });
 */
export async function translateTexts(
  translate: TranslateLines,
  texts: readonly string[],
  options: TextOptions = {},
): Promise<string[]> {
  const style = maskStyle(options.masks ?? "braces");
  const counts = options.counts ?? textCounts();
  const documents = texts.map((text) => segmentText(text, options));
  const segments = documents.flatMap(segmentsOf);
  const chosen = await translateWhole(translate, segments, style, counts);
  const lost = segments.filter((segment) => !chosen.has(segment));
  await translatePieces(translate, lost, chosen, counts);
  return documents.map((parts) => joinParts(parts, (segment) => chosen.get(segment)!));
}

/** Segments with masks, each with the first hypothesis that may be taken; those without one are not in the result. */
async function translateWhole(
  translate: TranslateLines,
  segments: readonly Segment[],
  style: MaskStyle | undefined,
  counts: TextCounts,
): Promise<Map<Segment, readonly Token[]>> {
  const chosen = new Map<Segment, readonly Token[]>();
  const masked = segments.map((segment) => ({ segment, masked: maskSegment(segment, style) }));
  const asked = masked.flatMap(({ segment, masked }) => (masked === undefined ? [] : [{ segment, masked }]));
  const found = await hypothesesOf(
    translate,
    asked.map(({ masked }) => masked.line),
  );
  asked.forEach(({ segment, masked }, i) => {
    const { tokens, rank, looped } = choose(found[i]!, segment, masked);
    const hasPlaceables = masked.runs.length > 0;
    if (looped) counts.loops++;
    if (hasPlaceables && tokens !== undefined) counts[rank === 0 ? "kept" : "nextHypothesis"]++;
    if (tokens !== undefined) chosen.set(segment, tokens);
    else if (!hasPlaceables) {
      chosen.set(segment, segment.tokens);
      counts.untranslated++;
    }
  });
  counts.segments += segments.length;
  counts.withPlaceables += segments.filter(({ tokens }) => tokens.some((token) => typeof token !== "string")).length;
  return chosen;
}

/** Segments cut at their placeables: each piece of text is translated as a segment, without what stands at its edges. */
async function translatePieces(
  translate: TranslateLines,
  segments: readonly Segment[],
  chosen: Map<Segment, readonly Token[]>,
  counts: TextCounts,
): Promise<void> {
  counts.split += segments.length;
  const pieces = segments.flatMap((segment) =>
    segment.tokens.flatMap((token, place) => (typeof token === "string" ? [pieceOf(token, segment, place)] : [])),
  );
  const asked = pieces.filter(({ core }) => /\p{L}{2}|[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}]/u.test(core));
  const found = await hypothesesOf(
    translate,
    asked.map(({ core }) => core),
  );
  const translated = new Map(segments.map((segment) => [segment, [...segment.tokens]]));
  asked.forEach(({ segment, place, before, core, after }, i) => {
    const tokens = translated.get(segment)!;
    const masked = { line: core, masks: [], runs: [], pattern: undefined };
    const choice = choose(found[i]!, { tokens: [core], isIcu: segment.isIcu }, masked);
    if (choice.looped) counts.loops++;
    const text = choice.tokens === undefined ? core : withoutFullStop(choice.tokens.join(""), core);
    // Only the neighbours can make a placeable of a piece, or be made another by it.
    const around = segment.tokens.slice(Math.max(0, place - 1), place + 2);
    const joined = around.with(place === 0 ? 0 : 1, before + text + after);
    if (choice.tokens !== undefined && accepts(joined, around, segment.isIcu)) tokens[place] = before + text + after;
    else counts.untranslated++;
  });
  for (const [segment, tokens] of translated) chosen.set(segment, tokens);
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

interface Choice {
  /** Undefined where none may be taken. */
  tokens: readonly Token[] | undefined;
  /** Place of the hypothesis, from 0. */
  rank: number;
  /** Whether a better hypothesis looped and was left out. */
  looped: boolean;
}

/** The first hypothesis that may be taken and doesn't loop, or the first that may be taken. */
function choose(hypotheses: readonly string[], segment: Segment, masked: MaskedSegment): Choice {
  let looping: Choice | undefined;
  for (const [rank, text] of hypotheses.entries()) {
    const tokens = text.trim() === "" ? undefined : unmask(text.trim(), masked);
    if (tokens === undefined || !accepts(tokens, segment.tokens, segment.isIcu)) continue;
    if (!loops(text, masked.line)) return { tokens, rank, looped: looping !== undefined };
    looping ??= { tokens, rank, looped: false };
  }
  return looping ?? { tokens: undefined, rank: hypotheses.length, looped: false };
}

/** The texts of the hypotheses of each line. */
async function hypothesesOf(translate: TranslateLines, lines: string[]): Promise<string[][]> {
  const found: string[][] = [];
  if (lines.length === 0) return found;
  for await (const { hypotheses } of translate(lines)) found.push(hypotheses.map(({ text }) => text));
  return Array.from(lines, (_, i) => found[i] ?? []);
}
