// Source of truth: sentences whose language and script are known.
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { loadLanguageCheck } from "../../../src/data/cleaning/language-id.ts";
import { scriptShare } from "../../../src/data/cleaning/scripts.ts";

test.each([
  ["Ein Hund läuft, 3 mal.", "de", 1],
  ["Собака бежит", "ru", 1],
  ["Собака", "en", 0],
  ["犬が走る", "ja", 1],
  ["ab犬犬", "zh_CN", 0.5],
  ["12 — 34", "en", 1],
  ["anything", "xx", 1],
])("script share of %j in %s is %d", (text, language, share) => {
  expect(scriptShare(text, language)).toBe(share);
});

test("without the package, language identification says how to get it", async () => {
  const folder = mkdtempSync(join(tmpdir(), "nmt-no-package-"));
  await expect(loadLanguageCheck(folder)).rejects.toMatchObject({
    name: "DataError",
    nextStep: expect.stringContaining("npm install -D tinyld"),
  });
  rmSync(folder, { recursive: true });
});

const root = process.env["NMT_TINYLD"] ?? resolve(import.meta.dirname, "../../..");
test.skipIf(!existsSync(join(root, "node_modules/tinyld")))(
  "with it, sentences in another language are told (skipped without tinyld; NMT_TINYLD names a folder that has it)",
  async () => {
    const isOf = await loadLanguageCheck(root);
    const german = "Dies ist ein deutscher Satz über das Wetter von gestern.";
    expect([isOf(german, "de"), isOf(german, "en"), isOf("Click OK", "de"), isOf(german, "xx")]).toEqual([
      true,
      false,
      true,
      true,
    ]);
  },
);
