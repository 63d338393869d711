/** Source of truth: shares and bits computed by hand from a dozen positions. */
import { describe, expect, it } from "vitest";
import { ExpertUsage } from "../../src/report/expert-usage.ts";

const text = (word: string, before = ["a", "b"], after = ["c", "d"]) => ({ word, piece: `▁${word}`, before, after });

describe("ExpertUsage", () => {
  it("shares traffic between experts, in all and by part", () => {
    const usage = new ExpertUsage("encoder.moe1", "source", 3, 2);
    usage.add(0, text("x"), [
      { expert: 0, gate: 0.75 },
      { expert: 1, gate: 0.25 },
    ]);
    usage.add(1, text("y"), [
      { expert: 1, gate: 1 },
      { expert: 2, gate: 0 },
    ]);
    const { experts, positions, expertsPerPosition, layer, side } = usage.summary();
    expect({ layer, side, positions, expertsPerPosition }).toEqual({
      layer: "encoder.moe1",
      side: "source",
      positions: 2,
      expertsPerPosition: 1.5,
    });
    expect(experts.map(({ importance }) => importance)).toEqual([0.375, 0.625, 0]);
    expect(experts.map(({ load }) => load)).toEqual([1 / 3, 2 / 3, 0]);
    expect(experts[1]!.parts).toEqual([
      { importance: 0.25, load: 0.5 },
      { importance: 1, load: 1 },
    ]);
    expect(experts[2]).toMatchObject({ words: [], contexts: [], frequent: [] });
  });

  it("tells how many bits the part has about the expert", () => {
    const bits = (experts: [number, number, number, number]) => {
      const usage = new ExpertUsage("l", "target", 2, 2);
      for (const [i, expert] of experts.entries()) usage.add(i < 2 ? 0 : 1, text("w"), [{ expert, gate: 1 }]);
      return usage.summary().partInformation;
    };
    expect(bits([0, 0, 1, 1])).toBeCloseTo(1, 12);
    expect(bits([0, 1, 0, 1])).toBeCloseTo(0, 12);
    // Parts (1, 1) and (0, 2): H(expert) − H(expert | part) = H(1/4) − 1/2.
    expect(bits([0, 1, 1, 1])).toBeCloseTo(0.25 * 2 + 0.75 * Math.log2(4 / 3) - 0.5, 12);
  });

  it("finds the words that an expert takes more often than others do", () => {
    const usage = new ExpertUsage("l", "source", 2, 1);
    for (let i = 0; i < 10; i++) {
      usage.add(0, text("the"), [{ expert: i % 2, gate: 1 }]);
      usage.add(0, text("rare"), [{ expert: 0, gate: 1 }]);
      usage.add(0, text("other"), [{ expert: 1, gate: 1 }]);
    }
    const [first, second] = usage.summary().experts;
    expect(first!.words).toEqual([{ word: "rare", count: 10, weight: 10, share: 1 }]);
    expect(second!.words.map(({ word }) => word)).toEqual(["other"]);
  });

  it("orders those words by weight times the log of the word's share over the expert's", () => {
    const usage = new ExpertUsage("l", "source", 2, 1);
    const add = (word: string, expert: number, gate: number, times: number) => {
      for (let i = 0; i < times; i++) usage.add(0, text(word), [{ expert, gate }]);
    };
    // By expert 0 and 1: all of "few" (2), 9 of 10 of "most" and 12 of 20 of "often"; "mostly" is half the weight of "most".
    add("few", 0, 1, 2);
    add("most", 0, 1, 9);
    add("most", 1, 1, 1);
    add("often", 0, 1, 12);
    add("often", 1, 1, 8);
    add("mostly", 0, 0.5, 9);
    add("mostly", 1, 0.5, 1);
    add("never", 1, 1, 18);
    const [first] = usage.summary().experts;
    // Expert 0 has 27.5 of 55: scores are 9 ln 1.8 = 5.3, 4.5 ln 1.8 = 2.6, 12 ln 1.2 = 2.2 and 2 ln 2 = 1.4.
    expect(first!.importance).toBeCloseTo(27.5 / 55, 12);
    expect(first!.words.map(({ word }) => word)).toEqual(["most", "mostly", "often", "few"]);
    expect(first!.words[1]).toEqual({ word: "mostly", count: 9, weight: 4.5, share: 0.9 });
    expect(usage.summary({ words: 2, contexts: 1 }).experts[0]!.words.map(({ word }) => word)).toEqual([
      "most",
      "mostly",
    ]);
  });

  it("sorts contexts by gate, counts repeats, and keeps as many as asked for", () => {
    const usage = new ExpertUsage("l", "source", 1, 2);
    usage.add(0, text("low"), [{ expert: 0, gate: 0.1 }]);
    usage.add(0, text("twice"), [{ expert: 0, gate: 0.2 }]);
    usage.add(1, text("twice"), [{ expert: 0, gate: 0.9 }]);
    usage.add(1, text("twice", ["other", "b"], ["c", "else"]), [{ expert: 0, gate: 0.3 }]);
    const [{ contexts, frequent }] = usage.summary({ words: 1, contexts: 2 }).experts as [never];
    expect(contexts).toMatchObject([
      { word: "twice", before: ["a", "b"], after: ["c", "d"], gate: 0.9, count: 2, part: 0 },
      { word: "twice", before: ["other", "b"], gate: 0.3, count: 1, part: 1 },
    ]);
    expect(frequent).toMatchObject([{ word: "twice", before: ["b"], after: ["c"], count: 3, gate: 0.9 }]);
  });

  it("has zeros, not NaN, where nothing was seen", () => {
    const summary = new ExpertUsage("l", "source", 2, 2).summary();
    expect(JSON.stringify(summary)).not.toContain("null");
    expect(summary.experts[0]).toMatchObject({ importance: 0, load: 0 });
  });
});
