/** Source of truth: RFC 4180, and the rules of DeepL's glossaries. */
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { DataError } from "../../src/base/errors.ts";
import { type EntriesOptions, parseEntries, readGlossary, readTermList } from "../../src/glossary/read-glossary.ts";

const folder = mkdtempSync(join(tmpdir(), "nmt-glossary-"));
function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}
const plain = (path: string, options?: EntriesOptions) =>
  readGlossary(path, options).map(({ source, targets }) => [source, ...targets]);

describe("a glossary's file", () => {
  it("has tabs, or commas and quotes, by its ending", () => {
    expect(plain(file("a.tsv", "\ufeffopen\töffnen\r\n\nfile menu\t Dateimenü \n"))).toEqual([
      ["open", "öffnen"],
      ["file menu", "Dateimenü"],
    ]);
    const quoted = 'open,öffnen\n"save, as","sichern ""als"""\n\n';
    expect(plain(file("a.csv", quoted))).toEqual([
      ["open", "öffnen"],
      ["save, as", 'sichern "als"'],
    ]);
  });

  it("gives a term several wordings on several lines", () => {
    const path = file("b.tsv", "man\tMann\nman\tMännern\ndog\tHund\nman\tMann\n");
    expect(plain(path)).toEqual([
      ["man", "Mann", "Männern"],
      ["dog", "Hund"],
    ]);
    expect(() => readGlossary(path, { repeated: "error" })).toThrow(/already, on line 1/);
  });

  it("leaves out lines of other languages", () => {
    const path = file("c.csv", "dog,Hund,en,de\ndog,chien,EN,FR\ncat,Katze\n");
    expect(plain(path, { source: "en", target: "de-AT" })).toEqual([
      ["dog", "Hund"],
      ["cat", "Katze"],
    ]);
    expect(plain(path)).toEqual([
      ["dog", "Hund", "chien"],
      ["cat", "Katze"],
    ]);
  });

  it.each<[string, string, string | Uint8Array, RegExp]>([
    ["no tab", "d.tsv", "a\tb\nonly\n", /1 fields.*d\.tsv:2/s],
    ["two tabs", "d.tsv", "a\tb\tc\n", /3 fields.*d\.tsv:1/s],
    ["three columns", "d.csv", "a,b,en\n", /3 fields.*d\.csv:1/s],
    ["no translation", "d.tsv", "a\t \n", /is empty.*d\.tsv:1/s],
    ["a control character", "d.tsv", "a\tb\u0007c\n", /control character.*d\.tsv:1/s],
    ["a line break in quotes", "d.csv", 'x,y\na,"b\nc"\n', /line break.*d\.csv:2/s],
    ["an open quote", "d.csv", 'a,"b\n', /quote that is not closed.*d\.csv:1/s],
    ["a long term", "d.tsv", `${"ä".repeat(513)}\tb\n`, /more than 1024 bytes.*d\.tsv:1/s],
    ["no entry", "d.tsv", "\n \n", /no term.*d\.tsv/s],
    ["no UTF-8", "d.tsv", Uint8Array.from([97, 9, 98, 10, 0xff]), /not valid UTF-8.*d\.tsv:2/s],
  ])("is refused with %s", (_, name, content, message) => {
    const path = file(name, content);
    const refused = refusalOf(() => readGlossary(path));
    expect(refused).toBeInstanceOf(DataError);
    expect(`${refused.message} ${refused.where}`).toMatch(message);
    expect(refused.nextStep).toBeDefined();
  });

  it("that isn't there is named", () => {
    expect(refusalOf(() => readGlossary(join(folder, "none.tsv"))).where).toMatch(/none\.tsv$/);
    expect(refusalOf(() => readTermList(join(folder, "none.txt"))).where).toMatch(/none\.txt$/);
  });
});

describe("a list of terms that stay", () => {
  it("has one a line, each once", () => {
    expect(readTermList(file("names.txt", "Acme\n\n Visual  Studio \nAcme\n"))).toEqual([
      { source: "Acme", targets: ["Acme"] },
      { source: "Visual Studio", targets: ["Visual Studio"] },
    ]);
    expect(() => readTermList(file("names.txt", "\n"))).toThrow(DataError);
  });
});

describe("entries of a text", () => {
  it("are those of its lines", () => {
    expect(parseEntries(["a\tb", "", "c\td"], "tsv", "entries")).toEqual([
      { source: "a", targets: ["b"] },
      { source: "c", targets: ["d"] },
    ]);
  });
});

function refusalOf(read: () => unknown): DataError {
  try {
    read();
  } catch (error) {
    return error as DataError;
  }
  throw new Error("nothing was refused");
}
