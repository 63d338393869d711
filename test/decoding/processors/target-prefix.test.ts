/** Source of truth: exhaustive search among the translations whose text begins with the prefix. */
import { describe, expect, test } from "vitest";
import { beamSearch } from "../../../src/decoding/beam-search.ts";
import { PieceIndex } from "../../../src/decoding/processors/piece-index.ts";
import { processedModel } from "../../../src/decoding/processors/processor.ts";
import { missingCharacters, TargetPrefixes, targetPrefix } from "../../../src/decoding/processors/target-prefix.ts";
import { exhaustiveSearch, randomToy, searchOptions, ToyModel } from "../toy-model.ts";
import { ToyWordpieces } from "../toy-wordpieces.ts";

const wordpieces = new ToyWordpieces(["ab"]);
const size = wordpieces.pieces.length;
const index = new PieceIndex(wordpieces, size);
const spell = (pieces: readonly number[]) => pieces.map((id) => index.textOf(id)).join("");
const ids = (...pieces: string[]) => pieces.map((piece) => wordpieces.idOf(piece));

describe("the pieces and characters of a prefix", () => {
  test.each([
    ["", [], ""],
    ["a", [], "▁a"],
    ["ab", [], "▁ab"],
    ["ab c", ["▁ab"], "▁c"],
    ["ab ", ["▁ab"], "▁"],
    ["a b ", ["▁", "a", "▁", "b"], "▁"],
  ])("%j", (text, pieces, rest) => {
    expect(targetPrefix(wordpieces, index, text)).toEqual({ pieces: ids(...pieces), rest, isWhole: false });
  });

  test("a last word that cannot be spelled is taken as encoded", () => {
    expect(targetPrefix(wordpieces, index, "ab xa")).toEqual({
      pieces: [...wordpieces.encode("ab xa")],
      rest: "",
      isWhole: false,
    });
  });
});

describe("with a beam that holds everything, the result is that of exhaustive search", () => {
  test.each([
    ["a", false],
    ["ab", false],
    ["ab ", false],
    ["ab b", false],
    ["b a", false],
    ["a", true],
    ["ab", true],
    ["ab ", true],
    ["ab a", true],
  ])("after %j, whole: %j", async (text, isWhole) => {
    const prefix = targetPrefix(wordpieces, index, text, isWhole);
    const written = spell(prefix.pieces) + prefix.rest;
    // No piece of the vocabulary, since a toy takes its start for a new beginning.
    const bosId = 99;
    const toy = { ...randomToy(text.length, size), bosId, eosId: 3 };
    const sources = [Int32Array.of(5), Int32Array.of(6, 7)];
    const model = processedModel(new ToyModel(toy), [new TargetPrefixes(index, [prefix, undefined])]);
    const options = { bosId, eosId: 3, beamSize: 8000, nBest: 8000 };
    const found = await beamSearch(model, sources, searchOptions(2, 4, options));
    // By text for the word that may go on, by pieces before it.
    const begins = (pieces: readonly number[]) => {
      const given = prefix.pieces.length;
      return pieces.slice(0, given).join() === prefix.pieces.slice(0, pieces.length).join();
    };
    const allowed = (before: readonly number[], piece: number) => {
      const next = [...before, piece];
      if (!begins(next)) return false;
      if (next.length <= prefix.pieces.length) return true;
      const missing = written.slice(spell(before).length);
      const own = index.textOf(piece);
      const isEnd = isWhole && !text.endsWith(" ") && spell(before).length <= written.length;
      // What stands behind the prefix, if anything does; with `<unk>` and the like in between it is no part of its last word.
      const beyond = own.startsWith(missing) ? own.slice(missing.length) : "";
      const isAfter = before.some((id, i) => i >= prefix.pieces.length && index.textOf(id) === "");
      if (isEnd && !isAfter && /^[abc]/.test(beyond)) return false;
      if (missing === "") return true;
      return own !== "" && (own.startsWith(missing) || missing.startsWith(own));
    };
    const expected = [exhaustiveSearch(toy, sources[0]!, 4, { allowed }), exhaustiveSearch(toy, sources[1]!, 4, {})];
    expect(expected[0]!.length).toBeGreaterThan(5);
    if (isWhole && !text.endsWith(" ")) {
      const texts = expected[0]!
        .filter(({ pieces }) => pieces.every((id) => index.textOf(id)))
        .map(({ pieces }) => spell(pieces));
      expect(texts.filter((each) => each.startsWith(written) && /^[abc]/.test(each.slice(written.length)))).toEqual([]);
    }
    found.forEach((list, s) => {
      const best = expected[s]!.slice(0, 200);
      expect(list.slice(0, 200).map(({ pieces }) => [...pieces])).toEqual(best.map(({ pieces }) => pieces));
      list.slice(0, 200).forEach(({ logProbability }, i) => {
        expect(logProbability).toBeCloseTo(best[i]!.logProbability, 5);
      });
    });
    for (const { pieces, complete } of found[0]!) {
      if (complete) expect(spell([...pieces]).startsWith(written)).toBe(true);
    }
  });
});

test("pieces that the model finds impossible are taken all the same", () => {
  const values = new Float32Array(size).fill(-1);
  const processor = new TargetPrefixes(index, [targetPrefix(wordpieces, index, "ab c")]);
  const [forced] = ids("▁ab");
  values[forced!] = Number.NEGATIVE_INFINITY;
  processor.process(values, { sentence: 0, pieces: [] });
  expect([...values.keys()].filter((id) => values[id]! > Number.NEGATIVE_INFINITY)).toEqual([forced]);
});

describe("a whole word", () => {
  const words = new ToyWordpieces(["犬", "犬a", "ab."]);
  const both = new PieceIndex(words, words.pieces.length);
  /** Pieces that may follow. */
  const following = (text: string, pieces: readonly number[]) => {
    const values = new Float32Array(words.pieces.length).fill(-1);
    const processor = new TargetPrefixes(both, [targetPrefix(words, both, text, true)]);
    processor.process(values, { sentence: 0, pieces });
    return words.pieces.filter((_, id) => values[id]! > Number.NEGATIVE_INFINITY);
  };

  test("may have a full stop behind it", () => {
    expect(following("ab", [])).toEqual(["▁", "▁ab."]);
  });

  test("of a script without spaces may have letters behind it", () => {
    expect(following("犬", [])).toEqual(["▁犬", "▁犬a"]);
    expect(following("犬", [words.idOf("▁犬")])).toContain("a");
  });
});

test("characters that a hypothesis lacks", () => {
  const prefix = targetPrefix(wordpieces, index, "ab ca");
  expect(missingCharacters(index, prefix, ids("▁ab"))).toBe("▁ca");
  expect(missingCharacters(index, prefix, ids("▁ab", "▁", "c"))).toBe("a");
  expect(missingCharacters(index, prefix, ids("▁ab", "▁", "c", "a"))).toBe("");
  expect(missingCharacters(index, prefix, ids("▁ab", "▁", "c", "a", "b"))).toBeUndefined();
});
