/** Source of truth: what docs/cli.md says of train_from: keys about wordpieces and the model that are left out are those of the model. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { loadConfig, parseConfig } from "../../src/config/load.ts";
import { resolveConfig } from "../../src/config/resolve.ts";
import type { ConfigInput } from "../../src/config/schema.ts";
import { toYaml } from "../../src/config/write.ts";

const folder = mkdtempSync(join(tmpdir(), "nmt-base-settings-"));
afterAll(() => rmSync(folder, { recursive: true }));

const run = { data: { corpus: { path_src: "a", path_tgt: "b" } }, train_steps: 1 };

/** A directory with a configuration and nothing else. */
function directory(name: string, input: Partial<ConfigInput>): string {
  const path = join(folder, name);
  mkdirSync(path);
  writeFileSync(join(path, "config.yaml"), toYaml(resolveConfig({ ...run, save_model: path, ...input })));
  return path;
}

const base = directory("base", {
  ...{ vocab_size: 1234, hidden_size: 64, embedding_size: 32, dropout: 0.35, attention: "additive", num_experts: 1 },
  ...{ num_experts_per_tok: 1, moe_encoder_after: [1], expert_hidden_size_by_layer: [7, 9], learning_rate: 0.5 },
  wordpiece_model: "elsewhere.model",
});
const from = (input: Partial<ConfigInput>) =>
  resolveConfig({ ...run, save_model: join(folder, "new"), train_from: base, ...input });

describe("a configuration with train_from", () => {
  test("has the model's wordpieces, sizes and experts, and nothing else of it", () => {
    expect(from({})).toMatchObject({
      ...{ vocabSize: 1234, hiddenSize: 64, lstmCellSize: 64, embeddingSize: 32, dropout: 0.35, attention: "additive" },
      ...{ numExperts: 1, moeEncoderAfter: [1], expertHiddenSizeByLayer: [7, 9], learningRate: 0.002 },
    });
    expect(from({}).wordpieceModel).toBeUndefined();
  });

  test("keeps what it gives itself", () => {
    expect(from({ dropout: 0.1, vocab_size: 2000 })).toMatchObject({ dropout: 0.1, vocabSize: 2000, hiddenSize: 64 });
  });

  test("with more experts than one has the usual number for a position, and no lists of one expert", () => {
    const more = { num_experts: 8, expert_hidden_size: 7 };
    expect(from(more)).toMatchObject({ numExpertsPerTok: 2, expertHiddenSizeByLayer: [], moeEncoderAfter: [1] });
    expect(from({ ...more, num_experts_per_tok: 3 }).numExpertsPerTok).toBe(3);
  });

  test("takes an override as its own", () => {
    const yaml = `save_model: m\ntrain_from: ${base}\ndata: {c: {path_src: a, path_tgt: b}}\ntrain_steps: 1\n`;
    expect(parseConfig(yaml, "new.yaml", { hidden_size: "128" })).toMatchObject({ hiddenSize: 128, embeddingSize: 32 });
    expect(parseConfig(yaml, "new.yaml", { train_from: join(folder, "none") }).hiddenSize).toBe(256);
  });
});

test("tags stay on for one language, and a model without them leaves it to the corpora", () => {
  const data = (languages: string[]) =>
    Object.fromEntries(languages.map((tgt_lang) => [tgt_lang, { path_src: "a", path_tgt: "b", tgt_lang }]));
  const tagged = directory("tagged", { data: data(["de", "fr"]) });
  expect(from({ train_from: tagged, data: data(["de"]) }).targetTags).toBe(true);
  expect(from({ train_from: tagged, data: data(["de"]), target_tags: false }).targetTags).toBe(false);
  expect(from({ data: data(["de"]) }).targetTags).toBe(false);
  expect(from({ data: data(["de", "fr"]) }).targetTags).toBe(true);
});

test("a run that has begun needs the model no more", () => {
  const gone = join(folder, "gone");
  const own = directory("own", { train_from: gone, hidden_size: 48 });
  expect(from({ train_from: gone, save_model: own }).hiddenSize).toBe(48);
  expect(from({ train_from: `${gone}-too`, save_model: own }).hiddenSize).toBe(256);
  expect(loadConfig(join(own, "config.yaml")).hiddenSize).toBe(48);
});
