/** Compiles replacement rules into the bytes that SentencePiece calls precompiled_charsmap. */
import { type ByteState, ByteStates, layOut } from "../tables/double-array.ts";
import type { RuleNode } from "./nfkc-rules.ts";

/** Compiles rules into the bytes of a precompiled_charsmap. */
export function compileCharsmap(rules: RuleNode): Uint8Array {
  const outputs = new OutputPool();
  const states = new ByteStates();
  const compiled = new Map<RuleNode, ByteState>();
  const compile = (node: RuleNode): ByteState => {
    const known = compiled.get(node);
    if (known !== undefined) return known;
    const edges = [...node.next].sort(([a], [b]) => a - b);
    const ends = edges.map(([codePoint, child]): Edge => ({ bytes: utf8(codePoint), target: compile(child) }));
    const state = bytesToState(states, node.output === undefined ? -1 : outputs.place(node.output), ends, 0);
    compiled.set(node, state);
    return state;
  };
  const units = layOut(compile(rules));
  const bytes = new Uint8Array(4 + 4 * units.length + outputs.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, 4 * units.length, true);
  units.forEach((unit, i) => {
    view.setInt32(4 + 4 * i, unit, true);
  });
  bytes.set(outputs.view(), 4 + 4 * units.length);
  return bytes;
}

interface Edge {
  bytes: readonly number[];
  target: ByteState;
}

/** The state from which byte `depth` on of each edge leads to its target; edges are sorted. */
function bytesToState(states: ByteStates, value: number, edges: readonly Edge[], depth: number): ByteState {
  const labels: number[] = [];
  const targets: ByteState[] = [];
  for (let from = 0; from < edges.length; ) {
    const label = edges[from]!.bytes[depth]!;
    let to = from + 1;
    while (to < edges.length && edges[to]!.bytes[depth] === label) to++;
    const ends = edges[from]!.bytes.length === depth + 1;
    labels.push(label);
    targets.push(ends ? edges[from]!.target : bytesToState(states, -1, edges.slice(from, to), depth + 1));
    from = to;
  }
  return states.state(value, labels, targets);
}

/** Outputs one after the other, each ended by a zero byte. */
class OutputPool {
  private readonly places = new Map<string, number>();
  private readonly parts: Buffer[] = [];
  length = 0;

  place(output: string): number {
    let place = this.places.get(output);
    if (place === undefined) {
      place = this.length;
      const part = Buffer.from(`${output}\0`, "utf8");
      this.places.set(output, place);
      this.parts.push(part);
      this.length += part.length;
    }
    return place;
  }

  view(): Uint8Array {
    return Buffer.concat(this.parts);
  }
}

function utf8(codePoint: number): readonly number[] {
  const trailing = (shift: number) => 0x80 | ((codePoint >>> shift) & 0x3f);
  if (codePoint < 0x80) return [codePoint];
  if (codePoint < 0x800) return [0xc0 | (codePoint >>> 6), trailing(0)];
  if (codePoint < 0x10000) return [0xe0 | (codePoint >>> 12), trailing(6), trailing(0)];
  return [0xf0 | (codePoint >>> 18), trailing(12), trailing(6), trailing(0)];
}
