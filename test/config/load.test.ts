/** Source of truth: the keys and defaults of src/config/schema.ts, and the error rules of the toolkit (file, line, section, nearest key). */
import { describe, expect, it } from "vitest";
import { ConfigError } from "../../src/base/errors.ts";
import { corporaOf, corpusRole, targetLanguages } from "../../src/config/corpora.ts";
import { loadConfig, parseConfig } from "../../src/config/load.ts";
import { applyOverrides, type Overrides } from "../../src/config/overrides.ts";
import { resolveConfig } from "../../src/config/resolve.ts";
import { toYaml } from "../../src/config/write.ts";

const minimal = `
save_model: runs/toy
train_steps: 100
data:
  corpus_1:
    path_src: train.en
    path_tgt: train.de
`;

function failure(run: () => unknown): ConfigError {
  try {
    run();
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return error as ConfigError;
  }
  throw new Error("no error was raised");
}

const load = (extra: string, overrides: Overrides = {}) => parseConfig(minimal + extra, "toy.yaml", overrides);

describe("parseConfig", () => {
  it("fills in every default, including those that follow other keys", () => {
    const config = load("hidden_size: 384\ndropout: 0.3\n");
    expect(config).toMatchObject({
      task: "translation",
      saveModel: "runs/toy",
      hiddenSize: 384,
      embeddingSize: 384,
      lstmCellSize: 384,
      moeDropout: 0.3,
      numExpertsPerTok: 2,
      adamBeta1: 0.9,
      targetTags: false,
      data: { corpus_1: { pathSrc: "train.en", pathTgt: "train.de", weight: 1 } },
    });
    expect("paramInit" in config).toBe(false);
  });

  it("names the nearest key, its section, and the line", () => {
    const error = failure(() => load("learning_rat: 0.1\n"));
    expect(error.message).toBe("unknown key learning_rat");
    expect(error.where).toBe("toy.yaml, line 8, top level");
    expect(error.nextStep).toBe("Did you mean learning_rate, at the top level (section training)?");
  });

  it("says where a key belongs that stands in the wrong place", () => {
    const nested = failure(() => parseConfig(minimal.replace("path_tgt:", "batch_size: 3\n    path_tgt:"), "toy.yaml"));
    expect(nested.message).toBe("unknown key data.corpus_1.batch_size");
    expect(nested.where).toBe("toy.yaml, line 7, section data.corpus_1");
    expect(nested.nextStep).toBe("batch_size belongs at the top level (section training).");
    const top = failure(() => load("path_src: x\n"));
    expect(top.nextStep).toBe("path_src belongs under a corpus name in data.");
  });

  it("suggests a key of a corpus", () => {
    const error = failure(() => parseConfig(minimal.replace("path_tgt", "path_tgr"), "toy.yaml"));
    expect(error.nextStep).toBe("Did you mean path_tgt, under a corpus name in data?");
  });

  it("reports wrong types, ranges and choices with the key and the value", () => {
    expect(failure(() => load("batch_size: many\n")).message).toContain('batch_size: "many" is not usable');
    const pattern = failure(() => load("cleaning: {patterns: [{side: source, must_match: 'a('}]}\n")).message;
    expect(pattern).toContain("Unterminated group");
    expect(failure(() => load("cleaning: {patterns: [{side: target}]}\n")).message).toContain("give must_match");
    expect(failure(() => load("dropout: 1\n")).message).toContain("dropout: 1 is not usable");
    const choice = failure(() => load("attention: dot\n"));
    expect(choice.message).toContain('"multiplicative"|"additive"|"normed_additive"');
    expect(choice.where).toBe("toy.yaml, line 8, section model");
    expect(failure(() => load("target_tags: maybe\n")).message).toContain("auto, true or false");
  });

  it("lists every problem in one error", () => {
    const error = failure(() => load("batch_size: 0\nlayers: 2\n"));
    expect(error.message).toContain("batch_size");
    expect(error.message).toContain("also: unknown key layers");
  });

  it("reports missing keys, broken YAML, repeated keys and files that are not mappings", () => {
    expect(failure(() => parseConfig("train_steps: 1", "t.yaml")).message).toContain("save_model is missing");
    expect(failure(() => parseConfig("a: [1", "t.yaml")).where).toMatch(/^t\.yaml, line 1/);
    expect(failure(() => load("seed: 1\nseed: 2\n")).message).toBe("a key is given twice");
    expect(failure(() => parseConfig(`${"- ".repeat(20_000)}a`, "t.yaml"))).toBeInstanceOf(ConfigError);
    expect(failure(() => parseConfig("optim: *adam", "t.yaml")).message).toMatch(/not valid YAML: .*alias/);
    expect(failure(() => parseConfig("- 1", "t.yaml")).message).toContain("keys and values");
  });

  it("reports a file that is not there", () => {
    expect(failure(() => loadConfig("/nowhere/x.yaml")).where).toBe("/nowhere/x.yaml (ENOENT)");
  });
});

describe("cross-field checks", () => {
  const cases: [name: string, extra: string, message: string][] = [
    ["more experts per token than experts", "num_experts: 2\nnum_experts_per_tok: 4\n", "num_experts_per_tok (4)"],
    [
      "groups that do not divide the experts",
      "gating: hierarchical\nnum_experts: 20\n",
      "num_experts (20) cannot be shared out evenly over num_expert_groups (16)",
    ],
    [
      "more groups per token than groups",
      "gating: hierarchical\nnum_experts: 4\nnum_expert_groups: 1\n",
      "is more than num_expert_groups (1)",
    ],
    [
      "more experts per token than a group has",
      "gating: hierarchical\nnum_experts: 16\n",
      "num_experts_per_tok (2) is more than a group has experts (1)",
    ],
    ["sizes for too few layers", "num_experts: 8\nnum_experts_by_layer: [4]\n", "num_experts_by_layer has 1 numbers"],
    [
      "more experts per token than a layer has",
      "num_experts: 8\nnum_experts_by_layer: [8, 1]\n",
      "num_experts_per_tok (2) is more than num_experts (1)",
    ],
    ["experts beyond the encoder", "num_experts: 4\nencoder_layers: 1\n", "moe_encoder_after names layer 2"],
    ["a width that has no half", "hidden_size: 33\n", "hidden_size is 33"],
    ["units that have no half", "lstm_cell_size: 65\n", "lstm_cell_size is 65"],
    ["a decoder whose attention nothing reads", "decoder_layers: 1\n", "decoder_layers is 1"],
    ["experts twice at a layer", "num_experts: 4\nmoe_decoder_after: [1, 1]\n", "names a layer twice"],
    ["tied softmax of unequal widths", "tie_softmax: true\nembedding_size: 64\n", "tie_softmax needs equal sizes"],
    ["early stopping without validation data", "early_stopping: 3\n", "early_stopping needs a validation corpus"],
    ["tags without languages", "target_tags: true\n", "tgt_lang is missing"],
    ["language model with targets", "task: language_model\n", "a language model reads path_src only"],
  ];
  it.each(cases)("refuses %s", (_name, extra, message) => {
    expect(failure(() => load(extra)).message).toContain(message);
  });

  it("takes one path for both languages, and no other path beside it", () => {
    const resolve = (corpus: object, task?: "lm") =>
      resolveConfig({ save_model: "m", train_steps: 1, ...(task && { task }), data: { a: corpus } });
    const corpus = { path: "a.tmx", src_lang: "en", tgt_lang: "de", import: { tags: "keep", columns: [1, "de"] } };
    const config = resolve(corpus);
    expect(config.data["a"]).toMatchObject({
      path: "a.tmx",
      srcLang: "en",
      import: { tags: "keep", columns: [1, "de"] },
    });
    expect(parseConfig(toYaml(config), "again")).toEqual(config);
    for (const other of ["path_src", "path_tgt"]) {
      expect(failure(() => resolve({ ...corpus, [other]: "x" })).message).toContain(
        "path is there, and path_src or path_tgt too",
      );
    }
    expect(failure(() => resolve(corpus, "lm")).message).toContain("reads path_src only");
    expect(failure(() => resolve({ ...corpus, import: { tagz: "keep" } })).message).toContain("tagz");
    const given = applyOverrides({ data: { a: { path: "x" } } }, { "data.a.import": "{tags: skip, fuzzy: true}" });
    expect(given).toEqual({ data: { a: { path: "x", import: { tags: "skip", fuzzy: true } } } });
  });

  it("refuses a run without an end", () => {
    expect(failure(() => load("", { train_steps: "0" })).message).toContain("training would never end");
    expect(load("", { train_steps: "0", train_minutes: "2.5" }).trainMinutes).toBe(2.5);
  });

  it("refuses translations without targets and data without a training corpus", () => {
    const bare = { save_model: "m", train_steps: 1 };
    const missing = failure(() => resolveConfig({ ...bare, data: { a: { path_src: "x" } } }));
    expect(missing.where).toContain("section data.a");
    expect(failure(() => resolveConfig({ ...bare, data: { a: { path_tgt: "x" } } })).message).toContain(
      "path_src is missing",
    );
    expect(failure(() => resolveConfig({ ...bare, data: { valid: { path_src: "x", path_tgt: "y" } } })).message).toBe(
      "no training corpus",
    );
  });

  it("refuses what a language model cannot have", () => {
    const data = { a: { path_src: "x" }, valid: { path_src: "v" } };
    const input = { task: "lm", save_model: "m", train_steps: 1, data } as const;
    const message = (extra: object) => failure(() => resolveConfig({ ...input, ...extra })).message;
    expect(message({ best_checkpoint_metric: "bleu" })).toContain("best_checkpoint_metric is bleu");
    expect(message({ early_stopping: 2, early_stopping_criteria: "bleu" })).toContain(
      "early_stopping_criteria is bleu",
    );
    expect(message({ target_tags: true })).toContain("no sources to tag");
    expect(message({ num_experts: 4, expert_layers: 2 })).toContain("expert_layers is 2");
    const deep = { num_experts: 1, num_experts_per_tok: 1, expert_layers: 2 };
    expect(message({ ...deep, expert_activation: "glu" })).toContain("expert_activation is glu");
    expect(message({ ...deep, shared_expert_hidden_size: 8 })).toContain("shared_expert_hidden_size is 8");
    expect(message({ num_experts: 4, moe_decoder_after: [3] })).toContain("moe_decoder_after names layer 3");
    expect(failure(() => load("num_experts: 1\nnum_experts_per_tok: 1\nexpert_layers: 4\n")).message).toContain(
      "only a language model's single expert",
    );
  });

  it("gives language models the defaults of their task, and ignores what only encoders have", () => {
    const data = { a: { path_src: "x", tgt_lang: "en" }, b: { path_src: "y", tgt_lang: "de" } };
    const input = { task: "lm", save_model: "m", train_steps: 1, num_experts: 4, hidden_size: 33, data } as const;
    const config = resolveConfig({ ...input, encoder_layers: 1 });
    expect(config).toMatchObject({
      task: "language_model",
      targetTags: false,
      importanceLossWeight: 0.1,
      loadLossWeight: 0.1,
      labelSmoothing: 0,
      bestCheckpointMetric: "perplexity",
      earlyStoppingCriteria: "perplexity",
    });
    expect(parseConfig(toYaml(config), "config.yaml")).toEqual(config);
    expect(load("")).toMatchObject({
      importanceLossWeight: 0.01,
      loadLossWeight: 0.01,
      labelSmoothing: 0.1,
      bestCheckpointMetric: "bleu",
    });
  });

  it("refuses BLEU as a criterion when nothing is translated", () => {
    const data = { a: { path_src: "x", path_tgt: "y" }, valid: { path_src: "v", path_tgt: "w" } };
    const input = { save_model: "m", train_steps: 1, valid_max_sentences: 0, data };
    const byPerplexity = { best_checkpoint_metric: "perplexity", early_stopping_criteria: "perplexity" } as const;
    expect(failure(() => resolveConfig(input)).message).toContain("best_checkpoint_metric is bleu");
    expect(resolveConfig({ ...input, ...byPerplexity }).validMaxSentences).toBe(0);
  });

  it("ignores the places of experts when there are none", () => {
    expect(load("encoder_layers: 1\n").numExperts).toBe(0);
  });
});

describe("corpora", () => {
  const pair = (tgt: string) => ({ path_src: `${tgt}.src`, path_tgt: `${tgt}.tgt`, tgt_lang: tgt });
  const multilingual = {
    save_model: "m",
    train_steps: 1,
    data: {
      en_fr: pair("fr"),
      en_de: pair("de"),
      valid_de: pair("de"),
      valid: [pair("fr"), pair("de")],
      test: [pair("de")],
    },
  };

  it("keeps reserved names apart and numbers lists", () => {
    const config = resolveConfig(multilingual);
    expect(corporaOf(config, "train").map((corpus) => corpus.name)).toEqual(["en_fr", "en_de"]);
    expect(corporaOf(config, "valid").map((corpus) => corpus.name)).toEqual(["valid_de", "valid_1", "valid_2"]);
    expect(corporaOf(config, "test").map((corpus) => corpus.name)).toEqual(["test"]);
    expect(corpusRole("valid2016")).toBe("valid");
    expect(targetLanguages(config)).toEqual(["de", "fr"]);
  });

  it("turns target tags on for several target languages, and demands known ones", () => {
    expect(resolveConfig(multilingual).targetTags).toBe(true);
    const unknown = { ...multilingual, data: { ...multilingual.data, test: pair("it") } };
    expect(failure(() => resolveConfig(unknown)).message).toBe("tgt_lang it is in no training corpus");
  });

  it("refuses names that could be read either way", () => {
    const data = { ...multilingual.data, testset: pair("de") };
    expect(failure(() => resolveConfig({ ...multilingual, data })).nextStep).toContain("test_set");
  });
});

describe("symbols", () => {
  it("hold no space", () => {
    const error = failure(() => load("user_defined_symbols: ['@num@ @unit@']\n"));
    expect(error.message).toMatch(/user_defined_symbols\.0: "@num@ @unit@" .*write two symbols, or ▁/);
    expect(error.where).toContain("section wordpieces");
    expect(failure(() => load("", { user_defined_symbols: "['a b']" })).message).toContain("a symbol has no space");
    expect(load("user_defined_symbols: [a▁b]\n").userDefinedSymbols).toEqual(["a▁b"]);
  });
});

describe("normalization", () => {
  it("is nmt_nfkc or identity", () => {
    expect(load("").normalization).toBe("nmt_nfkc");
    expect(load("normalization: identity\n").normalization).toBe("identity");
    expect(failure(() => load("normalization: nfkc\n")).message).toContain("normalization");
  });
});

describe("overrides", () => {
  it("read text as the type of the key, hyphens as underscores", () => {
    const config = load("num_experts: 4\n", {
      "learning-rate": "1e-3",
      share_embeddings: "true",
      moe_encoder_after: "1,2",
      moe_decoder_after: "2",
      save_model: "2024",
      target_tags: "false",
      user_defined_symbols: "<a>,<b>",
      "data.corpus_1.weight": "3",
      "data.extra-1.path_src": "x",
      "data.extra-1.path_tgt": "y",
    });
    expect(config).toMatchObject({
      learningRate: 0.001,
      shareEmbeddings: true,
      moeEncoderAfter: [1, 2],
      moeDecoderAfter: [2],
      saveModel: "2024",
      targetTags: false,
      userDefinedSymbols: ["<a>", "<b>"],
    });
    expect(config.data["corpus_1"]?.weight).toBe(3);
    expect(config.data["extra-1"]).toMatchObject({ pathSrc: "x", pathTgt: "y" });
  });

  it.each([
    ["@num@ @unit@", ["@num@", "@unit@"]],
    ["@num@, @unit@", ["@num@", "@unit@"]],
    ["<a> <b>,<c>", ["<a>", "<b>", "<c>"]],
    ["#a {b}", ["#a", "{b}"]],
    ["one", ["one"]],
    ["['@num@', '<b>']", ["@num@", "<b>"]],
  ])("read the list %s, separated by spaces or commas", (text, symbols) => {
    expect(load("", { user_defined_symbols: text }).userDefinedSymbols).toEqual(symbols);
  });

  it("read lists of numbers likewise", () => {
    expect(load("num_experts: 4\n", { moe_encoder_after: "1 2" }).moeEncoderAfter).toEqual([1, 2]);
    expect(load("num_experts: 4\n", { moe_encoder_after: "[1, 2]" }).moeEncoderAfter).toEqual([1, 2]);
    expect(failure(() => load("", { moe_encoder_after: "1 x" })).where).toContain("--moe_encoder_after");
  });

  it("accept an empty list", () => {
    expect(load("", { moe_encoder_after: "[]" }).moeEncoderAfter).toEqual([]);
  });

  it("name the option that is wrong", () => {
    const unknown = failure(() => load("", { batchsize: "2" }));
    expect(unknown.where).toBe("command line, --batchsize");
    expect(unknown.nextStep).toContain("batch_size");
    expect(failure(() => load("", { batch_size: "two" })).where).toBe("command line, --batch_size, section training");
    expect(failure(() => load("", { "data.corpus_1.batch_size": "2" })).nextStep).toContain("top level");
  });
});

describe("toYaml", () => {
  it("writes a complete file that reads back the same", () => {
    const config = load("num_experts: 8\nuser_defined_symbols: ['<x>']\nadam_epsilon: 1e-9\n");
    const text = toYaml(config);
    expect(parseConfig(text, "config.yaml")).toEqual(config);
    expect(text).toContain("# training\n");
    expect(text).toContain("\nembedding_size: 256\n");
  });
});
