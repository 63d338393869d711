/**
 * Darts double-array tries, as SentencePiece stores its normalisation rules (Aoe 1989, "An Efficient Digital Search Algorithm
 * by Using a Double-Array Structure"; unit layout of Darts-clone). Equal subtrees are stored once.
 *
 * A unit holds the byte that leads to it, whether a key ends there, and an offset; the children of unit i lie at
 * (i xor offset) xor byte, and the value of a key that ends there at (i xor offset), with the sign bit set.
 */

import { enlarge } from "./enlarge.ts";

const HAS_VALUE = 0x100;
const LABEL_MASK = 0x800000ff | 0;
const VALUE_BIT = 0x80000000 | 0;
const BLOCK = 256;
/** No node's children start at a slot with this low byte; labels of free slots refer to it, so that none matches. */
const UNUSED_BASE = 0xff;
/** Only the last blocks are searched for free slots; older ones are nearly full. */
const OPEN_BLOCKS = 16;
const NONE = -1;

/** A state of a minimal automaton over bytes, equal states being one object. */
export interface ByteState {
  /** Value of the key that ends here, or -1. */
  readonly value: number;
  readonly labels: readonly number[];
  readonly targets: readonly ByteState[];
}

/** Makes byte states, one object for all equal ones. */
export class ByteStates {
  private readonly states = new Map<string, ByteState>();
  private readonly numbers = new Map<ByteState, number>();

  /** Labels must be ascending bytes above 0. */
  state(value: number, labels: readonly number[], targets: readonly ByteState[]): ByteState {
    let key = `${value}`;
    for (let i = 0; i < labels.length; i++) key += `,${labels[i]}:${this.numbers.get(targets[i]!)}`;
    let state = this.states.get(key);
    if (state === undefined) {
      state = { value, labels, targets };
      this.states.set(key, state);
      this.numbers.set(state, this.numbers.size);
    }
    return state;
  }
}

/** Lays an automaton out as double-array units. */
export function layOut(root: ByteState): Int32Array {
  return new Layout().build(root);
}

class Layout {
  private units = new Int32Array(0);
  private taken = new Uint8Array(0);
  private baseTaken = new Uint8Array(0);
  /** Free slots as a list in ascending order: neighbours of each, and the ends. */
  private nextFree = new Int32Array(0);
  private previousFree = new Int32Array(0);
  private firstFree = NONE;
  private lastFree = NONE;
  private size = 0;
  private readonly bases = new Map<ByteState, number>();

  build(root: ByteState): Int32Array {
    this.grow();
    this.take(0);
    this.baseTaken[0] = 1;
    const rootBase = this.place(root);
    this.units[0] = encodeOffset(rootBase);
    for (let slot = 1; slot < this.size; slot++) {
      if (this.taken[slot] === 0) this.units[slot] = (slot ^ UNUSED_BASE) & 0xff;
    }
    return this.units.slice(0, this.size);
  }

  /** Slot that the state's children are counted from. */
  private place(state: ByteState): number {
    const known = this.bases.get(state);
    if (known !== undefined) return known;
    const { value, targets } = state;
    const labels = value < 0 ? state.labels : [0, ...state.labels];
    const base = this.findBase(labels);
    this.bases.set(state, base);
    this.baseTaken[base] = 1;
    for (const label of labels) this.take(base ^ label);
    if (value >= 0) this.units[base] = value | VALUE_BIT;
    for (let i = 0; i < targets.length; i++) {
      const label = state.labels[i]!;
      const slot = base ^ label;
      const offset = encodeOffset(slot ^ this.place(targets[i]!));
      this.units[slot] = offset | (targets[i]!.value < 0 ? 0 : HAS_VALUE) | label;
    }
    return base;
  }

  private findBase(labels: readonly number[]): number {
    const first = labels[0]!;
    for (let slot = this.firstFree; ; slot = this.nextFree[slot]!) {
      if (slot === NONE) slot = this.grow();
      const base = slot ^ first;
      if (this.baseTaken[base] === 0 && (base & 0xff) !== UNUSED_BASE && this.isFree(base, labels)) return base;
    }
  }

  private isFree(base: number, labels: readonly number[]): boolean {
    for (let i = 1; i < labels.length; i++) if (this.taken[base ^ labels[i]!] === 1) return false;
    return true;
  }

  private take(slot: number): void {
    this.taken[slot] = 1;
    const previous = this.previousFree[slot]!;
    const next = this.nextFree[slot]!;
    if (previous !== NONE) this.nextFree[previous] = next;
    else if (this.firstFree === slot) this.firstFree = next;
    if (next !== NONE) this.previousFree[next] = previous;
    else if (this.lastFree === slot) this.lastFree = previous;
  }

  /** Adds a block, closes the oldest open one, and returns the new block's first slot. */
  private grow(): number {
    const start = this.size;
    this.size += BLOCK;
    if (this.size > this.units.length) this.reserve(Math.max(64 * BLOCK, 2 * this.units.length));
    for (let slot = start; slot < this.size; slot++) {
      this.previousFree[slot] = this.lastFree;
      this.nextFree[slot] = NONE;
      if (this.lastFree === NONE) this.firstFree = slot;
      else this.nextFree[this.lastFree] = slot;
      this.lastFree = slot;
    }
    while (this.firstFree < this.size - OPEN_BLOCKS * BLOCK) {
      this.firstFree = this.nextFree[this.firstFree]!;
      this.previousFree[this.firstFree] = NONE;
    }
    return start;
  }

  private reserve(size: number): void {
    this.units = enlarge(this.units, new Int32Array(size));
    this.taken = enlarge(this.taken, new Uint8Array(size));
    this.baseTaken = enlarge(this.baseTaken, new Uint8Array(size));
    this.nextFree = enlarge(this.nextFree, new Int32Array(size));
    this.previousFree = enlarge(this.previousFree, new Int32Array(size));
  }
}

/** Offsets have 21 bits, or 29 when their low eight bits are zero. */
function encodeOffset(offset: number): number {
  if (offset >= 1 << 21) throw new RangeError(`double-array trie of more than ${1 << 21} units`);
  return offset << 10;
}

/** Whether a unit is the value of a key, not a place that a byte leads to. */
export function isValue(unit: number): boolean {
  return (unit & VALUE_BIT) !== 0;
}

/** Children of the unit at `slot` are counted from the result. */
export function baseOf(units: Int32Array, slot: number): number {
  const unit = units[slot]!;
  return slot ^ ((unit >>> 10) << ((unit & 0x200) >>> 6));
}

/** The unit that `byte` leads to, or -1. */
export function slotOf(units: Int32Array, base: number, byte: number): number {
  const slot = base ^ byte;
  return slot < units.length && slot >= 0 && (units[slot]! & LABEL_MASK) === byte ? slot : -1;
}

/** Value of the key that ends at the unit at `slot`, or -1. */
export function keyValue(units: Int32Array, slot: number): number {
  if ((units[slot]! & HAS_VALUE) === 0) return -1;
  return units[baseOf(units, slot)]! & ~VALUE_BIT;
}
