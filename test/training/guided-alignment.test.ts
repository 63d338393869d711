/** Source of truth: the alignments of lines written here, and runs beside each other: cut in two, or of one batch more. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loadAddon, startThreads } from "../../src/backends/native/addon.ts";
import { selectBackend } from "../../src/backends/select.ts";
import { checkpointName } from "../../src/checkpoint/checkpoint-folder.ts";
import { modelPaths } from "../../src/checkpoint/model-directory.ts";
import { readSafetensors } from "../../src/checkpoint/read-safetensors.ts";
import { resolveConfig } from "../../src/config/resolve.ts";
import type { ConfigInput } from "../../src/config/schema.ts";
import { BatchReader } from "../../src/data/batches/batch-reader.ts";
import { alignCorpora } from "../../src/training/guided-alignment.ts";
import type { Progress } from "../../src/training/report-window.ts";
import { runTraining } from "../../src/training/run-training.ts";
import { prepareCorpora } from "../../src/training/training-corpora.ts";
import { toyWordpieces } from "../cli/toy-model-directory.ts";

const folder = mkdtempSync(join(tmpdir(), "nmt-guided-"));
beforeAll(() => selectBackend({ backend: "cpu" }));
afterAll(() => {
  startThreads(loadAddon(), 1);
  rmSync(folder, { recursive: true });
});

function file(name: string, lines: readonly string[]): string {
  const path = join(folder, name);
  writeFileSync(path, lines.map((line) => `${line}\n`).join(""));
  return path;
}

/** Letters of a word are pieces; the second line is a duplicate, the third blank. */
const sources = ["ab c", "ab c", "", "d ef a", "c", "b b"];
const targets = ["d ec", "d ec", "a", "cab", "e f", "fa"];
const alignments = ["0-1 1-0", "0-0", "", "1-0", "", "1-0"];
const corpus = {
  path_src: file("source", sources),
  path_tgt: file("target", targets),
  path_align: file("links", alignments),
};
const { path_align: _, ...withoutFile } = corpus;
/** Links of pieces of the lines that are left, tag counted, by target piece: "source-target". */
const links: Record<number, string[]> = {
  1: ["3-0", "1-1", "2-1", "1-2", "2-2"],
  4: ["2-0", "3-0", "2-1", "3-1", "2-2", "3-2"],
  5: [],
  6: ["2-0", "2-1"],
};

function configOf(change: Partial<ConfigInput>) {
  return resolveConfig({
    save_model: mkdtempSync(join(folder, "model-")),
    data: { corpus },
    hidden_size: 8,
    encoder_layers: 2,
    dropout: 0.1,
    batch_size: 20,
    train_steps: 4,
    warmup_steps: 0,
    decay_method: "none",
    learning_rate: 0.02,
    report_every: 1,
    wordpiece_model: wordpiecePath,
    ...change,
  });
}

const wordpiecePath = join(folder, "toy.model");
toyWordpieces(["xx", "yy"]).save(wordpiecePath);

async function guidesOf(change: Partial<ConfigInput>) {
  const config = configOf(change);
  const wordpieces = toyWordpieces(["xx", "yy"]);
  const messages: string[] = [];
  const align = async () => {
    const prepared = await prepareCorpora(config, wordpieces, () => {});
    const corpora = await alignCorpora(config, wordpieces, prepared.corpora, (message) => messages.push(message));
    return { ...prepared, corpora };
  };
  const options = await align();
  const reader = new BatchReader({ ...options, batchSize: 1000 });
  const batch = reader.next();
  reader.close();
  return { batch, messages, align, options };
}

/** The guide of each line, as "source-target" of its sentence. */
function linksByLine({ guide, lines, targetRows }: Awaited<ReturnType<typeof guidesOf>>["batch"]) {
  return Object.fromEntries(
    Array.from(lines, (line, g) => {
      const found: string[] = [];
      const first = targetRows.offsets[g]!;
      for (let q = first; q < targetRows.offsets[g + 1]!; q++) {
        const keys = guide?.keys.subarray(guide.offsets[q]!, guide.offsets[q + 1]!) ?? [];
        found.push(...Array.from(keys, (key) => `${key}-${q - first}`));
      }
      return [line, found];
    }),
  );
}

describe("alignments of training corpora", () => {
  test("from a file are those of the lines that are left, and count the tag", async () => {
    const data = { corpus: { ...corpus, tgt_lang: "xx" }, other: { ...withoutFile, tgt_lang: "yy" } };
    const { batch, messages } = await guidesOf({ data: { corpus: data.corpus }, target_tags: true });
    expect(linksByLine(batch)).toEqual(links);
    expect(messages).toEqual(["corpus: 3 of 4 pairs have alignments, 3.3 links between wordpieces each"]);
    const { options } = await guidesOf({ data });
    expect(options.corpora.map((each) => each.links !== undefined)).toEqual([true, false]);
  });

  test("are made once, and again where the file has changed", async () => {
    const path = file("changing", alignments);
    const { messages, align, options } = await guidesOf({ data: { corpus: { ...corpus, path_align: path } } });
    expect(messages).toHaveLength(1);
    expect(await align()).toEqual(options);
    expect(messages).toHaveLength(1);
    writeFileSync(path, "0-0\n0-0\n\n\n\n\n");
    expect(await align()).not.toEqual(options);
    expect(messages.slice(1)).toEqual(["corpus: 1 of 4 pairs have alignments, 0.5 links between wordpieces each"]);
  });

  test("of a file that isn't the corpus's are refused", async () => {
    const path_align = file("long", [...alignments, ""]);
    const change = { save_model: join(folder, "long-model"), data: { corpus: { ...corpus, path_align } } };
    for (let again = 0; again < 2; again++) {
      await expect(guidesOf(change)).rejects.toThrow("has 6 lines, but its alignments 7");
    }
  });

  test("are our own aligner's where there is no file, by language pair, with or without tags", async () => {
    const data = {
      one: { ...withoutFile, tgt_lang: "xx" },
      two: { ...withoutFile, tgt_lang: "xx" },
      given: { ...corpus, tgt_lang: "yy" },
    };
    const { batch, messages, align, options } = await guidesOf({ data, guided_alignment: "auto" });
    expect(messages[0]).toMatch(/^given: 3 of 4 pairs/);
    expect(messages[1]).toBe("learning word alignments from 8 pairs of one, two");
    expect(messages.filter((message) => /iteration|IBM|Markov/.test(message))).toHaveLength(18);
    expect(options.corpora.every((each) => each.links !== undefined)).toBe(true);
    expect(linksByLine({ ...batch, lines: batch.lines.map((line, g) => 10 * batch.corpora[g]! + line) })).toMatchObject(
      Object.fromEntries(Object.entries(links).map(([line, each]) => [20 + Number(line), each])),
    );
    const own = linksByLine(batch);
    expect(own[6]!.length).toBeGreaterThan(0);
    expect(own[6]!.every((link) => Number(link.split("-")[0]) >= 1)).toBe(true);
    const before = messages.length;
    expect(await align()).toEqual(options);
    expect(messages).toHaveLength(before);
    const untagged = await guidesOf({ data: { one: withoutFile }, guided_alignment: "auto" });
    expect(untagged.batch.guide!.keys).toContain(0);
  });
});

async function run(
  change: Partial<ConfigInput>,
): Promise<{ progress: Progress[]; parameters: Record<string, number[]> }> {
  const config = configOf(change);
  const progress: Progress[] = [];
  const reporter = {
    onMessage: () => {},
    onStart: () => {},
    onProgress: (each: Progress) => progress.push(each),
    onValidation: () => {},
    onCheckpoint: () => {},
    onEnd: () => {},
  };
  await runTraining(config, reporter, new AbortController().signal);
  const { checkpoints } = modelPaths(config.saveModel);
  const { tensors } = readSafetensors(join(checkpoints, checkpointName(config.trainSteps), "model.safetensors"));
  return {
    progress,
    parameters: Object.fromEntries(tensors.map(({ name, data }) => [name, Array.from(data, Number)])),
  };
}

describe("training by alignments", () => {
  test("reports what attention costs beside them, and makes it less", async () => {
    const { progress } = await run({ train_steps: 30, guided_alignment_weight: 2 });
    expect(progress.at(-1)!.alignmentLoss).toBeLessThan(0.5 * progress[0]!.alignmentLoss!);
  });

  test.each<[string, Partial<ConfigInput>]>([
    ["from files", {}],
    ["our own, in steps of two batches", { data: { corpus: withoutFile }, guided_alignment: "auto", accum_count: 2 }],
  ])("goes on after a stop as if there had been none: %s", async (_, change) => {
    const whole = await run(change);
    const save_model = mkdtempSync(join(folder, "resumed-"));
    await run({ ...change, save_model, train_steps: 2 });
    expect((await run({ ...change, save_model })).parameters).toEqual(whole.parameters);
  });

  test("that is switched off is training without them, to the bit", async () => {
    const off = await run({ guided_alignment: "none" });
    expect(off.progress.every((each) => each.alignmentLoss === undefined)).toBe(true);
    expect(off.parameters).toEqual((await run({ data: { corpus: withoutFile } })).parameters);
    expect((await run({})).parameters).not.toEqual(off.parameters);
  });

  test("in parts of a step has the cost of the whole", async () => {
    const options = { dropout: 0, drop_duplicates: false, train_steps: 1, batch_type: "sentences" } as const;
    const [whole, parts] = [
      await run({ ...options, batch_size: 5 }),
      await run({ ...options, batch_size: 2, accum_count: 3 }),
    ];
    for (const figure of ["alignmentLoss", "loss", "gradientNorm"] as const) {
      expect(parts.progress[0]![figure]).toBeCloseTo(whole.progress[0]![figure]!, 5);
    }
  });
});
