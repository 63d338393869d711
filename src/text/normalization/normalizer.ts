/**
 * SentencePiece's text normalisation: replacement rules, white space, and the ▁ that stands for a space.
 * Works from UTF-16 string to UTF-16 buffer; text that no rule can touch is copied unit by unit.
 */

import type { NormalizerSpec } from "../sentencepiece/model-proto.ts";
import { ABSENT } from "../tables/pair-map.ts";
import { PieceTrie, ROOT } from "../tables/piece-trie.ts";
import { CharacterRole, Charsmap, codePointAt } from "./charsmap.ts";

/** ▁, which pieces carry in place of a space. */
export const SPACE_MARK = 0x2581;
const SPACE = 0x20;

/** What to do with a code unit: copy it, or look closer. */
const COPY = 0;
const PLAIN_SPACE = 1;
/** May continue a rule that began with the unit before. */
const LOOK_BACK = 2;
const LOOK_HERE = 3;

export class Normalizer {
  /** Code units of the last text that `run` normalised; valid up to the length it returned. */
  units = new Uint16Array(1024);
  private length = 0;
  /** Code units of the text that the last `prefix` stands for. */
  private consumed = 0;
  /** Whether what was written last ends with a space that further spaces are to join. */
  private afterSpace = false;
  /** What to do with each code unit, [65536]; made when there is much text. Until then each is looked at closely, with the same result. */
  private actions: Uint8Array | undefined;
  /** Units of text to normalise before it is made; it takes about as long as they do. */
  private unitsBeforeActions: number;
  private readonly charsmap: Charsmap;
  private readonly spec: NormalizerSpec;
  private readonly whitespaceAsSuffix: boolean;
  private readonly verbatim: PieceTrie;
  private readonly verbatimSymbols: readonly string[];
  private readonly mark: number;

  /** `verbatim` symbols are copied as they are. Throws WordpieceError when the rules are damaged. */
  constructor(spec: NormalizerSpec, whitespaceAsSuffix = false, verbatim: Iterable<string> = []) {
    this.spec = spec;
    this.whitespaceAsSuffix = whitespaceAsSuffix;
    this.charsmap = Charsmap.fromBytes(spec.charsmap);
    this.mark = spec.escapeWhitespaces ? SPACE_MARK : SPACE;
    this.verbatim = new PieceTrie();
    this.verbatimSymbols = [...verbatim];
    for (const symbol of this.verbatimSymbols) this.verbatim.add(symbol, symbol.length);
    this.unitsBeforeActions = (65536 + this.charsmap.size) / 4;
  }

  /** Throws WordpieceError where a rule is damaged, which otherwise only a text that it replaces would show. */
  checkRules(): void {
    this.charsmap.check();
  }

  normalize(text: string): string {
    const length = this.run(text);
    let normalized = "";
    for (let at = 0; at < length; at += 4096) {
      normalized += String.fromCharCode(...this.units.subarray(at, Math.min(length, at + 4096)));
    }
    return normalized;
  }

  /** Normalises into `units` and returns how many there are. */
  run(text: string): number {
    const { removeExtraWhitespaces, addDummyPrefix } = this.spec;
    if (this.actions === undefined) {
      this.unitsBeforeActions -= text.length;
      if (this.unitsBeforeActions < 0) this.actions = this.makeActions();
    }
    this.length = 0;
    const start = removeExtraWhitespaces ? this.skipSpaces(text) : 0;
    if (start === text.length) return 0;
    this.reserve(text.length - start + 2);
    if (addDummyPrefix && !this.whitespaceAsSuffix) this.units[this.length++] = this.mark;
    this.afterSpace = removeExtraWhitespaces;
    if (this.actions === undefined) this.appendAll(text, start);
    else this.copy(text, start, this.actions);
    if (removeExtraWhitespaces) while (this.length > 0 && this.units[this.length - 1] === this.mark) this.length--;
    if (addDummyPrefix && this.whitespaceAsSuffix) {
      this.reserve(1);
      this.units[this.length++] = this.mark;
    }
    return this.length;
  }

  private makeActions(): Uint8Array {
    const roles = this.charsmap.roles();
    const actions = roles.map(actionOf);
    if (roles[SPACE] === 0) actions[SPACE] = PLAIN_SPACE;
    else if (actions[SPACE] === COPY) actions[SPACE] = LOOK_HERE;
    for (const symbol of this.verbatimSymbols) {
      // LOOK_BACK includes looking here.
      const first = symbol.charCodeAt(0);
      if (actions[first] !== LOOK_BACK) actions[first] = LOOK_HERE;
    }
    return actions;
  }

  private appendAll(text: string, start: number): void {
    for (let at = start; at < text.length; at += this.consumed) this.append(this.prefix(text, at), text.length - at);
  }

  private copy(text: string, start: number, actions: Uint8Array): void {
    const { mark } = this;
    const { removeExtraWhitespaces } = this.spec;
    let { units, length, afterSpace } = this;
    /** Whether the unit before this one was copied unseen, and `afterSpace` before that. */
    let copied = false;
    let copiedAfterSpace = false;
    for (let at = start; at < text.length; ) {
      const unit = text.charCodeAt(at);
      const action = actions[unit]!;
      if (action === COPY) {
        units[length++] = unit;
        copiedAfterSpace = afterSpace;
        afterSpace = false;
        copied = true;
        at++;
      } else if (action === PLAIN_SPACE) {
        if (!afterSpace) units[length++] = mark;
        afterSpace = removeExtraWhitespaces;
        copied = false;
        at++;
      } else {
        const output = action === LOOK_BACK && copied ? this.charsmap.match(text, at - 1) : undefined;
        if (output !== undefined) {
          this.length = length - 1;
          this.afterSpace = copiedAfterSpace;
          this.append(output, text.length - at);
          at += this.charsmap.matchedUnits - 1;
        } else {
          this.length = length;
          this.afterSpace = afterSpace;
          this.append(this.prefix(text, at), text.length - at);
          at += this.consumed;
        }
        ({ units, length, afterSpace } = this);
        copied = false;
      }
    }
    this.length = length;
  }

  /** What the text at `at` begins with, normalised: a verbatim symbol, else a rule's output, else one character. */
  private prefix(text: string, at: number): string {
    this.consumed = this.verbatimLength(text, at);
    if (this.consumed > 0) return text.slice(at, at + this.consumed);
    const output = this.charsmap.match(text, at);
    if (output !== undefined) {
      this.consumed = this.charsmap.matchedUnits;
      return output;
    }
    const character = String.fromCodePoint(codePointAt(text, at));
    this.consumed = character.length;
    return character;
  }

  /** Appends an output, its spaces as marks, and keeps room for `rest` more units. */
  private append(output: string, rest: number): void {
    this.reserve(output.length + rest);
    let from = 0;
    if (this.afterSpace) while (output.charCodeAt(from) === SPACE) from++;
    if (from === output.length) return;
    for (let i = from; i < output.length; i++) {
      const unit = output.charCodeAt(i);
      this.units[this.length++] = unit === SPACE ? this.mark : unit;
    }
    this.afterSpace = this.spec.removeExtraWhitespaces && output.endsWith(" ");
  }

  /** Where the text begins after leading spaces. */
  private skipSpaces(text: string): number {
    let at = 0;
    while (at < text.length && this.actions?.[text.charCodeAt(at)] !== COPY) {
      if (this.prefix(text, at) !== " ") break;
      at += this.consumed;
    }
    return at;
  }

  private verbatimLength(text: string, at: number): number {
    let longest = 0;
    if (this.verbatim.isEmpty) return 0;
    let node = ROOT;
    for (let i = at; i < text.length; i++) {
      node = this.verbatim.step(node, text.charCodeAt(i));
      if (node === ABSENT) break;
      if (this.verbatim.valueAt(node) !== ABSENT) longest = this.verbatim.valueAt(node);
    }
    return longest;
  }

  private reserve(count: number): void {
    if (this.length + count <= this.units.length) return;
    const grown = new Uint16Array(2 * (this.length + count));
    grown.set(this.units.subarray(0, this.length));
    this.units = grown;
  }
}

function actionOf(role: number): number {
  if ((role & CharacterRole.continues) !== 0) return LOOK_BACK;
  return (role & CharacterRole.replaced) !== 0 ? LOOK_HERE : COPY;
}
