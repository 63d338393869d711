/** What the gate of a layer decides during one pass, sentence by sentence. */
import type { RowGroups } from "../base/packed-layout.ts";
import type { MoeLayer } from "../moe/moe-layer.ts";
import type { ExpertGates } from "./decoder-state.ts";

/** A layer that is watched until `end`, and what was seen. */
export interface WatchedGates {
  found: ExpertGates;
  /** The layer's observer is again what it was. */
  end(): void;
}

/** Watches a layer; `rows` are those of each sentence. */
export function watchGates(layer: MoeLayer, side: "source" | "target", { rows, offsets }: RowGroups): WatchedGates {
  const experts = layer.balance.load.length;
  const found: ExpertGates = { layer: layer.name, side, experts, gates: [] };
  const before = layer.observer;
  layer.observer = (decision) => {
    const weights = decision.gates.dataSync();
    const perRow = decision.experts.length / rows.length;
    const startOf = (row: number) => decision.starts?.[row] ?? row * perRow;
    found.gates = Array.from({ length: offsets.length - 1 }, (_, sentence) => {
      const own = rows.subarray(offsets[sentence]!, offsets[sentence + 1]!);
      const gates = new Float32Array(own.length * experts);
      own.forEach((row, position) => {
        for (let slot = startOf(row); slot < startOf(row + 1); slot++) {
          gates[position * experts + decision.experts[slot]!] = weights[slot]!;
        }
      });
      return gates;
    });
  };
  return {
    found,
    end: () => {
      layer.observer = before;
    },
  };
}
