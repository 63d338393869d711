/** Sources of truth: the platform's String.normalize, SentencePiece's documented additions to NFKC, and the rule graph itself. */
import { describe, expect, it } from "vitest";
import { WordpieceError } from "../../../src/base/errors.ts";
import { CharacterRole, Charsmap } from "../../../src/text/normalization/charsmap.ts";
import { compileCharsmap } from "../../../src/text/normalization/compile-charsmap.ts";
import { nmtNfkcRules, type RuleNode } from "../../../src/text/normalization/nfkc-rules.ts";

const rules = nmtNfkcRules();
const bytes = compileCharsmap(rules);
const charsmap = Charsmap.fromBytes(bytes);

/** What nmt_nfkc does beyond NFKC. */
const SPACES = new Set("\t\n\f\r\u1680\u200b\u200c\u200e\u200f\u2028\u2029\u2581\ufeff\ufffd");
const isDeleted = (codePoint: number) => codePoint < 0x20 || [0x7f, 0x8f, 0x9f].includes(codePoint);

describe("nmt_nfkc", () => {
  it("maps every single character to its NFKC, or to a space or nothing where SentencePiece says so", () => {
    const wrong: string[] = [];
    for (let codePoint = 1; codePoint < 0x110000; codePoint++) {
      if (codePoint === 0xd800) codePoint = 0xe000;
      const character = String.fromCodePoint(codePoint);
      const nfkc = codePoint === 0xff5e ? character : character.normalize("NFKC");
      const expected = SPACES.has(character) ? " " : isDeleted(codePoint) ? "" : nfkc;
      if ((charsmap.match(character, 0) ?? character) !== expected) wrong.push(codePoint.toString(16));
    }
    expect(wrong).toEqual([]);
  });

  it("composes every decomposed character", () => {
    const wrong: string[] = [];
    for (let codePoint = 1; codePoint < 0x30000; codePoint++) {
      if (codePoint === 0xd800) codePoint = 0xe000;
      const decomposed = String.fromCodePoint(codePoint).normalize("NFD");
      const composed = decomposed.normalize("NFC");
      // Some composed characters fall apart again in NFKC.
      if (composed === decomposed || composed.normalize("NFKC") !== composed) continue;
      const output = charsmap.match(decomposed, 0);
      if (output !== composed || charsmap.matchedUnits !== decomposed.length) wrong.push(codePoint.toString(16));
    }
    expect(wrong).toEqual([]);
  });

  it("takes the longest rule, and letters of any form", () => {
    expect(charsmap.match("xe\u0301\u0302", 1)).toBe("é");
    expect(charsmap.matchedUnits).toBe(2);
    expect(charsmap.match("ﾡￂᆨ", 0)).toBe("각");
    expect(charsmap.match("ｶﾞ", 0)).toBe("ガ");
    expect(charsmap.match("abc", 0)).toBeUndefined();
  });
});

describe("the double-array trie", () => {
  it("holds just the rules it was compiled from", () => {
    const compiled = new Map(charsmap.rules());
    let count = 0;
    let wrong = 0;
    const compare = (node: RuleNode, left: string): void => {
      for (const [codePoint, child] of node.next) {
        const longer = left + String.fromCodePoint(codePoint);
        if (child.output !== undefined) {
          count++;
          if (compiled.get(longer) !== child.output) wrong++;
        }
        compare(child, longer);
      }
    };
    compare(rules, "");
    expect(wrong).toBe(0);
    expect(count).toBe(compiled.size);
    expect(count).toBeGreaterThan(200_000);
  });

  it("stores equal parts once", () => {
    expect(bytes.length).toBeLessThan(300_000);
  });

  it("knows which characters take part in rules", () => {
    const { replaced, continues, starts } = CharacterRole;
    const roles = charsmap.roles();
    const role = (character: string) => roles[character.charCodeAt(0)]!;
    expect(role("ﬁ")).toBe(replaced | starts);
    expect(role("e") & (replaced | starts)).toBe(starts);
    expect(role("\u0301") & continues).toBe(continues);
    expect(role(" ")).toBe(0);
    expect(role("\ud83d")).toBe(replaced | continues | starts);
  });
});

describe("damaged rules", () => {
  it("are refused when the sizes are wrong", () => {
    for (const damaged of [
      bytes.subarray(0, 3),
      bytes.subarray(0, 1000),
      new Uint8Array(10),
      Uint8Array.of(255, 255, 255, 255, 0),
    ]) {
      expect(() => Charsmap.fromBytes(damaged)).toThrow(WordpieceError);
    }
  });

  it("are refused or still end, wherever a unit changed", () => {
    const small = compileCharsmap(someRules());
    for (let at = 0; at < small.length; at++) {
      for (const flip of [1, 0x80, 0xff]) {
        const damaged = small.slice();
        damaged[at]! ^= flip;
        const match = (): void => {
          const map = Charsmap.fromBytes(damaged);
          for (const text of ["ab", "é", "日本", "😀"]) map.match(text, 0);
        };
        expect(errorOf(match)).toBeOneOf([undefined, WordpieceError]);
      }
    }
  });
});

function someRules(): RuleNode {
  const end = (output: string): RuleNode => ({ output, next: new Map() });
  const afterA: RuleNode = { output: "x", next: new Map([[0x62, end("y")]]) };
  return {
    output: undefined,
    next: new Map([
      [0x61, afterA],
      [0xe9, end("e")],
      [0x65e5, end("z")],
      [0x1f600, end("")],
    ]),
  };
}

function errorOf(run: () => void): unknown {
  try {
    run();
    return undefined;
  } catch (error) {
    return (error as Error).constructor;
  }
}
