/** Splits a line into sentences: the boundaries of Unicode Annex 29 (`Intl.Segmenter`), less those after abbreviations, initials and ordinals. */
import { abbreviationsOf } from "./abbreviations.ts";

/** Languages that write an ordinal as a number and a full stop: "am 3. Oktober". */
const WITH_ORDINALS = new Set("de da nb nn no fi cs sk hu et lv hr sl sr bs is pl tr eu".split(" "));

/** Units of text that are looked at before and after a boundary. */
const CONTEXT = 64;

/** Units that are given to `Intl.Segmenter` at a time. */
const BLOCK = 4096;

/** Abbreviations that often end a sentence: where a capital follows, they do. */
const MAY_END = new Set("etc ecc enz usf itd apod al inc ltd co corp т.д т.п д п др".split(" "));

/** What ends a sentence, with something behind it: a line without has no boundary, which is told faster so. */
const MAY_HAVE_SEVERAL = /[\p{Sentence_Terminal}.\u2024\ufe52\uff0e](?!\s*$)/u;

const segmenters = new Map<string, Intl.Segmenter>();

/**
 * The sentences of a line, with the white space after each: joined, they are the line. `language` is a tag as `de` or `pt-BR`; an unknown one has
 * the boundaries of Unicode alone and the abbreviations that many languages share.
 *
 * @example
 * splitSentences("Er kam am 3. Oktober. Dr. Meier auch.", "de"); // ["Er kam am 3. Oktober. ", "Dr. Meier auch."]
 */
export function splitSentences(line: string, language = "en"): string[] {
  if (line === "" || !MAY_HAVE_SEVERAL.test(line)) return line === "" ? [] : [line];
  const base = language.toLowerCase().split(/[-_]/)[0]!;
  const sentences: string[] = [];
  let start = 0;
  for (const index of boundaries(line, segmenterOf(base))) {
    const after = line.slice(index, index + CONTEXT);
    if (goesOn(line.slice(Math.max(start, index - CONTEXT), index), after, base)) continue;
    sentences.push(line.slice(start, index));
    start = index;
  }
  if (start < line.length) sentences.push(line.slice(start));
  return sentences;
}

/** Where sentences begin, the line's beginning left out. Read in blocks: `Intl.Segmenter` takes time quadratic in the length of its text. */
function* boundaries(line: string, segmenter: Intl.Segmenter): Generator<number> {
  for (let at = 0; at < line.length; ) {
    const block = line.slice(at, at + BLOCK);
    const isLast = at + BLOCK >= line.length;
    // What follows a boundary has a say in it.
    const most = isLast ? block.length : block.length - CONTEXT;
    let reached = 0;
    for (const { index } of segmenter.segment(block)) {
      if (index === 0 || index > most) continue;
      yield at + index;
      reached = index;
    }
    if (isLast) return;
    at += reached === 0 ? most : reached;
  }
}

function segmenterOf(language: string): Intl.Segmenter {
  let segmenter = segmenters.get(language);
  if (segmenter === undefined) {
    const known = /^[a-z]{2,3}$/.test(language) ? language : "en";
    segmenter = new Intl.Segmenter(known, { granularity: "sentence" });
    if (segmenters.size < 200) segmenters.set(language, segmenter);
  }
  return segmenter;
}

/** Whether what Unicode takes for two sentences is one, given the end of the first and the start of the second. */
function goesOn(before: string, start: string, language: string): boolean {
  const end = before.trimEnd();
  // "(really?) yes", "Stop! he said": a sentence doesn't begin with a small letter.
  if (/^["'“„«([]*\p{Ll}/u.test(start) && /[.!?…]["'”“»)\]]*$/.test(end)) return true;
  if (language === "ja" && /[」』）]$/.test(end) && /^(?:と|って)/.test(start)) return true;
  const word = /(?:^|[\s("'“„«[/])([^\s("'“„«[]+)\.$/u.exec(end)?.[1];
  if (word === undefined) return false;
  if (/^\d{1,4}$/.test(word)) return isOrdinal(before, start, language);
  // "z. B.", "т. е.": the first half, then the whole.
  if (/^\p{Ll}$/u.test(word) && /^\p{L}{1,2}\.(?:\s|$)/u.test(start)) return true;
  const spaced = /(?:^|\s)(\p{Ll}\.\s\p{L}{1,2})\.$/u.exec(end)?.[1]?.replace(/\s/u, "").toLowerCase();
  const known = abbreviationsOf(language);
  const abbreviation = [spaced, word.toLowerCase()].find((each) => each !== undefined && known.has(each));
  if (abbreviation !== undefined) return !MAY_END.has(abbreviation);
  // Initials: "J. R. R. Tolkien". A capital that follows a word with a small letter may end a sentence: "vitamin C. It".
  return /^\p{Lu}(?:\.\p{Lu}|\.-\p{Lu})*$/u.test(word) && isInitial(end, start);
}

/** A number of up to 4 digits with a full stop, in a language that writes ordinals so; 1900 to 2099 at the end are years. */
function isOrdinal(before: string, start: string, language: string): boolean {
  if (!WITH_ORDINALS.has(language)) return /^["'(]*\d/.test(start) && !/^\s*\d+\.\s*$/.test(before);
  const number = /(\d{1,4})\.\s*$/.exec(before)?.[1];
  // "Nr. 5.": a number after an abbreviation is none of an order.
  if (/\p{L}\.\s?\d+\.\s*$/u.test(before)) return false;
  // "1. Öffnen Sie …" at the beginning of a line is an item of a list.
  if (number === undefined || /^\s*\d+\.\s*$/.test(before)) return false;
  return number.length <= 2 && /^\p{L}/u.test(start);
}

/** Whether the full stop after a capital is that of a name: another capitalised word follows and a capitalised one, or none, precedes. */
function isInitial(end: string, start: string): boolean {
  if (!/^\p{Lu}/u.test(start)) return false;
  const previous = /(\S+)\s+\S+$/u.exec(end)?.[1];
  return (
    previous === undefined ||
    /^[("'“„«]*\p{Lu}/u.test(previous) ||
    /^(?:by|von|par|de|di|and|und|et|y|e)$/u.test(previous)
  );
}
