/** SentencePiece's precompiled_charsmap: replacement rules as a double-array trie over UTF-8 and the outputs it points to. */
import { WordpieceError } from "../../base/errors.ts";
import { baseOf, isValue, keyValue, slotOf } from "../tables/double-array.ts";

/** What a UTF-16 code unit may take part in. */
export const CharacterRole = {
  /** A rule replaces the character alone, or it is half of a surrogate pair. */
  replaced: 1,
  /** A rule has the character after its first. */
  continues: 2,
  /** A rule starts with the character. */
  starts: 4,
} as const;

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

export class Charsmap {
  /** Code units of the text that the last `match` consumed. */
  matchedUnits = 0;
  private readonly units: Int32Array;
  private readonly outputs: Uint8Array;
  private readonly decoded = new Map<number, string>();

  private constructor(units: Int32Array, outputs: Uint8Array) {
    this.units = units;
    this.outputs = outputs;
  }

  /** Reads a precompiled_charsmap; empty bytes mean no rules. Throws WordpieceError when it is malformed. */
  static fromBytes(bytes: Uint8Array): Charsmap {
    if (bytes.length === 0) return new Charsmap(new Int32Array(0), bytes);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const trieBytes = bytes.length < 4 ? 0 : view.getUint32(0, true);
    if (trieBytes < 4 || trieBytes % 4 !== 0 || trieBytes >= bytes.length - 4)
      throw malformed("its trie has no valid size");
    // Little-endian, as tensors are read.
    return new Charsmap(
      new Int32Array(new Uint8Array(bytes.subarray(4, 4 + trieBytes)).buffer),
      bytes.subarray(4 + trieBytes),
    );
  }

  /** How many units the trie has; 0 without rules. */
  get size(): number {
    return this.units.length;
  }

  /** Throws WordpieceError where a rule's output lies outside: what would otherwise be found when a text has what the rule replaces. */
  check(): void {
    const { units, outputs } = this;
    for (let slot = 0; slot < units.length; slot++) {
      if (isValue(units[slot]!)) continue;
      if (keyValue(units, slot) >= outputs.length) throw outputOutside();
    }
  }

  /** Output of the longest rule that matches the text from `at` on, and its length in `matchedUnits`; undefined when none. */
  match(text: string, at: number): string | undefined {
    const { units } = this;
    if (units.length === 0) return undefined;
    let value = -1;
    let base = baseOf(units, 0);
    for (let i = at; i < text.length; ) {
      const codePoint = codePointAt(text, i);
      const slot = this.advance(base, codePoint);
      if (slot < 0) break;
      i += codePoint > 0xffff ? 2 : 1;
      const found = keyValue(units, slot);
      if (found >= 0) {
        value = found;
        this.matchedUnits = i - at;
      }
      base = baseOf(units, slot);
    }
    return value < 0 ? undefined : this.output(value);
  }

  /** Every rule, left side and output, for tests and inspection: a long list. */
  *rules(): Generator<[left: string, output: string]> {
    const children = new CharacterChildren(this.units);
    const walk = function* (this: Charsmap, base: number, left: string): Generator<[string, string]> {
      for (const { codePoint, slot } of children.of(base)) {
        const longer = left + String.fromCodePoint(codePoint);
        const value = keyValue(this.units, slot);
        if (value >= 0) yield [longer, this.output(value)];
        yield* walk.call(this, baseOf(this.units, slot), longer);
      }
    };
    if (this.units.length > 0) yield* walk.call(this, baseOf(this.units, 0), "");
  }

  /** The unit after the UTF-8 bytes of a character, or -1. */
  private advance(base: number, codePoint: number): number {
    const { units } = this;
    if (codePoint < 0x80) return slotOf(units, base, codePoint);
    let slot: number;
    let rest: number;
    if (codePoint < 0x800) {
      slot = slotOf(units, base, 0xc0 | (codePoint >>> 6));
      rest = 0;
    } else if (codePoint < 0x10000) {
      slot = slotOf(units, base, 0xe0 | (codePoint >>> 12));
      rest = 6;
    } else {
      slot = slotOf(units, base, 0xf0 | (codePoint >>> 18));
      rest = 12;
    }
    for (; rest >= 0 && slot >= 0; rest -= 6) {
      slot = slotOf(units, baseOf(units, slot), 0x80 | ((codePoint >>> rest) & 0x3f));
    }
    return slot;
  }

  private output(value: number): string {
    let text = this.decoded.get(value);
    if (text === undefined) {
      if (value >= this.outputs.length) throw outputOutside();
      const end = this.outputs.indexOf(0, value);
      text = decoder.decode(this.outputs.subarray(value, end < 0 ? undefined : end));
      this.decoded.set(value, text);
    }
    return text;
  }

  /** CharacterRole bits of each code unit, [65536], found by walking every node once. Throws WordpieceError as `check` does. */
  roles(): Uint8Array {
    const { units } = this;
    const roles = new Uint8Array(65536);
    roles.fill(CharacterRole.replaced | CharacterRole.continues | CharacterRole.starts, 0xd800, 0xe000);
    if (units.length === 0) return roles;
    const children = new CharacterChildren(units);
    const seen = new Uint8Array(units.length);
    const open = [baseOf(units, 0)];
    let role: number = CharacterRole.starts;
    for (let base = open.pop(); base !== undefined; base = open.pop()) {
      if (seen[base] !== 0) continue; // Seen, or outside a damaged trie.
      seen[base] = 1;
      for (const { codePoint, slot } of children.of(base)) {
        const value = keyValue(units, slot);
        if (value >= this.outputs.length) throw outputOutside();
        if (codePoint < 0x10000) {
          roles[codePoint]! |= role;
          if (value >= 0 && role === CharacterRole.starts) roles[codePoint]! |= CharacterRole.replaced;
        }
        open.push(baseOf(units, slot));
      }
      role = CharacterRole.continues;
    }
    return roles;
  }
}

/** Finds the characters that go on from a node. A unit tells its parent: it lies at its parent's base xor its own byte. */
class CharacterChildren {
  private readonly units: Int32Array;
  /** First unit under each base and the next one under the same base, or 0. */
  private readonly first: Int32Array;
  private readonly next: Int32Array;

  constructor(units: Int32Array) {
    this.units = units;
    this.first = new Int32Array(units.length);
    this.next = new Int32Array(units.length);
    for (let slot = 1; slot < units.length; slot++) {
      const byte = units[slot]! & 0xff;
      const base = slot ^ byte;
      if (byte === 0 || slotOf(units, base, byte) !== slot) continue;
      this.next[slot] = this.first[base]!;
      this.first[base] = slot;
    }
  }

  /** Each character that a node leads on with, and the unit of its last byte. */
  of(base: number): { codePoint: number; slot: number }[] {
    const found: { codePoint: number; slot: number }[] = [];
    this.collect(base, 0, 0, found);
    return found;
  }

  private collect(base: number, prefix: number, trailing: number, found: { codePoint: number; slot: number }[]): void {
    for (let slot = this.first[base] ?? 0; slot !== 0; slot = this.next[slot]!) {
      const byte = this.units[slot]! & 0xff;
      if (trailing > 0) {
        if ((byte & 0xc0) !== 0x80) continue;
        const codePoint = prefix * 64 + (byte & 0x3f);
        if (trailing > 1) this.collect(baseOf(this.units, slot), codePoint, trailing - 1, found);
        else if (codePoint <= 0x10ffff) found.push({ codePoint, slot });
      } else if (byte < 0x80) found.push({ codePoint: byte, slot });
      else if (byte >= 0xc2 && byte < 0xf5) {
        const more = byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : 3;
        this.collect(baseOf(this.units, slot), byte & (0x3f >> more), more, found);
      }
    }
  }
}

/** A lone surrogate reads as U+FFFD, as every UTF-8 encoder writes it. */
export function codePointAt(text: string, at: number): number {
  const codePoint = text.codePointAt(at)!;
  return codePoint >= 0xd800 && codePoint < 0xe000 ? 0xfffd : codePoint;
}

function outputOutside(): WordpieceError {
  return malformed("a rule's output lies outside");
}

function malformed(what: string): WordpieceError {
  return new WordpieceError(`the model's normalisation rules are damaged: ${what}`);
}
