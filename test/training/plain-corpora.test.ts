/** Source of truth: the pairs of translation memories written here, as a run's corpora have them. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { resolveConfig } from "../../src/config/resolve.ts";
import type { ConfigInput } from "../../src/config/schema.ts";
import { plainCorpora } from "../../src/training/plain-corpora.ts";
import { prepareCorpora } from "../../src/training/training-corpora.ts";
import { heldOutCorpora } from "../../src/training/validation/validation-corpora.ts";
import { toyWordpieces } from "../cli/toy-model-directory.ts";

const root = mkdtempSync(join(tmpdir(), "nmt-plain-corpora-"));
afterAll(() => rmSync(root, { recursive: true }));
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(root, "case-"));
});

const path = (name: string) => join(folder, name);
function memory(name: string, ...units: [en: string, de: string][]): string {
  const body = units.map(
    ([en, de]) => `<tu><tuv lang="en"><seg>${en}</seg></tuv><tuv lang="de"><seg>${de}</seg></tuv></tu>`,
  );
  writeFileSync(path(name), `<tmx version="1.4"><body>${body.join("\n")}</body></tmx>`);
  return path(name);
}
const languages = { src_lang: "en", tgt_lang: "de" };
const configOf = (data: ConfigInput["data"]) => resolveConfig({ save_model: path("model"), train_steps: 1, data });

async function trainingText(config: ReturnType<typeof configOf>) {
  const messages: string[] = [];
  const [corpus] = await plainCorpora(config, "train", (message) => messages.push(message));
  const read = (file: string) => readFileSync(file, "utf8");
  return { messages, corpus: corpus!, text: [read(corpus!.pathSrc), read(corpus!.pathTgt!)] };
}

describe("a corpus of another format", () => {
  it("is imported once, and again when files, options or the written text change", async () => {
    const file = memory("a.tmx", ["ab c", "d ec"], ["<hi>fad</hi>", "bed"], ["", "x"]);
    const first = await trainingText(configOf({ train: { path: file, ...languages } }));
    expect(first.text).toEqual(["ab c\nfad\n", "d ec\nbed\n"]);
    expect(first.messages).toEqual(["train: 2 pairs of 1 file", `train:   1 skipped: empty (${file}:3)`]);
    const { mtimeMs } = statSync(first.corpus.pathSrc);
    const again = await trainingText(configOf({ train: { path: file, ...languages } }));
    expect([again.messages, statSync(first.corpus.pathSrc).mtimeMs]).toEqual([[], mtimeMs]);

    const kept = await trainingText(configOf({ train: { path: file, ...languages, import: { tags: "skip" } } }));
    expect(kept.text).toEqual(["ab c\n", "d ec\n"]);
    memory("a.tmx", ["ab", "de"]);
    const changed = await trainingText(configOf({ train: { path: file, ...languages, import: { tags: "skip" } } }));
    expect(changed.text).toEqual(["ab\n", "de\n"]);
    truncateSync(changed.corpus.pathTgt!, 1);
    const mended = await trainingText(configOf({ train: { path: file, ...languages, import: { tags: "skip" } } }));
    expect(mended.text).toEqual(["ab\n", "de\n"]);
    expect(mended.messages).toHaveLength(1);
  });

  it("may be named on both sides, as a pattern, or as a folder", async () => {
    mkdirSync(path("in"));
    const file = memory("in/a.tmx", ["ab", "de"]);
    memory("in/b.tmx", ["fad", "bed"]);
    const both = await trainingText(configOf({ train: { path_src: file, path_tgt: file, ...languages } }));
    expect(both.text[0]).toBe("ab\n");
    const pattern = await trainingText(configOf({ train: { path: path("in/*.tmx"), ...languages } }));
    expect(pattern.text[0]).toBe("ab\nfad\n");
    const whole = await trainingText(configOf({ train: { path: path("in"), ...languages } }));
    expect(whole.text[1]).toBe("de\nbed\n");
  });

  it("is trained on and validated with as if it were plain text", async () => {
    const train = { path: memory("a.tmx", ["ab c", "d ec"], ["fad", "bed"]), ...languages };
    const config = configOf({
      train,
      valid: { path: memory("v.tmx", ["fad", "bed"]), ...languages },
      test: { path: path("no.tmx") },
    });
    const messages: string[] = [];
    await prepareCorpora(config, toyWordpieces([]), (message) => messages.push(message));
    expect(messages).toContain(`test: ${path("no.tmx")} is not there, and not looked for in training text`);
    expect(messages).toContain("train: 1 of 2 pairs kept");
    expect(messages.find((message) => message.includes("also in validation"))).toContain("by 1 source, 1 target");
    const [valid] = await heldOutCorpora(config, toyWordpieces([]), "valid", () => {});
    expect([valid!.sourceTexts, valid!.references]).toEqual([["fad"], ["bed"]]);
  });

  it("needs its languages, and files that belong together", async () => {
    const file = memory("a.tmx", ["ab", "de"]);
    const run = (data: ConfigInput["data"]) => trainingText(configOf(data));
    await expect(run({ train: { path: file } })).rejects.toMatchObject({ name: "UsageError", where: file });
    writeFileSync(path("plain"), "text\n");
    await expect(run({ train: { path: path("plain"), ...languages } })).rejects.toMatchObject({ where: path("plain") });
    const sides = { path_src: file, path_tgt: memory("b.tmx", ["ab", "de"]) };
    await expect(run({ train: { ...sides, ...languages } })).rejects.toMatchObject({
      message: expect.stringContaining("has both languages in one file"),
    });
  });
});

it("plain text stays where it is", async () => {
  for (const name of ["a", "b"]) writeFileSync(path(name), "<b>text</b>\n");
  const train = { path_src: path("a"), path_tgt: path("b") };
  const [corpus] = await plainCorpora(configOf({ train }), "train", () => {});
  expect(corpus).toMatchObject({ pathSrc: path("a"), pathTgt: path("b") });
  const columns = { path_src: `${path("a")}#1`, path_tgt: `${path("b")}#1` };
  expect((await plainCorpora(configOf({ train: columns }), "train", () => {}))[0]).toMatchObject({
    pathSrc: `${path("a")}#1`,
  });
  const missing = { path_src: path("no"), path_tgt: path("no") };
  expect((await plainCorpora(configOf({ train: missing }), "train", () => {}))[0]).toMatchObject({
    pathSrc: path("no"),
  });
});
