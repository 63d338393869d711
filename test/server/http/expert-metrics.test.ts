/** Source of truth: figures worked out by hand. */
import { expect, test } from "vitest";
import type { ExpertMemory } from "../../../src/model/decoder-state.ts";
import { addExpertReadings, MOST_LABELLED_EXPERTS } from "../../../src/server/http/expert-metrics.ts";
import { Metrics } from "../../../src/server/http/metrics.ts";

async function page(
  layers: { layer: string; experts: number[]; positions: number }[],
  memory?: ExpertMemory,
): Promise<string[]> {
  const metrics = new Metrics();
  addExpertReadings(metrics, () => [{ directory: "m", layers, memory }]);
  return (await metrics.text()).split("\n").filter((line) => line.startsWith("nmt_expert"));
}

test("each expert of a layer has its positions, each layer how even they are", async () => {
  expect(await page([{ layer: "decoder.moe1", experts: [1, 0, 3, 0], positions: 2 }])).toEqual([
    'nmt_expert_positions_total{model="m",layer="decoder.moe1",expert="0"} 1',
    'nmt_expert_positions_total{model="m",layer="decoder.moe1",expert="1"} 0',
    'nmt_expert_positions_total{model="m",layer="decoder.moe1",expert="2"} 3',
    'nmt_expert_positions_total{model="m",layer="decoder.moe1",expert="3"} 0',
    'nmt_expert_layer_positions_total{model="m",layer="decoder.moe1"} 2',
    `nmt_expert_load_cv{model="m",layer="decoder.moe1"} ${Math.sqrt(6 / 4)}`,
    'nmt_expert_load_max_over_mean{model="m",layer="decoder.moe1"} 3',
    'nmt_experts_unused{model="m",layer="decoder.moe1"} 2',
  ]);
});

test("a layer of very many experts has the figures of the layer alone", async () => {
  const layer = (count: number) => ({ layer: "l", experts: new Array<number>(count).fill(0), positions: 0 });
  expect(await page([layer(MOST_LABELLED_EXPERTS)])).toHaveLength(MOST_LABELLED_EXPERTS + 4);
  expect(await page([layer(MOST_LABELLED_EXPERTS + 1)])).toEqual([
    'nmt_expert_layer_positions_total{model="m",layer="l"} 0',
    'nmt_expert_load_cv{model="m",layer="l"} 0',
    'nmt_expert_load_max_over_mean{model="m",layer="l"} 0',
    `nmt_experts_unused{model="m",layer="l"} ${MOST_LABELLED_EXPERTS + 1}`,
  ]);
});

test("where their memory has a bound, how they fit into it", async () => {
  const memory = { bytes: 4096, uses: 9, packed: 5, letGo: 3 };
  expect(await page([], memory)).toEqual([
    'nmt_expert_memory_bytes{model="m"} 4096',
    'nmt_expert_uses_total{model="m"} 9',
    'nmt_expert_reads_total{model="m"} 5',
    'nmt_experts_let_go_total{model="m"} 3',
  ]);
});
