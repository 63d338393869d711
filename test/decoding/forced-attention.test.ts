/** Source of truth: the attention that a search reports of the pieces it writes itself. */
import { expect, test } from "vitest";
import { scorePairs } from "../../src/decoding/force-score.ts";
import { forcedAttention } from "../../src/decoding/forced-attention.ts";
import { Translator } from "../../src/decoding/translator.ts";
import type { TranslationModel } from "../../src/model/decoder-state.ts";
import { copyParts } from "./toy-wordpieces.ts";
import { translateAll } from "./translate-all.ts";

const lines = ["a b c", "c", "abc ab", "b a"];

test("given a search's own translations, attention is the search's, in any batch", async () => {
  const parts = copyParts();
  const { wordpieces, model } = parts;
  const found = await translateAll(new Translator(parts, { withAttention: true, withAlignment: true }), lines);
  const best = found.map(({ hypotheses }) => hypotheses[0]!);
  const sources = lines.map((line) => Int32Array.of(...wordpieces.encode(line), wordpieces.eosId));
  const targets = best.map(({ pieces }) => Int32Array.from(pieces, (piece) => wordpieces.idOf(piece)));
  expect(new Set(targets.map(({ length }) => length)).size).toBeGreaterThan(1);
  const own = best.map(({ attention }, i) => attention!.slice(0, targets[i]!.length));
  expect(await forcedAttention(model, sources, targets, wordpieces)).toEqual(own);
  for (const [i, expected] of own.entries()) {
    expect(await forcedAttention(model, [sources[i]!], [targets[i]!], wordpieces)).toEqual([expected]);
  }
  const pairs = lines.map((source, i) => ({ source, target: best[i]!.text }));
  const scores = await scorePairs(parts, pairs, { withAlignment: true, batchSize: 3 });
  expect(scores.map(({ alignment }) => alignment)).toEqual(best.map(({ alignment }) => alignment));
  for (const score of await scorePairs(parts, pairs)) expect(score).not.toHaveProperty("alignment");
});

test("blank targets have none, and take no step", async () => {
  const { wordpieces, model } = copyParts();
  const source = Int32Array.of(...wordpieces.encode("a b"), wordpieces.eosId);
  const target = wordpieces.encode("a");
  const none = new Int32Array(0);
  const found = await forcedAttention(model, [source, source, source], [none, target, none], wordpieces);
  expect(found).toEqual([[], (await forcedAttention(model, [source], [target], wordpieces))[0], []]);
  const unused = { startDecoding: () => Promise.reject(new Error("not needed")) } as unknown as TranslationModel;
  expect(await forcedAttention(unused, [source], [none], wordpieces)).toEqual([[]]);
});

test("an abort rejects with its reason, and the state is disposed of", async () => {
  const { wordpieces, model } = copyParts();
  const stop = new AbortController();
  let disposed = 0;
  const start = model.startDecoding.bind(model);
  model.startDecoding = async (sources) => {
    const state = await start(sources);
    const [step, dispose] = [state.step.bind(state), state.dispose.bind(state)];
    state.step = (...given) => {
      stop.abort(new Error("enough"));
      return step(...given);
    };
    state.dispose = () => {
      disposed++;
      dispose();
    };
    return state;
  };
  const source = Int32Array.of(...wordpieces.encode("a b"), wordpieces.eosId);
  const given = { bosId: wordpieces.bosId, signal: stop.signal };
  await expect(forcedAttention(model, [source], [wordpieces.encode("a b")], given)).rejects.toThrow("enough");
  expect(disposed).toBe(1);
});
