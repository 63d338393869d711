// Source of truth: a tiny corpus generated here; the real one where ../shared/data holds it.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, describe, expect, test } from "vitest";
import { multi30k, prepareMulti30k } from "../../data-scripts/multi30k.ts";
import { serveMirror } from "./recipe-server.ts";

const folder = mkdtempSync(join(tmpdir(), "nmt-multi30k-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const from = join(folder, "from");
mkdirSync(from);
const checksums: Record<string, string> = {};
for (const [file, lines] of Object.entries({ train: 9, val: 3, test_2016_flickr: 2 })) {
  for (const language of ["en", "de", "fr"]) {
    const text = Array.from({ length: lines }, (_, i) => `${language} ${file} ${i}\n`).join("");
    checksums[`${file}.${language}`] = createHash("sha256").update(text).digest("hex");
    if (language === "de") writeFileSync(join(from, `${file}.de`), text);
    else writeFileSync(join(from, `${file}.${language}.gz`), gzipSync(text));
  }
}

describe("multi30k from a folder", () => {
  test("takes plain and compressed texts", async () => {
    const output = join(folder, "one");
    const [prepared] = await prepareMulti30k({ output, from }, checksums);
    expect(prepared).toEqual({
      pair: "en-de",
      source: "en",
      target: "de",
      folder: output,
      lines: { train: 9, valid: 3, test: 2 },
      unchanged: false,
    });
    expect(readFileSync(join(output, "valid.de"), "utf8")).toBe("de val 0\nde val 1\nde val 2\n");
    expect(readFileSync(join(output, "test.en"), "utf8")).toBe("en test_2016_flickr 0\nen test_2016_flickr 1\n");
    rmSync(join(output, "test.en"));
    expect((await prepareMulti30k({ output, from }, checksums))[0]).toMatchObject({ unchanged: false });
    expect((await prepareMulti30k({ output, from: join(folder, "none") }, checksums))[0]).toMatchObject({
      unchanged: true,
    });
  });

  test("puts several pairs into a folder each", async () => {
    const output = join(folder, "several");
    const prepared = await prepareMulti30k({ output, from, pairs: ["en-fr", "de-fr"] }, checksums);
    expect(prepared.map((each) => each.folder)).toEqual([join(output, "en-fr"), join(output, "de-fr")]);
    expect(readFileSync(join(output, "de-fr", "train.fr"), "utf8")).toMatch(/^fr train 0\n/);
  });

  test("refuses texts that are not the corpus's", async () => {
    const wrong = { ...checksums, "val.de": "0".repeat(64) };
    await expect(prepareMulti30k({ output: join(folder, "wrong"), from }, wrong)).rejects.toMatchObject({
      name: "DataError",
      where: join(from, "val.de"),
    });
    expect(existsSync(join(from, "val.de"))).toBe(true);
  });

  test("names what is missing", async () => {
    const options = { output: join(folder, "missing"), from, pairs: ["en-cs"] };
    await expect(prepareMulti30k(options, checksums)).rejects.toMatchObject({
      name: "DataError",
      message: expect.stringContaining("train.cs"),
      where: from,
    });
  });
});

describe("multi30k over the network", () => {
  const gz = Object.keys(checksums).map((name) => {
    const path = join(from, name);
    const bytes = existsSync(`${path}.gz`) ? readFileSync(`${path}.gz`) : gzipSync(readFileSync(path));
    return [`raw.githubusercontent.com/multi30k/dataset/master/data/task1/raw/${name}.gz`, bytes] as const;
  });

  test("goes on where a connection broke, by way of a mirror, and keeps the texts", async () => {
    const broken = gz.filter(([path]) => path.endsWith("train.de.gz")).map(([path]) => path);
    const mirror = await serveMirror(Object.fromEntries(gz), broken);
    const options = { cache: join(folder, "cache"), mirror: mirror.url };
    const [prepared] = await prepareMulti30k({ ...options, output: join(folder, "fetched") }, checksums);
    expect(prepared!.lines).toEqual({ train: 9, valid: 3, test: 2 });
    expect(mirror.asked.filter((path) => path.endsWith("train.de.gz"))).toHaveLength(2);
    const asked = mirror.asked.length;
    await prepareMulti30k({ ...options, output: join(folder, "again") }, checksums);
    expect(mirror.asked).toHaveLength(asked);
    mirror.close();
  });
});

const shared = resolve(import.meta.dirname, "../../../shared/data/multi30k");
test.skipIf(!existsSync(shared) || process.env["CI"] !== undefined)(
  "the real corpus has the expected checksums (skipped without ../shared/data)",
  async () => {
    const output = join(folder, "real");
    const prepared = await multi30k.prepare({ output, from: shared, pairs: ["en-de", "fr-cs"] });
    expect(prepared.map(({ lines }) => lines)).toEqual(Array(2).fill({ train: 29_000, valid: 1014, test: 1000 }));
  },
);
