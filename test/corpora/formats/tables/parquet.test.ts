// Source of truth: the rows that these files are written of, by the writer beside the reader; Apache Parquet's format.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { parquetWriteBuffer } from "hyparquet-writer";
import { afterAll, describe, expect, test } from "vitest";
import { DEFAULT_IMPORT, type ImportOptions } from "../../../../src/corpora/formats/importer.ts";
import { openInput } from "../../../../src/corpora/formats/input-file.ts";
import { parquet } from "../../../../src/corpora/formats/tables/parquet.ts";
import { collect, readItems } from "../read-items.ts";
import { parquetOf, parquetTranslations } from "./parquet-file.ts";

const folder = mkdtempSync(join(tmpdir(), "nmt-parquet-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const en = ["A dog", "Two\nlines", "ä 狗 😀", null, "", "Last"];
const de = ["Ein Hund", "Zwei\nZeilen", "ö", "ohne", "leer", "Letzter"];
const PAIRS = [
  [1, "A dog", "Ein Hund"],
  [2, "Two\nlines", "Zwei\nZeilen"],
  [3, "ä 狗 😀", "ö"],
  [4, "not in both languages"],
  [5, "", "leer"],
  [6, "Last", "Letzter"],
];
const translations = en.map((text, i) => ({ de: de[i]!, en: text, fr: "x" }));

async function readFile(name: string, content: Uint8Array, options: Partial<ImportOptions> = {}) {
  const path = join(folder, name);
  writeFileSync(path, content);
  const file = await openInput(path);
  try {
    return await collect(
      parquet.pairs(file, { ...DEFAULT_IMPORT, sourceLanguage: "en", targetLanguage: "de", ...options }),
    );
  } finally {
    await file.close();
  }
}

describe("pairs", () => {
  test.each(["UNCOMPRESSED", "SNAPPY", "GZIP"] as const)("of columns by language, packed as %s", async (codec) => {
    for (const group of [1, 4, 100]) {
      const bytes = parquetOf({ id: en.map((_, i) => String(i)), de, en }, { codec, group });
      expect(await readFile("x.parquet", bytes)).toEqual(PAIRS);
      expect(await readItems("x.parquet", bytes)).toEqual(PAIRS);
    }
  });

  test("of a translation inside, as the Hub has it", async () => {
    expect(await readFile("t.parquet", parquetTranslations(translations))).toEqual(PAIRS);
    const french = await readFile("t.parquet", parquetTranslations(translations), { targetLanguage: "fr" });
    expect(french[0]).toEqual([1, "A dog", "x"]);
  });

  test("of columns that are named, also inside", async () => {
    const columns = ["left", "right"] as const;
    expect(await readFile("n.parquet", parquetOf({ right: de, left: en, more: de }), { columns })).toEqual(PAIRS);
    const inside = { columns: ["translation.fr", "translation.de"] as const };
    expect((await readFile("t.parquet", parquetTranslations(translations), inside))[0]).toEqual([1, "x", "Ein Hund"]);
  });

  test("of a file that has both forms are those of the columns", async () => {
    const both = parquetWriteBuffer({
      columnData: [
        { name: "en", data: ["a"] },
        { name: "de", data: ["b"] },
        { name: "translation", data: [{ en: "c", de: "d" }] },
      ],
      schema: [
        { name: "root", num_children: 3 },
        { name: "en", type: "BYTE_ARRAY", converted_type: "UTF8", repetition_type: "REQUIRED" },
        { name: "de", type: "BYTE_ARRAY", converted_type: "UTF8", repetition_type: "REQUIRED" },
        { name: "translation", num_children: 2, repetition_type: "REQUIRED" },
        { name: "en", type: "BYTE_ARRAY", converted_type: "UTF8", repetition_type: "REQUIRED" },
        { name: "de", type: "BYTE_ARRAY", converted_type: "UTF8", repetition_type: "REQUIRED" },
      ],
    });
    expect(await readFile("b.parquet", Buffer.from(both))).toEqual([[1, "a", "b"]]);
  });

  test("of a file that is compressed as a whole", async () => {
    expect(await readFile("x.parquet.gz", gzipSync(parquetOf({ en, de })))).toEqual(PAIRS);
  });
});

describe("what cannot be read", () => {
  const good = parquetOf({ en, de });
  test.each([
    ["a file that is cut off", good.subarray(0, -10)],
    ["a file without its middle", Buffer.concat([good.subarray(0, 20), good.subarray(-200)])],
    ["no table at all", Buffer.from("PAR1PAR1")],
  ])("%s", async (_, bytes) => {
    await expect(readFile("bad.parquet", bytes)).rejects.toMatchObject({
      name: "DataError",
      where: join(folder, "bad.parquet"),
      message: expect.stringMatching(/cannot be read/),
    });
  });

  test("a table without the languages, which are told", async () => {
    await expect(readFile("o.parquet", parquetTranslations([{ fr: "a", es: "b" }]))).rejects.toMatchObject({
      name: "DataError",
      nextStep: expect.stringMatching(/--columns, of id, translation.fr, translation.es/),
    });
    await expect(readFile("x.parquet", good, { columns: ["en", "fr"] })).rejects.toMatchObject({ name: "DataError" });
  });

  // PageHeader of parquet-format in Thrift's compact protocol: field 8 (5c), its first number (15), 6 values (0c), no nulls (15 00).
  const whole = parquetOf({ en: de, de }, { codec: "UNCOMPRESSED", group: 100 });
  const header = Buffer.from([0x5c, 0x15, 0x0c, 0x15, 0x00]);
  test.each([
    ["a page of more values than the group has rows", [0x5c, 0x15, 0x7e, 0x15, 0x00], /damaged header/],
    ["a page whose header ends early", [0x5c, 0x15, 0x0c, 0x00, 0x00], /damaged header/],
    ["a page of a negative number of nulls", [0x5c, 0x15, 0x0c, 0x15, 0x01], /damaged header/],
    ["a page of fewer values", [0x5c, 0x15, 0x0a, 0x15, 0x00], /cannot be read/],
  ])("%s", async (_, bytes, message) => {
    const damaged = Buffer.from(whole);
    const at = damaged.indexOf(header);
    expect(at).toBeGreaterThan(0);
    damaged.set(bytes, at);
    await expect(readFile("page.parquet", damaged)).rejects.toMatchObject({
      name: "DataError",
      message: expect.stringMatching(message),
    });
  });

  test("a run of places that is longer than its page, in bounded memory", async () => {
    const texts = Array.from({ length: 13 }, (_, i) => (i === 3 ? null : "A"));
    const bytes = parquetOf({ en: texts, de: texts.map((_, i) => `x${i % 2}`) }, { codec: "UNCOMPRESSED", group: 100 });
    // One bit a place, and two groups of eight 0s and 1s (05 aa 0a).
    const at = bytes.indexOf(Buffer.from([1, 5, 0xaa]));
    expect(at).toBeGreaterThan(0);
    expect(await readFile("whole.parquet", bytes)).toHaveLength(13);
    bytes.set([1, 0xfe, 0xff, 0x7f], at);
    await expect(readFile("run.parquet", bytes)).rejects.toMatchObject({
      name: "DataError",
      message: expect.stringMatching(/a run is longer than its page/),
    });
  });

  test("text that is not UTF-8", async () => {
    const marked = parquetOf({ en: ["12345678", ...en.slice(1)], de }, { codec: "UNCOMPRESSED" });
    const at = marked.indexOf("12345678");
    marked[at] = 0xff;
    await expect(readFile("u.parquet", marked)).rejects.toMatchObject({ name: "DataError" });
  });
});
