/** How evenly a layer's experts were used: sums over batches, read by the progress line and the log. */
import { coefficientOfVariation } from "./balance-loss.ts";

export interface BalanceReport {
  /** Coefficient of variation of the summed gate weights per expert. */
  importanceVariation: number;
  /** Coefficient of variation of the number of positions per expert. */
  loadVariation: number;
  /** Busiest expert's positions over the mean. */
  maximumLoad: number;
  /** Share of experts that took no position. */
  deadShare: number;
}

export class ExpertBalance {
  /** [experts] summed gate weights */
  readonly importance: Float64Array;
  /** [experts] positions */
  readonly load: Float64Array;

  constructor(numExperts: number) {
    this.importance = new Float64Array(numExperts);
    this.load = new Float64Array(numExperts);
  }

  /** gates and experts [positions · k] */
  count(gates: ArrayLike<number>, experts: Int32Array): void {
    for (let i = 0; i < experts.length; i++) {
      this.importance[experts[i]!]! += gates[i]!;
      if (gates[i]! > 0) this.load[experts[i]!]!++;
    }
  }

  report(): BalanceReport {
    const total = this.load.reduce((sum, value) => sum + value, 0);
    const mean = total / this.load.length;
    return {
      importanceVariation: coefficientOfVariation(this.importance),
      loadVariation: coefficientOfVariation(this.load),
      maximumLoad: mean === 0 ? 0 : this.load.reduce((a, b) => Math.max(a, b), 0) / mean,
      deadShare: this.load.filter((value) => value === 0).length / this.load.length,
    };
  }

  reset(): void {
    this.importance.fill(0);
    this.load.fill(0);
  }
}
