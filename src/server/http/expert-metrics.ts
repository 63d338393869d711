/** The load of experts as figures. */
import type { ExpertLoad, ExpertMemory } from "../../model/decoder-state.ts";
import type { Labels, Metrics } from "./metrics.ts";

/** Layers of more experts have figures of the whole layer alone, so that the page stays of a size that Prometheus takes. */
export const MOST_LABELLED_EXPERTS = 64;

/** What the layers of each served model have worked on. */
type Loads = readonly { directory: string; layers: readonly ExpertLoad[]; memory?: ExpertMemory | undefined }[];

/** `loads` is asked for each figure of a page. */
export function addExpertReadings(metrics: Metrics, loads: () => Loads): void {
  const layers = (figure: (load: ExpertLoad) => number) => () =>
    layersOf(loads()).map(([labels, load]) => [labels, figure(load)] as const);
  metrics.table(
    "expert_positions_total",
    "counter",
    `Positions that each expert has worked on, in layers of at most ${MOST_LABELLED_EXPERTS} experts.`,
    () =>
      layersOf(loads()).flatMap(([labels, { experts }]) =>
        experts.length > MOST_LABELLED_EXPERTS
          ? []
          : experts.map((count, expert) => [{ ...labels, expert }, count] as const),
      ),
  );
  metrics.table(
    "expert_layer_positions_total",
    "counter",
    "Positions that came through a layer of experts.",
    layers(({ positions }) => positions),
  );
  metrics.table(
    "expert_load_cv",
    "gauge",
    "Standard deviation of the experts' positions over their mean, since the start.",
    layers(({ experts }) => spread(experts).variation),
  );
  metrics.table(
    "expert_load_max_over_mean",
    "gauge",
    "Positions of the busiest expert over their mean, since the start.",
    layers(({ experts }) => spread(experts).maximum),
  );
  metrics.table(
    "experts_unused",
    "gauge",
    "Experts that no position has come to since the start.",
    layers(({ experts }) => experts.filter((count) => count === 0).length),
  );
  const memories = (figure: (memory: ExpertMemory) => number) => () =>
    loads().flatMap(({ directory, memory }) =>
      memory === undefined ? [] : [[{ model: directory }, figure(memory)] as const],
    );
  metrics.table(
    "expert_memory_bytes",
    "gauge",
    "Bytes of experts in memory, where that has a bound (--expert_memory).",
    memories(({ bytes }) => bytes),
  );
  metrics.table(
    "expert_uses_total",
    "counter",
    "Uses of experts by a step each, where their memory has a bound.",
    memories(({ uses }) => uses),
  );
  metrics.table(
    "expert_reads_total",
    "counter",
    "Uses of experts that had to be read for it.",
    memories(({ packed }) => packed),
  );
  metrics.table(
    "experts_let_go_total",
    "counter",
    "Experts that made room for others.",
    memories(({ letGo }) => letGo),
  );
}

function layersOf(loads: Loads): (readonly [Labels, ExpertLoad])[] {
  return loads.flatMap(({ directory, layers }) =>
    layers.map((load) => [{ model: directory, layer: load.layer }, load] as const),
  );
}

/** Both 0 where nothing has come. */
function spread(counts: readonly number[]): { variation: number; maximum: number } {
  const mean = counts.reduce((sum, count) => sum + count, 0) / counts.length;
  if (mean === 0) return { variation: 0, maximum: 0 };
  const variance = counts.reduce((sum, count) => sum + (count - mean) ** 2, 0) / counts.length;
  return { variation: Math.sqrt(variance) / mean, maximum: counts.reduce((a, b) => Math.max(a, b)) / mean };
}
