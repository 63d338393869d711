/** Source of truth: figures worked out by hand. */
import { describe, expect, it } from "vitest";
import { ExpertBalance } from "../../src/moe/expert-balance.ts";

describe("the balance of experts", () => {
  it("sums batches up", () => {
    const balance = new ExpertBalance(4);
    balance.count([0.5, 0.5, 1, 0], { experts: Int32Array.of(0, 1, 0, 1) }, 2);
    balance.count([0.25, 0.75], { experts: Int32Array.of(2, 0) }, 1);
    expect(Array.from(balance.importance)).toEqual([2.25, 0.5, 0.25, 0]);
    expect(Array.from(balance.load)).toEqual([3, 1, 1, 0]);
    const report = balance.report();
    expect(report.loadVariation).toBeCloseTo(Math.sqrt((3.0625 + 0.0625 * 2 + 1.5625) / 4) / 1.25, 10);
    expect(report.maximumLoad).toBeCloseTo(3 / 1.25, 10);
    expect(report.deadShare).toBe(0.25);
    const entropy = Math.log(2) - 0.25 * Math.log(0.25) - 0.75 * Math.log(0.75);
    expect(report.gateEntropy).toBeCloseTo(entropy / 3, 10);
  });

  it("has the agreement of choices over all batches, where gates tell it", () => {
    const balance = new ExpertBalance(2);
    balance.count([1], { experts: Int32Array.of(1), agreement: { both: 1, either: 4 } }, 1);
    balance.count([1], { experts: Int32Array.of(0), agreement: { both: 2, either: 2 } }, 1);
    expect(balance.report().choiceAgreement).toBe(0.5);
  });

  it("is all zero before anything was routed, and after a reset", () => {
    const balance = new ExpertBalance(2);
    balance.count([1], { experts: Int32Array.of(1), agreement: { both: 1, either: 2 } }, 1);
    balance.reset();
    const nothing = { importanceVariation: 0, loadVariation: 0, maximumLoad: 0, gateEntropy: 0, deadShare: 1 };
    expect(balance.report()).toEqual(nothing);
  });
});
