// Source of truth: language packs generated here, laid out like the published ones.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { pairMessages, vscodeL10n } from "../../data-scripts/vscode-l10n.ts";
import { readTarGz } from "../../src/corpora/archives/tar.ts";
import {
  fromPseudoLocale,
  type Messages,
  readPack,
  splitMessage,
  unusable,
} from "../../src/corpora/formats/vscode-l10n-messages.ts";
import { SPLITS } from "../../src/corpora/recipe.ts";
import { splitOf } from "../../src/corpora/split.ts";
import { tarGz } from "../corpora/archives/archive.ts";

const folder = mkdtempSync(join(tmpdir(), "nmt-vscode-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The letters of VS Code's pseudo-locale. */
const toPseudo = (text: string) =>
  [...text].map((letter) => "£§µÆÇËÏÐÑØÜÝßæçëïðñøþÿ"["LSuACEIDNOUYBaceidnoby".indexOf(letter)] ?? letter).join("");

function main(messages: (string | undefined)[]): string {
  const lines = messages.map((text) => `\t${text === undefined ? "undefined" : JSON.stringify(text)}`);
  return `var content = [\n${lines.join(",\n")}\n];\n\nexport { content as default };\n`;
}

function pack(messages: (string | undefined)[], extensions: Record<string, object> = {}): Messages {
  const files: Record<string, string> = {
    "package/package.json": "{}",
    "package/translations/main.i18n.json.js": main(messages),
  };
  for (const [name, contents] of Object.entries(extensions)) {
    const document = { "": ["header"], version: "1.0.0", contents };
    files[`package/translations/extensions/${name}.i18n.json`] = JSON.stringify(document);
  }
  return readPack(readTarGz(tarGz(files), "pack.tgz"), "pack.tgz");
}

test("the pseudo-locale is mapped back letter by letter", () => {
  expect(fromPseudoLocale("Çløsë Ðïæløg [0] ýž")).toBe("Close Dialog [0] ýž");
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ abcdefghijklmnopqrstuvwxyz {0} …";
  expect(fromPseudoLocale(toPseudo(letters))).toBe(letters);
});

test("a pack is read by index, and by file, section and key", () => {
  const messages = pack([undefined, "one\ntwo", 'a "quoted" [list]; undefined', "undefined,"], {
    git: { bundle: { "Key A": "text a" }, package: { "Key A": "text b", list: ["no text"] } },
    css: { package: { k: "text c" } },
  });
  expect([...messages]).toEqual([
    ["1", "one\ntwo"],
    ["2", 'a "quoted" [list]; undefined'],
    ["3", "undefined,"],
    ["css.i18n.json\tpackage\tk", "text c"],
    ["git.i18n.json\tbundle\tKey A", "text a"],
    ["git.i18n.json\tpackage\tKey A", "text b"],
  ]);
});

test.each([
  ["no main list", { "package/package.json": "{}" }],
  ["a main list that is no JSON", { "package/translations/main.i18n.json.js": "var content = [ oops ];" }],
  [
    "an extension that is no JSON",
    { "package/translations/main.i18n.json.js": "[]", "package/translations/extensions/a.json": "{" },
  ],
])("a pack with %s is refused", (_, files) => {
  expect(() => readPack(readTarGz(tarGz(files), "pack.tgz"), "pack.tgz")).toThrow(
    expect.objectContaining({ name: "DataError", where: expect.stringContaining("pack.tgz") }),
  );
});

test.each([
  [
    "de",
    "Open\nfile",
    "Datei\nöffnen",
    [
      ["Open", "Datei"],
      ["file", "öffnen"],
    ],
  ],
  ["de", "Open\nfile", "Datei öffnen", [["Open file", "Datei öffnen"]]],
  ["de", "&&Open  file", " Datei\t&&öffnen ", [["Open file", "Datei öffnen"]]],
  ["ja", "&&Open File", "ファイルを開く(&&O)", [["Open File", "ファイルを開く"]]],
  ["zh-hans", "&&Open File...", "打开文件(&&O)...", [["Open File...", "打开文件..."]]],
  ["de", "Point (X)", "Punkt (X)", [["Point (X)", "Punkt (X)"]]],
])("%s: %j and %j", (language, english, translation, pairs) => {
  expect(splitMessage(english, translation, language)).toEqual(pairs);
});

test.each([
  ["Open the file", "Datei öffnen", undefined],
  ["", "Datei", "empty"],
  ["Git: Push", "Git: Push", "identical"],
  ["Cancel", "Abbrechen", "under two words"],
  ["Run `git pull --all`", "`git pull --all` ausführen", "under two words"],
  ["See [docs](https://a.b/c-d e)", "Siehe [Doku](https://a.b/c-d e)", undefined],
  ["See https://a.b/the/long/page", "Siehe https://a.b/the/long/page", "under two words"],
  ["{0} of {1}", "{0} von {1}", "under two words"],
  ["Delete {0} and {1}", "{1} und {0} löschen", undefined],
  ["Delete {0} now", "Jetzt löschen", "unequal placeholders"],
  ["Show it", "Zeigt das betreffende Element ganz genau an", "length ratio"],
])("%j and %j: %s", (english, translation, reason) => {
  expect(unusable(english, translation)).toBe(reason);
});

describe("pairing", () => {
  const sentences = Array.from(
    { length: 3000 },
    (_, i) =>
      `Show item ${"abcdefghij"[i % 10]}${"klmnopqrst"[Math.floor(i / 10) % 10]} number ${"uvwxyzabcd"[Math.floor(i / 100) % 10]}${i}`,
  );
  const english = new Map([...pack(sentences.map(toPseudo))].map(([key, text]) => [key, fromPseudoLocale(text)]));
  const german = pairMessages(english, pack(sentences.map((text) => `Zeige ${text}`)), "de");
  const french = pairMessages(
    english,
    pack(sentences.map((text, i) => (i % 3 === 0 ? undefined : `Montrer ${text}`))),
    "fr",
  );

  test("keeps every message in one split, and the shares", () => {
    expect(SPLITS.map((split) => german.splits[split].length).reduce((a, b) => a + b)).toBe(3000);
    expect(german.splits.test.length).toBeGreaterThan(60);
    expect(german.splits.valid.length).toBeGreaterThan(50);
    expect(german.splits.train.length).toBeGreaterThan(2600);
  });

  test("puts a text into the same split in every language", () => {
    for (const split of SPLITS) {
      const others = new Set(
        SPLITS.filter((each) => each !== split).flatMap((each) => german.splits[each].map(({ source }) => source)),
      );
      for (const { source } of french.splits[split]) expect(others.has(source)).toBe(false);
    }
    expect(french.dropped).toEqual({ "not translated": 1000 });
  });

  test("texts that differ in digits, case or punctuation alone stay together", () => {
    for (const text of ["Close 3 editors", "close editors", "Close  Editors!", "Close {0} editors..."]) {
      expect(splitOf(text, { valid: 4000, test: 3000 })).toBe(splitOf("Close editors", { valid: 4000, test: 3000 }));
    }
  });

  test("drops repeated pairs in training and repeated English elsewhere", () => {
    const train = german.splits.train[0]!.source;
    const held = german.splits.test[0]!.source;
    const twice = new Map([train, train, train, held, held].map((text, i) => [String(i), text]));
    const translations = new Map(
      ["erste", "erste", "zweite", "erste", "zweite"].map((text, i) => [String(i), `die ${text} Fassung`]),
    );
    const { splits, dropped } = pairMessages(twice, translations, "de");
    expect(splits.train.map(({ target }) => target)).toEqual(["die erste Fassung", "die zweite Fassung"]);
    expect(splits.test.map(({ target }) => target)).toEqual(["die erste Fassung"]);
    expect(dropped).toEqual({ duplicate: 2 });
  });

  test("refuses packs without anything in common", () => {
    expect(() => pairMessages(english, new Map(), "de")).toThrow(expect.objectContaining({ name: "DataError" }));
  });
});

describe("the recipe", () => {
  test("refuses archives that are not the published ones", async () => {
    const name = "codingame-monaco-vscode-language-pack-qps-ploc-25.1.2.tgz";
    writeFileSync(join(folder, name), tarGz({ "package/package.json": "{}" }));
    await expect(vscodeL10n.prepare({ output: join(folder, "out"), from: folder })).rejects.toMatchObject({
      name: "DataError",
      where: join(folder, name),
    });
  });

  test("names the languages it has when asked for another", async () => {
    await expect(vscodeL10n.prepare({ output: folder, pairs: ["en-xx"] })).rejects.toMatchObject({
      name: "UsageError",
      nextStep: expect.stringContaining("en-pt-br"),
    });
  });

  test("has German first, 13 languages, and both directions", () => {
    expect(vscodeL10n.pairs[0]).toBe("en-de");
    expect(vscodeL10n.pairs).toHaveLength(26);
    expect(
      readFileSync(join(import.meta.dirname, "../../data-scripts/vscode-l10n.ts"), "utf8").match(/sha512-/g),
    ).toHaveLength(14);
  });
});
