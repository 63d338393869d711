/** Source of truth: data sets of translations as they are published in JSON lines; the pairs by hand. */
import { describe, expect, it, test } from "vitest";
import { readItems } from "../read-items.ts";

describe("JSON lines", () => {
  test.each([
    ["by language", '{"id": 1, "en": "One", "de": "Eins"}'],
    ["by side", '{"source": "One", "target": "Eins", "score": 0.5}'],
    ["by other names of the sides", '{"src": "One", "trg": "Eins"}'],
    ["inside a translation", '{"id": "1", "translation": {"de": "Eins", "en": "One", "fr": "Un"}}'],
    ["of regions", '{"de-DE": "Eins", "en_US": "One"}'],
    ["of one region among several", '{"en-GB": "x", "en": "One", "de": "Eins"}'],
  ])("%s", async (_, line) => {
    expect(await readItems("a.jsonl", `${line}\n`)).toEqual([[1, "One", "Eins"]]);
    expect(await readItems("train.json", `${line}\n${line}\n`)).toHaveLength(2);
  });

  it("have the fields asked for, inside objects too", async () => {
    const line = '{"a": {"b": "One", "c.d": "x"}, "c.d": "Eins", "n": 3}';
    expect(await readItems("a.jsonl", line, { columns: ["a.b", "c.d"] })).toEqual([[1, "One", "Eins"]]);
    expect(await readItems("a.jsonl", line, { columns: ["a.b", "n"] })).toEqual([[1, "not in both languages"]]);
    expect(await readItems("a.jsonl", line, { columns: ["a.constructor.name", "n"] })).toEqual([
      [1, "not in both languages"],
    ]);
  });

  it("that are none are skipped", async () => {
    const text =
      '{"en": "One", "de": "Eins"}\n\n{"en": "Two"\n[1]\n"x"\n{"en": "Two", "fr": "Deux"}\n{"en": "a\\n\\u00e9\\ud83d", "de": null}\n';
    expect(await readItems("a.jsonl", text)).toEqual([
      [1, "One", "Eins"],
      [3, "malformed"],
      [4, "malformed"],
      [5, "malformed"],
      [6, "not in both languages"],
      [7, "not in both languages"],
    ]);
  });
});
