/** What experts have worked on, by model directory and layer: sums over models that came and went and over processes. */
import type { ExpertLoad, ExpertMemory } from "../../model/decoder-state.ts";

/** The layers of one directory's models. */
export interface DirectoryLoad {
  directory: string;
  layers: readonly ExpertLoad[];
  /** Where it has a bound. */
  memory?: ExpertMemory | undefined;
}

export class ExpertLoads {
  private readonly layers = new Map<string, Map<string, ExpertLoad>>();
  private readonly memory = new Map<string, ExpertMemory>();

  /** Adds to what is there; a new version of a model may have another number of experts. */
  add({ directory, layers, memory }: DirectoryLoad): this {
    if (memory !== undefined) this.memory.set(directory, sumOfMemory(this.memory.get(directory), memory));
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

  /** Adds those of models that are gone: their counts stay, their memory doesn't. */
  addEnded(loads: Iterable<DirectoryLoad>): this {
    for (const { memory, ...load } of loads) this.add({ ...load, memory: memory && { ...memory, bytes: 0 } });
    return this;
  }

  list(): DirectoryLoad[] {
    return [...this.layers].map(([directory, layers]) => {
      const memory = this.memory.get(directory);
      return { directory, layers: [...layers.values()], ...(memory && { memory }) };
    });
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

function sumOfMemory(one: ExpertMemory | undefined, other: ExpertMemory): ExpertMemory {
  return {
    bytes: (one?.bytes ?? 0) + other.bytes,
    uses: (one?.uses ?? 0) + other.uses,
    packed: (one?.packed ?? 0) + other.packed,
    letGo: (one?.letGo ?? 0) + other.letGo,
  };
}
