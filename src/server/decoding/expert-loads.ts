/** What experts have worked on, by model directory and layer: sums over models that came and went and over processes. */
import type { ExpertLoad } from "../../model/decoder-state.ts";

/** The layers of one directory's models. */
export interface DirectoryLoad {
  directory: string;
  layers: readonly ExpertLoad[];
}

export class ExpertLoads {
  private readonly layers = new Map<string, Map<string, ExpertLoad>>();

  /** Adds to what is there; a new version of a model may have another number of experts. */
  add({ directory, layers }: DirectoryLoad): this {
    const own = this.layers.get(directory) ?? new Map<string, ExpertLoad>();
    this.layers.set(directory, own);
    for (const each of layers) own.set(each.layer, sum(own.get(each.layer), each));
    return this;
  }

  /** Adds all of them. */
  addAll(loads: Iterable<DirectoryLoad>): this {
    for (const load of loads) this.add(load);
    return this;
  }

  list(): DirectoryLoad[] {
    return [...this.layers].map(([directory, layers]) => ({ directory, layers: [...layers.values()] }));
  }
}

function sum(one: ExpertLoad | undefined, other: ExpertLoad): ExpertLoad {
  if (one === undefined) return other;
  const [long, short] = one.experts.length < other.experts.length ? [other, one] : [one, other];
  return {
    layer: other.layer,
    experts: long.experts.map((count, expert) => count + (short.experts[expert] ?? 0)),
    positions: one.positions + other.positions,
  };
}
