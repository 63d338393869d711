/** Masks: what a translator is shown in the place of placeables, and how they are found in its translation. */
import { UsageError } from "../base/errors.ts";
import type { Glossary } from "../glossary/glossary.ts";
import { wholeWords } from "../glossary/term-tokens.ts";
import { keptTerm, termsIn } from "./glossary-terms.ts";
import type { PlacedToken, Segment, Token } from "./segment-text.ts";
import { asLine } from "./white-space.ts";

/** How placeables are shown to a translator. Masks of one segment may be equal where their placeables are. */
export interface MaskStyle {
  /** A mask for each run of adjacent placeables, given their text. */
  masks(placeables: readonly string[]): string[];
  /** What looks like a mask: a translation with one that was not asked for is not taken. */
  pattern?: RegExp;
}

/** Names of the styles that are built in; `split` shows none: what is between placeables is translated piece by piece. */
export const maskNames = ["braces", "numbers", "verbatim", "split"] as const;
export type MaskName = (typeof maskNames)[number];

/** How segments are shown to a translator. */
export interface LineStyle {
  /** Undefined: placeables are not shown, but for terms. */
  masks: MaskStyle | undefined;
  /** Terms whose translations are asked for. */
  glossaries: readonly Glossary[];
}

/** A segment as a translator sees it. */
export interface MaskedSegment {
  line: string;
  /** Those of terms are the terms themselves. */
  masks: readonly string[];
  /** Runs of adjacent placeables, which stay together. */
  runs: readonly (readonly PlacedToken[])[];
  pattern: RegExp | undefined;
  /** [terms][wordings] what the glossaries have for the words of the line. */
  terms: readonly (readonly string[])[];
  /** The same for terms that come out as they are. */
  keptTerms: readonly (readonly string[])[];
}

/** A segment with more runs of placeables is split: a list, not a sentence. */
const MOST_MASKS = 50;

const braces = /\{\d{1,3}\}/;

const styles: Record<Exclude<MaskName, "split">, MaskStyle> = {
  // What is `{n}` already stays so; the others take numbers that are free.
  braces: {
    masks(placeables) {
      const taken = new Set(placeables);
      let next = 0;
      const free = () => {
        while (taken.has(`{${next}}`)) next++;
        return `{${next++}}`;
      };
      return placeables.map((text) => (/^\{\d\}$/.test(text) ? text : free()));
    },
    pattern: braces,
  },
  numbers: { masks: (placeables) => placeables.map((_, i) => `{${i}}`), pattern: braces },
  verbatim: { masks: (placeables) => [...placeables] },
};

/** The style of a name, undefined for `split`. Throws UsageError for a name that there is not. */
export function maskStyle(name: MaskName | MaskStyle): MaskStyle | undefined {
  if (typeof name !== "string") return name;
  if (name === "split") return undefined;
  const style = Object.hasOwn(styles, name) ? styles[name] : undefined;
  if (style === undefined) {
    throw new UsageError(`there are no masks "${name}"`, {
      where: "masks",
      nextStep: `Choose one of ${maskNames.join(", ")}, or give a style of your own.`,
    });
  }
  return style;
}

/** The segment with masks, or undefined where it has placeables and the style cannot tell them from the text around. */
export function maskSegment(segment: Segment, { masks: style, glossaries }: LineStyle): MaskedSegment | undefined {
  const groups = grouped(segment.tokens);
  const runs = groups.filter((each) => typeof each !== "string");
  const others = runs.filter((run) => !isTerm(run));
  if ((style === undefined && others.length > 0) || runs.length > MOST_MASKS) return undefined;
  const styled = style?.masks(others.map(textOf)) ?? [];
  const masks = runs.map((run) => (isTerm(run) ? textOf(run) : styled[others.indexOf(run)]!));
  const pattern = others.length > 0 ? style?.pattern : undefined;
  const forms = runs.map((run, i) => new RegExp(formOf(masks[i]!, run), "u"));
  const keptTerms: string[][] = [];
  const terms: string[][] = [];
  let next = 0;
  let line = "";
  for (const each of groups) {
    if (typeof each === "string") {
      const text = asLine(each);
      if (pattern?.test(text) || forms.some((form) => form.test(text))) return undefined;
      terms.push(...termsIn(text, line, glossaries));
      line += text;
      continue;
    }
    const mask = masks[next++]!;
    if (isTerm(each)) keptTerms.push(keptTerm(mask, line));
    line += mask;
  }
  return { line, masks, runs, pattern, terms, keptTerms };
}

/** Whether a run is a term, which the translator is shown as it is. */
function isTerm(run: readonly PlacedToken[]): boolean {
  return run.every(({ kind }) => kind === "term");
}

function textOf(run: readonly PlacedToken[]): string {
  return run.map(({ text }) => text).join("");
}

/** What finds a mask: a term only as whole words. */
function formOf(mask: string, run: readonly PlacedToken[]): string {
  return isTerm(run) ? wholeWords(mask) : mask.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
}

/** A piece of a translation: its text, or a mask and the placeables that it stands for. */
export interface UnmaskedPiece {
  text: string;
  /** Undefined for text that is no mask. */
  run?: readonly PlacedToken[];
}

/** The pieces of a translation in order; undefined unless each mask is there exactly as often as asked for. */
export function unmask(translation: string, masked: MaskedSegment): UnmaskedPiece[] | undefined {
  const { masks, runs, pattern } = masked;
  const waiting = new Map<string, number[]>();
  masks.forEach((mask, i) => {
    waiting.set(mask, [...(waiting.get(mask) ?? []), i]);
  });
  const pieces: UnmaskedPiece[] = [];
  let placed = 0;
  for (const text of cutAt(translation, masked)) {
    const places = waiting.get(text);
    if (places === undefined) {
      if (pattern?.test(text)) return undefined;
      pieces.push({ text });
      continue;
    }
    const index = places.shift();
    if (index === undefined) return undefined;
    pieces.push({ text, run: runs[index]! });
    placed++;
  }
  return placed === runs.length ? pieces : undefined;
}

/** The tokens of pieces. */
export function tokensOf(pieces: readonly UnmaskedPiece[]): Token[] {
  return pieces.flatMap(({ text, run }): readonly Token[] => run ?? [text]);
}

/** The text cut before and after each mask, the longest that fits first. */
function cutAt(text: string, { masks, runs }: MaskedSegment): string[] {
  if (masks.length === 0) return [text];
  const forms = new Map(masks.map((mask, i) => [mask, formOf(mask, runs[i]!)]));
  const longestFirst = [...forms].sort(([a], [b]) => b.length - a.length).map(([, form]) => form);
  return text.split(new RegExp(`(${longestFirst.join("|")})`, "u")).filter((piece) => piece !== "");
}

/** Placeables without text between them as one run. */
function grouped(tokens: readonly Token[]): (string | PlacedToken[])[] {
  const groups: (string | PlacedToken[])[] = [];
  for (const token of tokens) {
    const last = groups.at(-1);
    if (typeof token === "string") groups.push(token);
    else if (last === undefined || typeof last === "string") groups.push([token]);
    else last.push(token);
  }
  return groups;
}
