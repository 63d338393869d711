/** Source of truth: decisions made by hand, where positions use different numbers of experts, as strictly balanced gates do. */
import { tensor2d } from "@tensorflow/tfjs";
import { beforeAll, expect, it } from "vitest";
import { selectBackend } from "../../src/backends/select.ts";
import { setLogSink } from "../../src/base/logger.ts";
import { watchExperts } from "../../src/inference/watch-experts.ts";
import { ExpertBalance } from "../../src/moe/expert-balance.ts";
import type { MoeLayer } from "../../src/moe/moe-layer.ts";
import { toyWordpieces } from "../cli/toy-model-directory.ts";

beforeAll(async () => {
  await selectBackend({ backend: "cpu" });
});

it("a position is counted with the experts of its own slots, and none where it has none", async () => {
  const before = setLogSink(() => {});
  const wordpieces = toyWordpieces([]);
  // The part of a layer that a report uses.
  const layer = { name: "encoder.moe1", balance: new ExpertBalance(3) } as unknown as MoeLayer;
  const source = Int32Array.of(...wordpieces.encode("a b"), wordpieces.eosId);
  const short = Int32Array.of(...wordpieces.encode("c"), wordpieces.eosId);
  const run = async () => {
    // Rows: a and c, b and </s>, </s>.
    layer.observer?.({
      gates: tensor2d([0.5, 0.25, 1, 0.75], [4, 1]),
      experts: Int32Array.of(0, 2, 1, 2),
      starts: Int32Array.of(0, 2, 3, 3, 4, 4),
    });
  };
  const none = new Int32Array(0);
  const sentences = [
    { part: 0, source, target: none },
    { part: 1, source: short, target: none },
  ];
  const options = { parts: 2, batchSize: 8 };
  const [summary] = await watchExperts({ moeLayers: [layer], wordpieces, run }, sentences, options);
  setLogSink(before);
  expect(summary).toMatchObject({ positions: 5, expertsPerPosition: 0.8, side: "source" });
  const gates = summary!.experts.map(({ contexts }) => contexts.map(({ word, gate, part }) => [word, gate, part]));
  expect(gates).toEqual([
    [["a", 0.5, 0]],
    [["c", 1, 1]],
    [
      ["</s>", 0.75, 1],
      ["a", 0.25, 0],
    ],
  ]);
  expect(layer.observer).toBeUndefined();
});
