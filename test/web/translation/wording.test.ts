import { describe, expect, test } from "vitest";
import { MOST_TERMS, NO_WORDING, Wording, withTerm } from "../../../web/src/translation/wording.ts";

const dog = { source: "dog", target: "Hund" };
const cat = { source: "cat", target: "Katze" };

describe("withTerm", () => {
  test("adds at the end, with white space as the server writes it", () => {
    expect(withTerm([dog], { source: " guide\t dog ", target: " Blindenhund " })).toEqual([
      dog,
      { source: "guide dog", target: "Blindenhund" },
    ]);
  });

  test("takes the place of a term with the same source", () => {
    expect(withTerm([dog, cat], { source: "dog", target: "Köter" })).toEqual([{ source: "dog", target: "Köter" }, cat]);
  });

  test("needs both sides, and room", () => {
    expect(withTerm([], { source: "dog", target: " " })).toBeUndefined();
    expect(withTerm([], { source: "", target: "Hund" })).toBeUndefined();
    const full = Array.from({ length: MOST_TERMS }, (_, i) => ({ source: `a${i}`, target: "b" }));
    expect(withTerm(full, dog)).toBeUndefined();
    expect(withTerm(full, { source: "a7", target: "c" })).toHaveLength(MOST_TERMS);
  });
});

describe("Wording", () => {
  test("is read as it was written, each pair by itself", () => {
    const wording = new Wording(undefined);
    wording.set("en-de", { terms: [dog, cat], glossary: "1-2", adapter: "law" });
    wording.set("en-fr", { ...NO_WORDING, terms: [{ source: "dog", target: "chien" }] });
    wording.keep = "Acme\n";
    const read = new Wording(wording.toString());
    expect(read.of("en-de")).toEqual({ terms: [dog, cat], glossary: "1-2", adapter: "law" });
    expect(read.of("en-fr").terms).toEqual([{ source: "dog", target: "chien" }]);
    expect(read.of("de-en")).toEqual(NO_WORDING);
    expect(read.keep).toBe("Acme\n");
    read.set("en-fr", NO_WORDING);
    expect(JSON.parse(read.toString()).pairs).not.toHaveProperty("en-fr");
  });

  test("terms that stay are lines, each once, without white space around, as many as the server takes", () => {
    const wording = new Wording(undefined);
    wording.keep = " Acme  Corp \n\n\tAcme Corp\nBoomer\r\n";
    expect(wording.kept).toEqual(["Acme Corp", "Boomer"]);
    wording.keep = Array.from({ length: MOST_TERMS + 5 }, (_, i) => `a${i}`).join("\n");
    expect(wording.kept).toHaveLength(MOST_TERMS);
  });

  test.each([
    ["no JSON", "{"],
    ["something else", "[1]"],
    ["null", "null"],
    ["pairs that are none", '{"pairs":{"en-de":5,"en-fr":null},"keep":7}'],
    [
      "terms that are none",
      '{"pairs":{"en-de":{"terms":[null,{"source":1,"target":"x"},"a"],"glossary":{},"adapter":[]}}}',
    ],
  ])("takes nothing of %s", (_, kept) => {
    const wording = new Wording(kept);
    expect(wording.of("en-de")).toEqual(NO_WORDING);
    expect(wording.keep).toBe("");
  });
});
